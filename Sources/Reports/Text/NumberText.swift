import Foundation
import Measures

/// How numbers are written: as many digits as they carry, one scale for numbers that stand together, no locale.
enum NumberText {
  /// A scale that numbers of one unit are shown in.
  struct Scale: Sendable, Hashable {
    /// What a value is divided by.
    let divisor: Double
    /// The unit's symbol at this scale, such as "MiB" for bytes.
    let symbol: String
  }

  /// The scale in which the largest of `values` reads well. Bytes become KiB, MiB and GiB (never GB), seconds become
  /// ms or µs, rates get their SI prefix; everything else stays as it is.
  static func scale(for values: [Double], unit: Measures.Unit) -> Scale {
    let largest = values.lazy.filter(\.isFinite).map(abs).max() ?? 0
    func pick(_ steps: [(Double, String)]) -> Scale {
      let step = steps.first { largest >= $0.0 } ?? steps[steps.count - 1]
      return Scale(divisor: step.0, symbol: step.1)
    }
    switch unit {
    case .bytes:
      return pick([(0x1p40, "TiB"), (0x1p30, "GiB"), (0x1p20, "MiB"), (0x1p10, "KiB"), (1, "B")])
    case .seconds:
      if largest == 0 { return Scale(divisor: 1, symbol: "s") }
      return pick([(1, "s"), (1e-3, "ms"), (1e-6, "µs")])
    case .gigabytes:
      if largest >= 0.1 || largest == 0 { return Scale(divisor: 1, symbol: "GB") }
      return pick([(1e-3, "MB"), (1e-6, "kB")])
    case .flopsPerSecond:
      return pick([(1e15, "PFLOP/s"), (1e12, "TFLOP/s"), (1e9, "GFLOP/s"), (1e6, "MFLOP/s"), (1, "FLOP/s")])
    case .joulesPerToken, .joulesPerSample:
      let per = unit.symbol.dropFirst(1)
      if largest == 0 { return Scale(divisor: 1, symbol: "J\(per)") }
      return pick([(1, "J\(per)"), (1e-3, "mJ\(per)"), (1e-6, "µJ\(per)")])
    case .tokensPerParameterSecond: return Scale(divisor: 1e-6, symbol: "tokens/s per million parameters")
    case .samplesPerParameterSecond: return Scale(divisor: 1e-6, symbol: "samples/s per million parameters")
    case .fraction:
      return Scale(divisor: 0.01, symbol: "%")
    default:
      return Scale(divisor: 1, symbol: unit.symbol)
    }
  }

  /// A number to `digits` significant digits: grouped when large, with a power of ten when very small.
  static func format(_ value: Double, digits: Int = 4) -> String {
    guard value.isFinite else { return value.isNaN ? "not a number" : (value < 0 ? "−∞" : "∞") }
    if value == 0 { return "0" }
    let magnitude = abs(value)
    if magnitude < 1e-4 || magnitude >= 1e12 {
      let exponent = Int(floor(log10(magnitude)))
      let mantissa = value / pow(10, Double(exponent))
      return sign(String(format: "%.\(max(digits - 1, 0))f", mantissa)) + "×10" + superscript(exponent)
    }
    let whole = Int(floor(log10(magnitude))) + 1
    let decimals = max(0, digits - whole)
    return sign(group(String(format: "%.\(decimals)f", value)))
  }

  /// An integer with its thousands apart.
  static func format(_ value: Int) -> String { sign(group(String(value))) }

  /// A share of one as a whole percentage, which never rounds to a certainty that is not there.
  static func percent(_ share: Double) -> String {
    guard share.isFinite else { return "not a number" }
    if share > 0, share < 0.01 { return "under 1 %" }
    if share < 1, share > 0.99 { return "over 99 %" }
    return String(format: "%.0f %%", share * 100)
  }

  /// A date to the second, in UTC.
  static func date(_ date: Date) -> String {
    let formatter = ISO8601DateFormatter()
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    return formatter.string(from: date).replacingOccurrences(of: "T", with: " ").replacingOccurrences(
      of: "Z", with: " UTC")
  }

  /// "a", "a and b", "a, b and c".
  static func list(_ items: [String]) -> String {
    guard let last = items.last else { return "" }
    if items.count == 1 { return last }
    return items.dropLast().joined(separator: ", ") + " and " + last
  }

  /// "1 seed", "3 seeds".
  static func count(_ number: Int, _ noun: String) -> String {
    "\(format(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  private static func sign(_ text: String) -> String { text.replacingOccurrences(of: "-", with: "−") }

  private static func group(_ text: String) -> String {
    let negative = text.hasPrefix("-")
    let parts = text.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
    let whole = Array(parts[0])
    guard whole.count > 4 else { return text }
    var grouped = ""
    for (offset, digit) in whole.enumerated() {
      if offset > 0, (whole.count - offset) % 3 == 0 { grouped += "\u{202F}" }
      grouped.append(digit)
    }
    return (negative ? "-" : "") + grouped + (parts.count > 1 ? "." + parts[1] : "")
  }

  private static func superscript(_ exponent: Int) -> String {
    let digits: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
    return String(String(exponent).map { $0 == "-" ? "⁻" : digits[$0.wholeNumberValue ?? 0] })
  }
}
