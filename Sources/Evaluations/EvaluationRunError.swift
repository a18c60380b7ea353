/// Why an evaluation cannot be run, or had to end. Each case names the thing and the mend.
public enum EvaluationRunError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A row lacks what the prompt asks for.
  case prompt(row: String, missing: String)
  /// The selection has no row.
  case noRows(dataset: String)
  case tooManyRequests(Int, limit: Int)
  /// The label names a run that asked for something else.
  case otherPlan(reference: String)
  /// A server that was to be started did not come to answer.
  case notServed(candidate: String, reason: String)
  case attribution(row: String, missing: String)
  /// No row of the dataset brings an answer that people have labelled.
  case nothingLabelled(dataset: String)
  /// A price by hardware that cannot be used.
  case price(candidate: String, reason: String)
  /// What was observed elsewhere cannot be taken over.
  case noImport(candidate: String, reason: String)
  case folder(path: String, reason: String)

  /// Whether the user has to say something differently, rather than that something failed.
  public var isUsageError: Bool {
    switch self {
    case .prompt, .noRows, .tooManyRequests, .otherPlan, .attribution, .nothingLabelled, .price: true
    case .notServed, .noImport, .folder: false
    }
  }

  public var description: String {
    switch self {
    case .prompt(let row, let missing):
      "The prompt asks for {\(missing)}, which row \(row) does not have. Choose the rows that have it with \"where\", or "
        + "take it out of the prompt."
    case .noRows(let dataset): "No row of \(dataset) is chosen. Mend \"where\" or \"sample\"."
    case .tooManyRequests(let count, let limit):
      "The plan comes to \(count) requests; at most \(limit) are made in one run. Choose fewer rows with \"sample\"."
    case .otherPlan(let reference):
      "\(reference) asked something else: other rows, candidates or prompts. Give this run another label: --label NAME."
    case .notServed(let candidate, let reason): "The server of \(candidate) did not come to answer: \(reason)"
    case .attribution(let row, let missing):
      "The plan's attribution takes metadata.\(missing), which row \(row) does not have. Choose the rows that have it "
        + "with \"where\"."
    case .nothingLabelled(let dataset):
      "No row of \(dataset) has an answer (judged) with labels of people (labels). Add them as columns of the dataset: "
        + "judged, and labels.NAME with the evaluator's name."
    case .price(let candidate, let reason): "The price of \(candidate) cannot be used: \(reason)."
    case .noImport(let candidate, let reason): "What \(candidate) did cannot be imported: \(reason)"
    case .folder(let path, let reason): "\(path) cannot be used: \(reason)."
    }
  }
}
