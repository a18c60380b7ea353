public import Foundation

/// When a request was made, as prices ask for it: a day in UTC, and a time of day where it is known.
public struct PriceMoment: Sendable, Hashable, CustomStringConvertible {
  public let date: CivilDate
  /// Since midnight, UTC. Nil where the day alone is known; a price that depends on the hour is then absent.
  public let secondOfDay: Int?

  public init(date: CivilDate, secondOfDay: Int? = nil) {
    self.date = date
    self.secondOfDay = secondOfDay
  }

  /// A point in time. Before 1970 and after the year 9999 it is the first or last day of those.
  public init(_ time: Date) {
    let seconds = Int(min(max(time.timeIntervalSince1970, 0), 253_402_300_799).rounded(.down))
    self.init(date: CivilDate(day: seconds / 86_400), secondOfDay: seconds % 86_400)
  }

  /// - Parameter text: `2025-11-25`, or with a time and its offset: `2025-11-25T10:00:00Z`, `2025-11-25T10:00+01:00`.
  /// - Throws: ``PricingError/badDate(_:)``.
  public init(_ text: String) throws(PricingError) {
    let wrong = PricingError.badDate(String(text.prefix(40)))
    guard text.utf8.count <= 32, text.utf8.allSatisfy({ $0 < 0x80 }) else { throw wrong }
    let day = try CivilDate(text.prefix(10))
    var rest = text.dropFirst(10)
    guard let separator = rest.popFirst() else {
      self.init(date: day)
      return
    }
    var offset = 0
    if rest.last == "Z" || rest.last == "z" {
      rest.removeLast()
    } else if let sign = rest.lastIndex(where: { $0 == "+" || $0 == "-" }) {
      guard let minutes = TimeOfDay.seconds(rest[rest.index(after: sign)...], allowingSeconds: false) else {
        throw wrong
      }
      offset = rest[sign] == "+" ? minutes : -minutes
      rest = rest[..<sign]
    } else {
      throw wrong
    }
    let whole = rest.prefix { $0 != "." }
    guard separator == "T" || separator == "t" || separator == " ",
      rest[whole.endIndex...].dropFirst().allSatisfy(\.isNumber),
      let time = TimeOfDay.seconds(whole, allowingSeconds: true)
    else { throw wrong }
    let total = day.day * 86_400 + time - offset
    guard total >= 0 else { throw wrong }
    self.init(date: CivilDate(day: total / 86_400), secondOfDay: total % 86_400)
  }

  public var description: String {
    guard let secondOfDay else { return date.description }
    let text = TimeOfDay.text(secondOfDay)
    let seconds = secondOfDay % 60
    return "\(date)T\(text):\(seconds < 10 ? "0" : "")\(seconds)Z"
  }
}

/// `HH:MM` and `HH:MM:SS`.
enum TimeOfDay {
  /// Seconds since midnight; nil for text that is no time.
  static func seconds(_ text: some StringProtocol, allowingSeconds: Bool) -> Int? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2 || (allowingSeconds && parts.count == 3) else { return nil }
    var values: [Int] = []
    for part in parts {
      guard part.utf8.count == 2, part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int(part) else {
        return nil
      }
      values.append(value)
    }
    guard values[0] < 24, values[1] < 60, parts.count == 2 || values[2] < 60 else { return nil }
    return values[0] * 3600 + values[1] * 60 + (parts.count == 3 ? values[2] : 0)
  }

  /// `HH:MM`.
  static func text(_ seconds: Int) -> String {
    let (hour, minute) = (seconds / 3600, seconds / 60 % 60)
    return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
  }
}

/// Part of every day in UTC, from its first second up to the one before its end. It may go over midnight.
public struct DailyHours: Sendable, Hashable {
  /// Seconds since midnight.
  public let start: Int
  /// Seconds since midnight.
  public let end: Int

  public func contains(secondOfDay second: Int) -> Bool {
    end < start ? second >= start || second < end : start <= second && second < end
  }
}

extension DailyHours: Codable {
  public init(from decoder: any Decoder) throws {
    let texts = try decoder.singleValueContainer().decode([String].self)
    let times = texts.compactMap { TimeOfDay.seconds($0, allowingSeconds: false) }
    guard texts.count == 2, times.count == 2, times[0] != times[1] else {
      throw PricingError.badHours(texts.prefix(3).map { String($0.prefix(20)) })
    }
    self.init(start: times[0], end: times[1])
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode([TimeOfDay.text(start), TimeOfDay.text(end)])
  }
}
