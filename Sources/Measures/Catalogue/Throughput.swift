/// TT and ST, token and sample throughput of training.
///
/// Published: divided by the model's parameters, which favours small models. The plain rates stand beside them.
enum Throughput {
  static let all = [
    tokensPerParameter, tokens, samplesPerParameter, samples,
  ]

  static let tokensPerParameter = Measure(
    "TT", "token throughput per parameter", .tokensPerParameterSecond, .higherIsBetter, .published,
    formula: "trained tokens / elapsed seconds / parameters", needs: [.steps, .modelAccount]
  ) { evidence throws(MissingEvidence) in
    try perParameter(rate(evidence, "tokens", \.tokens), evidence)
  }

  static let tokens = Measure(
    "TT.tokensPerSecond", "token throughput", .tokensPerSecond, .higherIsBetter, .corrected,
    formula: "trained tokens / elapsed seconds", needs: [.steps]
  ) { evidence throws(MissingEvidence) in
    try rate(evidence, "tokens", \.tokens)
  }

  static let samplesPerParameter = Measure(
    "ST", "sample throughput per parameter", .samplesPerParameterSecond, .higherIsBetter, .published,
    formula: "trained samples / elapsed seconds / parameters", needs: [.steps, .modelAccount]
  ) { evidence throws(MissingEvidence) in
    try perParameter(rate(evidence, "samples", \.samples), evidence)
  }

  static let samples = Measure(
    "ST.samplesPerSecond", "sample throughput", .samplesPerSecond, .higherIsBetter, .corrected,
    formula: "trained samples / elapsed seconds", needs: [.steps]
  ) { evidence throws(MissingEvidence) in
    try rate(evidence, "samples", \.samples)
  }

  private static func rate(
    _ evidence: TrialEvidence, _ name: String, _ work: ([StepObservation]) -> Int
  ) throws(MissingEvidence) -> Quantity {
    let window = try MeasuredWindow(evidence)
    let done = work(try window.steps(of: .train))
    if done <= 0 { throw MissingEvidence("the measured steps report no \(name)") }
    return Quantity(Double(done) / window.seconds, count: window.steps.count)
  }

  private static func perParameter(
    _ rate: Quantity, _ evidence: TrialEvidence
  ) throws(MissingEvidence) -> Quantity {
    guard let parameters = evidence.model?.parameters, parameters > 0 else {
      throw MissingEvidence("the trial did not say how many parameters its model has")
    }
    return Quantity(rate.value / Double(parameters), count: rate.count)
  }
}
