internal import OpenAIWire

/// A chat's answer, whole or in chunks.
struct ChatAnswer: Answer {
  private struct Choice {
    var content = ""
    var scores: [ChatLogProbability] = []
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
    switch event {
    case .started:
      guard heading.streams else { return [] }
      return [chunk(ChatCompletionChunk.Choice(index: choice, role: .assistant, content: ""))]
    case .token(let piece):
      guard heading.streams else {
        choices[choice].content += piece.text
        if let score = piece.score { choices[choice].scores.append(score) }
        return []
      }
      guard !piece.text.isEmpty || piece.score != nil else { return [] }
      return [
        chunk(
          ChatCompletionChunk.Choice(
            index: choice, content: piece.text, logprobs: piece.score.map { [$0] }))
      ]
    case .finished(let reason, _):
      choices[choice].reason = reason
      return heading.streams ? [chunk(ChatCompletionChunk.Choice(index: choice, finishReason: reason))] : []
    }
  }

  private func chunk(_ choice: ChatCompletionChunk.Choice) -> JSONValue {
    ChatCompletionChunk(
      id: heading.id, created: heading.created, model: heading.model, choices: [choice],
      saysUsage: heading.includesUsage
    ).json
  }

  func usageChunk(_ usage: Usage) -> JSONValue {
    ChatCompletionChunk(id: heading.id, created: heading.created, model: heading.model, choices: [], usage: usage).json
  }

  func whole(_ usage: Usage) -> JSONValue {
    ChatCompletion(
      id: heading.id, created: heading.created, model: heading.model,
      choices: choices.enumerated().map { index, choice in
        ChatCompletion.Choice(
          index: index, message: ChatMessage(role: .assistant, content: choice.content),
          logprobs: logprobs ? choice.scores : nil, finishReason: choice.reason)
      }, usage: usage
    ).json
  }
}
