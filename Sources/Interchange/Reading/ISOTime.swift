import Foundation
import OpenAIWire
import Pricing

/// Points in time as ISO 8601 writes them, to the nanosecond, which a formatter of dates would round.
enum ISOTime {
  /// Nanoseconds since 1970; nil for text that is no time, and for one before 1970.
  static func nanoseconds(_ text: String) -> UInt64? {
    guard text.utf8.count <= 64 else { return nil }
    let point = text.firstIndex(of: ".")
    let digits = point.map { text[text.index(after: $0)...].prefix { $0.isASCII && $0.isNumber } } ?? ""
    let whole = point.map { text[..<$0] + text[digits.endIndex...] } ?? text[...]
    guard let moment = try? PriceMoment(String(whole)), let second = moment.secondOfDay else { return nil }
    let seconds = UInt64(moment.date.day) * 86_400 + UInt64(second)
    let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return nil }
    var fraction: UInt64 = 0
    var scale: UInt64 = 100_000_000
    for digit in digits {
      fraction += scale * UInt64(digit.wholeNumberValue ?? 0)
      scale /= 10
    }
    let (sum, beyond) = nanoseconds.addingReportingOverflow(fraction)
    return beyond ? nil : sum
  }

  /// To the last bit that a date holds: the whole number has more digits than a double.
  static func date(_ nanoseconds: UInt64) -> Date {
    Date(timeIntervalSince1970: Double(nanoseconds / 1_000_000_000) + Double(nanoseconds % 1_000_000_000) / 1e9)
  }

  /// A date from text, or from seconds since 1970; nil for anything else, and for what is beyond the year 9999.
  static func date(_ value: JSONValue?) -> Date? {
    if let text = value?.string { return nanoseconds(text).map(date) }
    guard let seconds = value?.double, seconds > 0, seconds < 253_402_300_800 else { return nil }
    return Date(timeIntervalSince1970: seconds)
  }
}
