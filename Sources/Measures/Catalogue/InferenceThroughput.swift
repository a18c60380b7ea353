/// IT, inference throughput: generated tokens a second, whole and by phase.
///
/// Generated tokens are those of the decode steps; a prefill step's tokens are the prompt's.
enum InferenceThroughput {
  static let all = [generated, prefill, decode]

  static let generated = Measure(
    "IT", "inference throughput", .tokensPerSecond, .higherIsBetter, .published,
    formula: "generated tokens / elapsed seconds of prefill and decode", needs: [.steps, .inferencePhases]
  ) { evidence throws(MissingEvidence) in
    let window = try MeasuredWindow(evidence)
    let tokens = try window.steps(of: .decode).tokens
    if tokens <= 0 { throw MissingEvidence("the decode steps generated no tokens") }
    return Quantity(Double(tokens) / window.seconds, count: window.steps.count)
  }

  static let prefill = Measure(
    "IT.prefill", "prefill throughput", .tokensPerSecond, .higherIsBetter, .corrected,
    formula: "prompt tokens / elapsed seconds of prefill", needs: [.steps, .inferencePhases]
  ) { evidence throws(MissingEvidence) in
    try rate(evidence, .prefill)
  }

  static let decode = Measure(
    "IT.decode", "decode throughput", .tokensPerSecond, .higherIsBetter, .corrected,
    formula: "generated tokens / elapsed seconds of decode", needs: [.steps, .inferencePhases]
  ) { evidence throws(MissingEvidence) in
    try rate(evidence, .decode)
  }

  private static func rate(
    _ evidence: TrialEvidence, _ phase: StepObservation.Phase
  ) throws(MissingEvidence) -> Quantity {
    let steps = try MeasuredWindow(evidence).steps(of: phase)
    if steps.tokens <= 0 { throw MissingEvidence("the \(phase.rawValue) steps report no tokens") }
    let seconds = MeasuredWindow.seconds(of: steps)
    return Quantity(Double(steps.tokens) / seconds, count: steps.count)
  }
}
