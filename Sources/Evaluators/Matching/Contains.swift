/// What ``Contains`` and ``NotContains`` look for, and how.
struct PhraseSearch: Sendable {
  /// Nil: the row's expected values.
  let values: [String]?
  let normalisation: TextNormalisation
  let wholeWords: Bool

  static let options = [
    EvaluatorOption("normalisation", "none (default), trimmed, case-folded, squad"),
    EvaluatorOption("whole-words", "true (default): $20 is not in $2000, nor cat in concatenate; or false"),
  ]

  init(_ options: EvaluatorOptions) throws(EvaluationError) {
    values = try options.strings("values")
    normalisation = try options.choice("normalisation", default: .none)
    wholeWords = try options.flag("whole-words", default: true)
    for value in values ?? [] where normalisation.apply(value).isEmpty {
      throw options.wrong("values", "texts of which something is left after \(normalisation.rawValue)", found: value)
    }
  }

  init(values: [String]?, normalisation: TextNormalisation, wholeWords: Bool) {
    self.values = values
    self.normalisation = normalisation
    self.wholeWords = wholeWords
  }

  /// Each value with whether the answer has it.
  func results(_ sample: EvaluationSample) throws(NothingToScore) -> [(value: String, stands: Bool)] {
    let answer = normalisation.apply(try sample.answer())
    var results: [(String, Bool)] = []
    let wantedValues: [String]
    if let values { wantedValues = values } else { wantedValues = try sample.expectations() }
    for value in wantedValues {
      let wanted = normalisation.apply(value)
      guard !wanted.isEmpty else {
        throw NothingToScore(
          "nothing is left of the expected value \"\(value.shown)\" after \(normalisation.rawValue)",
          cause: .noExpectation)
      }
      results.append((value, Phrase.stands(wanted, in: answer, wholeWords: wholeWords)))
    }
    return results
  }

  static func listed(_ values: [String]) -> String {
    let shown = values.prefix(5).map { "\"\($0.shown)\"" }.joined(separator: ", ")
    return values.count > 5 ? shown + " and \(values.count - 5) more" : shown
  }
}

/// Whether the answer has one of the values, or all of them.
public struct Contains: LocalEvaluator {
  public enum Match: String, Sendable, Hashable, CaseIterable {
    /// One is enough: 1 or 0.
    case any
    /// All have to be there; the score is the part that is.
    case all
  }

  public let name: String
  public let version = 1
  public let threshold: Double
  public let match: Match
  private let search: PhraseSearch

  /// - Parameter values: not blank; nil for the row's expected values.
  public init(
    name: String = "Contains", threshold: Double = 1, values: [String]? = nil, match: Match = .any,
    normalisation: TextNormalisation = .none, wholeWords: Bool = true
  ) {
    self.init(
      name: name, threshold: threshold, match: match,
      search: PhraseSearch(values: values, normalisation: normalisation, wholeWords: wholeWords))
  }

  private init(name: String, threshold: Double, match: Match, search: PhraseSearch) {
    self.name = name
    self.threshold = threshold
    self.match = match
    self.search = search
  }

  public func score(_ sample: EvaluationSample) throws -> Verdict {
    let results = try search.results(sample)
    let found = results.filter(\.stands).map(\.value)
    let missing = results.filter { !$0.stands }.map(\.value)
    switch match {
    case .any:
      return .binary(
        !found.isEmpty,
        found.isEmpty
          ? "the answer has none of \(PhraseSearch.listed(missing))" : "the answer has \(PhraseSearch.listed(found))")
    case .all:
      return Verdict(
        score: Double(found.count) / Double(results.count),
        reason: missing.isEmpty
          ? "the answer has \(PhraseSearch.listed(found))" : "missing: \(PhraseSearch.listed(missing))")
    }
  }

  public static let kind = EvaluatorKind(
    name: "Contains", summary: "the answer has the values, or one of them",
    options: [
      EvaluatorOption("values", "what to look for; the row's expected values by default"),
      EvaluatorOption("match", "any (default) or all, whose score is the part found"),
    ] + PhraseSearch.options
  ) { options throws(EvaluationError) in
    Contains(
      name: options.name, threshold: options.threshold, match: try options.choice("match", default: .any),
      search: try PhraseSearch(options))
  }
}

/// Whether the answer has none of the values.
public struct NotContains: LocalEvaluator {
  public let name: String
  public let version = 1
  public let threshold: Double
  private let search: PhraseSearch

  /// - Parameter values: at least one, none of them blank.
  public init(
    name: String = "NotContains", threshold: Double = 1, values: [String], normalisation: TextNormalisation = .none,
    wholeWords: Bool = true
  ) {
    precondition(!values.isEmpty, "something has to be forbidden")
    self.name = name
    self.threshold = threshold
    search = PhraseSearch(values: values, normalisation: normalisation, wholeWords: wholeWords)
  }

  public func score(_ sample: EvaluationSample) throws -> Verdict {
    let found = try search.results(sample).filter(\.stands).map(\.value)
    return .binary(
      found.isEmpty,
      found.isEmpty ? "nothing forbidden is in the answer" : "the answer has \(PhraseSearch.listed(found))")
  }

  public static let kind = EvaluatorKind(
    name: "NotContains", summary: "the answer has none of the values",
    options: [EvaluatorOption("values", "what must not be there; required")] + PhraseSearch.options
  ) { options throws(EvaluationError) in
    let search = try PhraseSearch(options)
    guard let values = search.values else {
      throw .missingOption(evaluator: "NotContains", option: "values", mend: "List what must not be in an answer.")
    }
    return NotContains(
      name: options.name, threshold: options.threshold, values: values, normalisation: search.normalisation,
      wholeWords: search.wholeWords)
  }
}
