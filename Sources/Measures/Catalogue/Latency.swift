/// AL, average latency: how long one iteration or request takes.
///
/// Published: the mean, which hides the tail. Each measured step counts once, from its synchronised start to its
/// synchronised end; what lies between steps does not.
enum Latency {
  static let all =
    [mean] + quantiles + [timeToFirstToken] + firstTokenQuantiles + [timePerOutputToken] + outputTokenQuantiles

  static let mean = Measure(
    "AL", "average latency", .seconds, .lowerIsBetter, .published,
    formula: "sum of the steps' durations / steps", needs: [.steps]
  ) { evidence throws(MissingEvidence) in
    let steps = try MeasuredWindow(evidence).steps
    return Quantity(steps.seconds / Double(steps.count), count: steps.count)
  }

  static let quantiles = [50, 90, 99].map { percent in
    Measure(
      MeasureID("AL.p\(percent)"), "latency, \(percent)th percentile", .seconds, .lowerIsBetter, .corrected,
      formula: "quantile \(Double(percent) / 100) of the steps' durations, linear between order statistics",
      needs: [.steps]
    ) { evidence throws(MissingEvidence) in
      let steps = try MeasuredWindow(evidence).steps
      return Quantity(Statistics.quantile(steps.map(\.seconds), Double(percent) / 100)!, count: steps.count)
    }
  }

  static let timeToFirstToken = Measure(
    "AL.ttft", "time to first token", .seconds, .lowerIsBetter, .corrected,
    formula: "mean duration of the prefill steps", needs: [.steps, .inferencePhases]
  ) { evidence throws(MissingEvidence) in
    let steps = try MeasuredWindow(evidence).steps(of: .prefill)
    return Quantity(steps.seconds / Double(steps.count), count: steps.count)
  }

  static let timePerOutputToken = Measure(
    "AL.tpot", "time per output token", .seconds, .lowerIsBetter, .corrected,
    formula: "sum of the decode steps' durations / sum of the tokens each sequence gained in them",
    needs: [.steps, .inferencePhases]
  ) { evidence throws(MissingEvidence) in
    let steps = try MeasuredWindow(evidence).steps(of: .decode)
    // In a batch every sequence gains its tokens at the same time: each of them waits for the whole step.
    let gained = Statistics.sum(steps.map { Double($0.tokens) / Double(max(1, $0.samples)) })
    if gained <= 0 { throw MissingEvidence("the decode steps generated no tokens") }
    return Quantity(steps.seconds / gained, count: steps.count)
  }

  static let firstTokenQuantiles = [50, 99].map { percent in
    Measure(
      MeasureID("AL.ttft.p\(percent)"), "time to first token, \(percent)th percentile", .seconds, .lowerIsBetter,
      .corrected,
      formula: "quantile \(Double(percent) / 100) of the prefill steps' durations, linear between order statistics",
      needs: [.steps, .inferencePhases]
    ) { evidence throws(MissingEvidence) in
      let steps = try MeasuredWindow(evidence).steps(of: .prefill)
      return Quantity(Statistics.quantile(steps.map(\.seconds), Double(percent) / 100)!, count: steps.count)
    }
  }

  static let outputTokenQuantiles = [50, 99].map { percent in
    Measure(
      MeasureID("AL.tpot.p\(percent)"), "time per output token, \(percent)th percentile", .seconds, .lowerIsBetter,
      .corrected,
      formula: "quantile \(Double(percent) / 100) of the decode steps' durations / tokens each sequence gained, linear "
        + "between order statistics",
      needs: [.steps, .inferencePhases]
    ) { evidence throws(MissingEvidence) in
      let steps = try MeasuredWindow(evidence).steps(of: .decode).filter { $0.tokens > 0 }
      let perToken = steps.map { $0.seconds * Double(max(1, $0.samples)) / Double($0.tokens) }
      guard let value = Statistics.quantile(perToken, Double(percent) / 100) else {
        throw MissingEvidence("the decode steps generated no tokens")
      }
      return Quantity(value, count: steps.count)
    }
  }
}
