/// Watches a request's events pass and tells the metrics what they took.
struct RequestMeter {
  private struct Choice {
    var lastToken: ContinuousClock.Instant?
    var firstToken: ContinuousClock.Instant?
    var tokens = 0
    var isFinished = false
  }

  private let metrics: ServingMetrics
  private let model: String
  private let samples: Int
  private let arrival: ContinuousClock.Instant
  private var choices: [Choice]

  init(metrics: ServingMetrics, model: String, samples: Int, choices: Int, arrival: ContinuousClock.Instant) {
    self.metrics = metrics
    self.model = model
    self.samples = samples
    self.arrival = arrival
    self.choices = Array(repeating: Choice(), count: choices)
  }

  mutating func take(_ event: InferenceEvent, choice: Int, at now: ContinuousClock.Instant) {
    let arrival = arrival
    switch event {
    case .started(let promptTokens, let cachedTokens, _):
      let isFirst = choice.isMultiple(of: samples)
      metrics.update(model) { counts in
        counts.inQueue.add(seconds(now - arrival))
        guard isFirst else { return }
        counts.promptTokens += promptTokens
        counts.cachedTokens += cachedTokens
        counts.promptLength.add(Double(promptTokens))
      }
    case .token:
      let previous = choices[choice].lastToken
      choices[choice].lastToken = now
      choices[choice].tokens += 1
      if previous == nil { choices[choice].firstToken = now }
      metrics.update(model) { counts in
        counts.generatedTokens += 1
        if let previous {
          counts.betweenTokens.add(seconds(now - previous))
        } else {
          counts.firstToken.add(seconds(now - arrival))
        }
      }
    case .finished(let reason, let completionTokens):
      let done = choices[choice]
      choices[choice].isFinished = true
      metrics.update(model) { counts in
        counts.finished[reason.rawValue, default: 0] += 1
        counts.wholeRequest.add(seconds(now - arrival))
        counts.generatedLength.add(Double(completionTokens))
        if done.tokens > 1, let first = done.firstToken, let last = done.lastToken {
          counts.perToken.add(seconds(last - first) / Double(done.tokens - 1))
        }
      }
    }
  }

  /// The request ended before its choices did.
  func abort() {
    let unfinished = choices.count { !$0.isFinished }
    guard unfinished > 0 else { return }
    metrics.update(model) { $0.finished["abort", default: 0] += unfinished }
  }
}

/// A duration in seconds.
func seconds(_ duration: Duration) -> Double {
  Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}
