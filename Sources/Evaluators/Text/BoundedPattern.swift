import Foundation

/// A regular expression that cannot hold a process up: a search that does not end in its time is an error that names the
/// pattern. The syntax is ICU's.
struct BoundedPattern: Sendable {
  let source: String
  let milliseconds: Int
  private let expression: NSRegularExpression

  static let longestPattern = 20_000

  /// Python's `re`, whose patterns the published evaluators use, ends a line at a line feed only.
  static let pythonLines: NSRegularExpression.Options = [.anchorsMatchLines, .useUnixLineSeparators]

  /// - Throws: ``EvaluationError/badPattern(_:reason:)``, ``EvaluationError/tooLarge(what:limit:)``.
  init(
    _ source: String, options: NSRegularExpression.Options = [], milliseconds: Int = 1000
  ) throws(EvaluationError) {
    guard source.utf8.count <= Self.longestPattern else {
      throw .tooLarge(
        what: "a regular expression has \(source.utf8.count) bytes", limit: "\(Self.longestPattern)")
    }
    do {
      expression = try NSRegularExpression(pattern: source, options: options)
    } catch {
      throw .badPattern(source, reason: "its syntax is not ICU's; look for brackets and repeats without a partner")
    }
    self.source = source
    self.milliseconds = milliseconds
  }

  var groupCount: Int { expression.numberOfCaptureGroups }

  /// One match: its whole text and its groups, nil for a group that took no part.
  struct Match: Sendable {
    let range: NSRange
    let groups: [String?]
  }

  /// The matches in order, at most `limit`.
  /// - Throws: ``EvaluationError/patternTimeout(_:milliseconds:)``.
  func matches(in text: String, limit: Int = .max) throws(EvaluationError) -> [Match] {
    let units = text as NSString
    var found: [Match] = []
    var isLate = false
    var hasFailed = false
    let deadline = ContinuousClock.now + .milliseconds(milliseconds)
    expression.enumerateMatches(
      in: text, options: [.reportProgress, .reportCompletion], range: NSRange(location: 0, length: units.length)
    ) { result, flags, stop in
      if flags.contains(.internalError) { hasFailed = true }
      if let result {
        found.append(
          Match(
            range: result.range,
            groups: (0..<result.numberOfRanges).map { index in
              let range = result.range(at: index)
              return range.location == NSNotFound ? nil : units.substring(with: range)
            }))
        if found.count >= limit { stop.pointee = true }
      }
      // Asked every few thousand steps; a text of many matches asks at each.
      if ContinuousClock.now > deadline {
        isLate = true
        stop.pointee = true
      }
    }
    if isLate, found.count < limit { throw .patternTimeout(source, milliseconds: milliseconds) }
    if hasFailed { throw .patternTimeout(source, milliseconds: milliseconds) }
    return found
  }

  func isFound(in text: String) throws(EvaluationError) -> Bool { try !matches(in: text, limit: 1).isEmpty }

  func count(in text: String) throws(EvaluationError) -> Int { try matches(in: text).count }

  /// The text with every match replaced by a template (`$1`).
  func replacing(in text: String, with template: String) throws(EvaluationError) -> String {
    let units = text as NSString
    var result = ""
    var end = 0
    for match in try matches(in: text) {
      result += units.substring(with: NSRange(location: end, length: match.range.location - end))
      result += Self.filled(template, match.groups)
      end = match.range.location + match.range.length
    }
    return result + units.substring(from: end)
  }

  private static func filled(_ template: String, _ groups: [String?]) -> String {
    var result = ""
    var isGroup = false
    for character in template {
      if isGroup, let index = character.wholeNumberValue, index < groups.count {
        result += groups[index] ?? ""
        isGroup = false
      } else if character == "$" {
        isGroup = true
      } else {
        result.append(character)
      }
    }
    return result
  }
}
