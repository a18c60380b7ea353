/// Where a generation's events go.
struct GenerationSink {
  var send: (GenerationEvent) -> Void
  /// The end, after `finished` or with what went wrong.
  var close: ((any Error)?) -> Void
}

/// A request that waits or runs, with everything that is its own. Belongs to the loop that runs it.
final class ActiveGeneration {
  let request: GenerationRequest
  let sink: GenerationSink
  var sampler: Sampler
  var text: AnswerText
  let submitted: UInt64
  var admitted: UInt64?
  var firstToken: UInt64?
  var cachedTokens = 0
  var generated = 0
  /// The prompt's log-probabilities as far as they are computed.
  var promptTokens: [PromptToken] = []

  init(_ request: GenerationRequest, sink: GenerationSink, stream: any TextStream, seed: UInt64, submitted: UInt64) {
    self.request = request
    self.sink = sink
    self.submitted = submitted
    sampler = Sampler(request.sampling, prompt: request.prompt, randomSeed: seed)
    text = AnswerText(stream, stops: request.stop)
    if request.echoesPromptLogProbabilities, let first = request.prompt.first {
      promptTokens = [PromptToken(id: first, logProbability: nil, top: [])]
    }
  }

  /// What its next row of logits has to be.
  var need: LogitNeed { sampler.wantsBestOnly && request.topLogProbabilities == nil ? .best : .last }

  func summary(_ reason: FinishReason, stopString: String?, now: UInt64) -> GenerationSummary {
    GenerationSummary(
      reason: reason, stopString: stopString, promptTokens: request.prompt.count, completionTokens: generated,
      cachedTokens: cachedTokens,
      timing: GenerationTiming(submitted: submitted, admitted: admitted, firstToken: firstToken, finished: now))
  }
}

/// A token that was chosen, not yet told.
struct ChosenToken {
  var id: UInt32
  var logProbability: Float?
  var top: [TokenLogProbability] = []
}
