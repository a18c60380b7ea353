/// What is wrong with a table of candidates, or with what was asked of it. Each case is the user's to mend.
public enum DecisionError: Error, Hashable, Sendable, CustomStringConvertible {
  case noRows
  case noCandidates
  case duplicate(what: String, name: String)
  case outcomeCount(candidate: String, found: Int, expected: Int)
  case invalidValue(candidate: String, row: String, what: String, reason: String)
  case mixedCurrencies(first: String, second: String)
  case unknownMeasure(name: String, askedBy: String, known: [String])
  case ambiguousMeasure(name: String, askedBy: String, candidates: [String])
  case unreadableRequirement(text: String, reason: String)
  case againstDirection(text: String, measure: String, betterIs: String)
  case wrongUnit(text: String, measure: String, wanted: String)
  case repeatedMeasure(name: String, askedBy: String)
  case invalidWeight(measure: String, weight: String)
  case noTerms
  case nothingShared(what: String)

  public var description: String {
    switch self {
    case .noRows: "the table has no rows"
    case .noCandidates: "the table has no candidates"
    case .duplicate(let what, let name): "two \(what)s are called '\(name)'"
    case .outcomeCount(let candidate, let found, let expected):
      "candidate '\(candidate)' has \(found) outcomes for \(expected) rows: a row that was not run is 'missing'"
    case .invalidValue(let candidate, let row, let what, let reason):
      "candidate '\(candidate)', row '\(row)', \(what): \(reason)"
    case .mixedCurrencies(let first, let second):
      "costs are in \(first) and in \(second): price all candidates in one currency"
    case .unknownMeasure(let name, let askedBy, let known):
      "\(askedBy) names the measure '\(name)', which these results do not have; they have \(Self.list(known))"
    case .ambiguousMeasure(let name, let askedBy, let candidates):
      "\(askedBy) names '\(name)', which could be \(Self.list(candidates)): give the whole name"
    case .unreadableRequirement(let text, let reason):
      "requirement '\(text)': \(reason); write it like 'AnswerRelevancy>=0.8' or 'p99<=2s'"
    case .againstDirection(let text, let measure, let betterIs):
      "'\(text)' goes the wrong way: of \(measure), \(betterIs) is better"
    case .wrongUnit(let text, let measure, let wanted):
      "requirement '\(text)': \(measure) is given in \(wanted)"
    case .repeatedMeasure(let name, let askedBy): "\(askedBy) names '\(name)' twice"
    case .invalidWeight(let measure, let weight):
      "the weight of '\(measure)' is \(weight): weights are above zero; leave out what has no weight"
    case .noTerms: "there is nothing to weigh: name at least one measure"
    case .nothingShared(let what): "the two runs share no \(what), so there is nothing to compare"
    }
  }

  private static func list(_ names: [String]) -> String {
    if names.isEmpty { return "none" }
    let shown = names.prefix(20).map { "'\($0)'" }.joined(separator: ", ")
    return names.count > 20 ? "\(shown) and \(names.count - 20) more" : shown
  }
}
