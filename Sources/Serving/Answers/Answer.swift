internal import OpenAIWire

/// What an answer says of itself, whatever its form.
struct AnswerHeading: Sendable {
  let id: String
  let created: Int
  let model: String
  /// Continuations of each prompt; a choice's index is its prompt's times this, plus its own.
  let samples: Int
  let choices: Int
  let streams: Bool
  let includesUsage: Bool
}

/// Turns the events of a request's continuations into the documents of its answer. A value without I/O: events in,
/// documents out.
protocol Answer: Sendable {
  var heading: AnswerHeading { get }
  /// Takes an event. For a stream it gives the documents to send now; otherwise it keeps what it learned.
  mutating func take(_ event: InferenceEvent, choice: Int) -> [JSONValue]
  /// The stream's last document, where the usage was asked for.
  func usageChunk(_ usage: Usage) -> JSONValue
  /// The answer in one document.
  func whole(_ usage: Usage) -> JSONValue
}

/// Counts a request's tokens: a prompt once, however many continuations it has.
struct UsageTally: Sendable {
  private let samples: Int
  private(set) var usage = Usage(promptTokens: 0, completionTokens: 0, cachedTokens: 0)

  init(samples: Int) { self.samples = samples }

  mutating func take(_ event: InferenceEvent, choice: Int) {
    switch event {
    case .started(let promptTokens, let cachedTokens, _):
      guard choice.isMultiple(of: samples) else { return }
      usage.promptTokens += promptTokens
      usage.cachedTokens = (usage.cachedTokens ?? 0) + cachedTokens
    case .token: return
    case .finished(_, let completionTokens): usage.completionTokens += completionTokens
    }
  }
}
