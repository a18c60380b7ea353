internal import Foundation

/// What `strftime_now` shows: a fixed moment, or the machine's clock in its time zone.
public struct TemplateClock: Sendable, Hashable {
  private let moment: Moment?

  private struct Moment: Hashable {
    var year, month, day, hour, minute, second: Int
  }

  /// The machine's clock, read at each call.
  public static let system = TemplateClock(moment: nil)

  /// A moment that does not move: for tests, and for prompts that must not change from day to day.
  public static func fixed(
    year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0
  ) -> TemplateClock {
    TemplateClock(
      moment: Moment(
        year: min(max(year, 1), 9999), month: min(max(month, 1), 12), day: min(max(day, 1), 31),
        hour: min(max(hour, 0), 23), minute: min(max(minute, 0), 59), second: min(max(second, 0), 59)))
  }

  private init(moment: Moment?) { self.moment = moment }

  /// The moment in the words of C's `strftime`, English names throughout.
  func format(_ format: String, _ renderer: Renderer) throws(TemplateError) -> String {
    let date = moment ?? Self.now()
    var result = ""
    var scalars = format.unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
      guard scalar == "%" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      guard var directive = scalars.next() else { throw renderer.invalid("the date's format ends within a field") }
      let isPlain = directive == "-"
      if isPlain {
        guard let next = scalars.next() else { throw renderer.invalid("the date's format ends within a field") }
        directive = next
      }
      guard let text = Self.field(directive, date, width: isPlain ? 1 : 2) else {
        throw renderer.failure(.unsupported("%\(directive) in the format of a date"))
      }
      result += text
    }
    return result
  }

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]
  private static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

  private static func field(_ directive: Unicode.Scalar, _ date: Moment, width: Int) -> String? {
    func padded(_ value: Int, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    func both(_ format: String) -> String {
      format.unicodeScalars.map { field($0, date, width: 2) ?? String($0) }.joined()
    }
    let halfDay = (date.hour + 11) % 12 + 1
    switch directive {
    case "Y": return padded(date.year, width == 1 ? 1 : 4)
    case "y": return padded(date.year % 100, width)
    case "m": return padded(date.month, width)
    case "d": return padded(date.day, width)
    case "e": return (date.day < 10 && width == 2 ? " " : "") + String(date.day)
    case "H": return padded(date.hour, width)
    case "I": return padded(halfDay, width)
    case "M": return padded(date.minute, width)
    case "S": return padded(date.second, width)
    case "f": return "000000"
    case "p": return date.hour < 12 ? "AM" : "PM"
    case "B": return months[date.month - 1]
    case "b", "h": return String(months[date.month - 1].prefix(3))
    case "A": return weekdays[weekday(of: date)]
    case "a": return String(weekdays[weekday(of: date)].prefix(3))
    case "j": return padded(dayOfYear(date), width == 1 ? 1 : 3)
    case "w": return String(weekday(of: date))
    case "u": return String((weekday(of: date) + 6) % 7 + 1)
    case "F": return both("Y-m-d")
    case "T", "X": return both("H:M:S")
    case "R": return both("H:M")
    case "D", "x": return both("m/d/y")
    case "c": return both("a b e T Y")
    case "z", "Z": return ""
    case "n": return "\n"
    case "t": return "\t"
    case "%": return "%"
    default: return nil
    }
  }

  /// Days from Sunday, by Sakamoto's method.
  private static func weekday(of date: Moment) -> Int {
    let offsets = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4]
    let year = date.month < 3 ? date.year - 1 : date.year
    return (year + year / 4 - year / 100 + year / 400 + offsets[date.month - 1] + date.day) % 7
  }

  private static func dayOfYear(_ date: Moment) -> Int {
    let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
    let isLeap = date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0)
    return before[date.month - 1] + date.day + (isLeap && date.month > 2 ? 1 : 0)
  }

  private static func now() -> Moment {
    var seconds = time(nil)
    var parts = tm()
    localtime_r(&seconds, &parts)
    return Moment(
      year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday),
      hour: Int(parts.tm_hour), minute: Int(parts.tm_min), second: min(Int(parts.tm_sec), 59))
  }
}
