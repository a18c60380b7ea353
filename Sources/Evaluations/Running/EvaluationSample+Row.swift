import Datasets
import Evaluators
import OpenAIWire
import Records

extension EvaluationSample {
  /// A row as evaluators see it, with nobody's answer.
  init(_ row: DatasetRow, output: String?) throws(EvaluationError) {
    let input: Input
    switch row.input {
    case .text(let text): input = .text(text)
    case .messages(let messages): input = .messages(messages)
    }
    var references: [[TrajectoryStep]] = []
    if !row.trajectory.isEmpty { references = [try Self.steps(row.trajectory)] }
    self.init(
      id: row.identity, input: input, output: output, expected: row.expected, context: row.context,
      metadata: row.metadata.mapValues(\.json), references: references)
  }

  /// What a candidate answered to a row. The row's own trajectory is a way that is known to work; the candidate's is what
  /// was observed, or the tools that its answer calls.
  init(_ row: DatasetRow, _ observation: ObservationRecord) throws(EvaluationError) {
    try self.init(row, output: observation.text)
    model = observation.answeredBy
    if let text = observation.trajectory, let steps = try? JSONReader.value(of: Array(text.utf8)).array {
      trajectory = try Self.steps(steps)
    } else if let text = observation.toolCalls, let calls = try? JSONReader.value(of: Array(text.utf8)).array {
      trajectory = calls.compactMap { call in
        guard let function = call.object?["function"]?.object, let name = function["name"]?.string else { return nil }
        let arguments = function["arguments"]
        let parsed = arguments?.string.flatMap { try? JSONReader.value(of: Array($0.utf8)) }
        return TrajectoryStep(tool: name, arguments: parsed ?? arguments)
      }
    }
  }

  private static func steps(_ values: [JSONValue]) throws(EvaluationError) -> [TrajectoryStep] {
    var steps: [TrajectoryStep] = []
    for (index, value) in values.enumerated() {
      steps.append(try TrajectoryStep(JSONField(value, path: "trajectory[\(index)]")))
    }
    return steps
  }
}
