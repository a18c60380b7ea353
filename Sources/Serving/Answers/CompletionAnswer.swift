internal import OpenAIWire

/// A completion, whole or in chunks.
struct CompletionAnswer: Answer {
  private struct Choice {
    var text = ""
    var logprobs = CompletionLogProbabilities()
    /// Where the next token begins, in Unicode scalars of the choice's text.
    var offset = 0
    var reason: FinishReason?
  }

  let heading: AnswerHeading
  private let logprobs: Bool
  private var choices: [Choice]

  init(heading: AnswerHeading, logprobs: Bool) {
    self.heading = heading
    self.logprobs = logprobs
    choices = Array(repeating: Choice(), count: heading.choices)
  }

  mutating func take(_ event: InferenceEvent, choice: Int) -> [JSONValue] {
    var text = ""
    var scores = CompletionLogProbabilities()
    switch event {
    case .started(_, _, let echo):
      guard let echo else { return [] }
      text = echo.text
      for token in echo.tokens { add(token.text, token.score, to: &scores, choice: choice) }
    case .token(let piece):
      text = piece.text
      if let score = piece.score { add(score.chosen.token, score, to: &scores, choice: choice) }
    case .finished(let reason, _):
      choices[choice].reason = reason
      return heading.streams ? [chunk(choice, text: "", logprobs: nil, reason: reason)] : []
    }
    guard heading.streams else {
      choices[choice].text += text
      choices[choice].logprobs.append(contentsOf: scores)
      return []
    }
    guard !text.isEmpty || !scores.tokens.isEmpty else { return [] }
    return [chunk(choice, text: text, logprobs: logprobs ? scores : nil, reason: nil)]
  }

  private mutating func add(
    _ text: String, _ score: ChatLogProbability?, to scores: inout CompletionLogProbabilities, choice: Int
  ) {
    let offset = choices[choice].offset
    choices[choice].offset += text.unicodeScalars.count
    if let score {
      scores.append(score.chosen, alternatives: score.alternatives, offset: offset)
    } else {
      scores.appendUnscored(text, offset: offset)
    }
  }

  private func chunk(
    _ choice: Int, text: String, logprobs: CompletionLogProbabilities?, reason: FinishReason?
  ) -> JSONValue {
    Completion(
      id: heading.id, created: heading.created, model: heading.model,
      choices: [Completion.Choice(index: choice, text: text, logprobs: logprobs, finishReason: reason)], usage: nil,
      saysUsage: heading.includesUsage
    ).json
  }

  func usageChunk(_ usage: Usage) -> JSONValue {
    Completion(id: heading.id, created: heading.created, model: heading.model, choices: [], usage: usage).json
  }

  func whole(_ usage: Usage) -> JSONValue {
    Completion(
      id: heading.id, created: heading.created, model: heading.model,
      choices: choices.enumerated().map { index, choice in
        Completion.Choice(
          index: index, text: choice.text, logprobs: logprobs ? choice.logprobs : nil, finishReason: choice.reason)
      }, usage: usage
    ).json
  }
}
