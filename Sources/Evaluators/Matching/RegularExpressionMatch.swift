import Foundation

/// Whether a regular expression (ICU's syntax) matches the answer, or what one of its groups caught is expected.
///
/// A search that does not end in its time is an error that names the pattern, never a score: nothing can be said of the
/// answer then.
public struct RegularExpressionMatch: LocalEvaluator {
  public enum Mode: String, Sendable, Hashable, CaseIterable {
    /// Anywhere in the answer.
    case search
    /// From the answer's first character.
    case prefix
    /// The whole answer.
    case full
  }

  public let name: String
  public let version = 1
  public let threshold: Double
  /// The group whose text has to be one of the expected values; nil: that the pattern matches is enough.
  public let group: Int?
  private let source: String
  private let pattern: BoundedPattern

  /// - Throws: ``EvaluationError/badPattern(_:reason:)``, also when the pattern has no such group.
  public init(
    name: String = "RegularExpressionMatch", threshold: Double = 1, pattern source: String, mode: Mode = .search,
    ignoresCase: Bool = false, linesHaveEnds: Bool = false, dotMatchesLineEnds: Bool = false, group: Int? = nil,
    deadlineMilliseconds: Int = 1000
  ) throws(EvaluationError) {
    var flags: NSRegularExpression.Options = []
    if ignoresCase { flags.insert(.caseInsensitive) }
    if linesHaveEnds { flags.insert(.anchorsMatchLines) }
    if dotMatchesLineEnds { flags.insert(.dotMatchesLineSeparators) }
    // By itself first: brackets that do not match must not find their partners in what is put around it.
    let plain = try BoundedPattern(source, options: flags, milliseconds: deadlineMilliseconds)
    if let group, group > plain.groupCount {
      throw .badPattern(source, reason: "it has \(plain.groupCount) groups, and group \(group) is asked for")
    }
    pattern =
      switch mode {
      case .search: plain
      case .prefix: try BoundedPattern("\\A(?:\(source))", options: flags, milliseconds: deadlineMilliseconds)
      case .full: try BoundedPattern("\\A(?:\(source))\\z", options: flags, milliseconds: deadlineMilliseconds)
      }
    self.name = name
    self.threshold = threshold
    self.source = source
    self.group = group
  }

  public func score(_ sample: EvaluationSample) throws -> Verdict {
    let answer = try sample.answer()
    let expected = group == nil ? [] : try sample.expectations()
    guard let match = try pattern.matches(in: answer, limit: 1).first else {
      return Verdict(score: 0, reason: "\"\(source.shown)\" does not match \"\(answer.shown)\"")
    }
    guard let group else { return Verdict(score: 1, reason: "\"\(source.shown)\" matches") }
    guard let caught = match.groups[group] else {
      return Verdict(score: 0, reason: "group \(group) of \"\(source.shown)\" took no part in the match")
    }
    let isRight = expected.contains { $0.stripped.isSame(as: caught.stripped) }
    return .binary(
      isRight,
      "group \(group) of \"\(source.shown)\" caught \"\(caught.shown)\", expected \(PhraseSearch.listed(expected))")
  }

  public static let kind = EvaluatorKind(
    name: "RegularExpressionMatch", summary: "a regular expression matches, or what it catches is expected",
    options: [
      EvaluatorOption("pattern", "ICU's syntax; required"),
      EvaluatorOption("mode", "search (default), prefix, full"),
      EvaluatorOption("ignore-case", "false by default"),
      EvaluatorOption("multiline", "^ and $ stand at every line's ends; false by default"),
      EvaluatorOption("dot-all", ". matches line ends; false by default"),
      EvaluatorOption("group", "the group whose text, trimmed, has to be an expected value; none by default"),
      EvaluatorOption("deadline-ms", "how long a search may take, 1 to 60000; 1000 by default"),
    ]
  ) { options throws(EvaluationError) in
    try RegularExpressionMatch(
      name: options.name, threshold: options.threshold,
      pattern: try options.requiredString("pattern", mend: "Write the regular expression that an answer has to match."),
      mode: try options.choice("mode", default: .search), ignoresCase: try options.flag("ignore-case", default: false),
      linesHaveEnds: try options.flag("multiline", default: false),
      dotMatchesLineEnds: try options.flag("dot-all", default: false), group: try options.integer("group", in: 0...99),
      deadlineMilliseconds: try options.integer("deadline-ms", in: 1...60_000) ?? 1000)
  }
}
