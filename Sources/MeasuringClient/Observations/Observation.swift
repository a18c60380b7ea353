public import OpenAIWire

/// Whose count of tokens it is.
public enum TokenSource: String, Sendable, Hashable, Codable {
  /// The server's own (`usage`).
  case usage
  /// A tokenizer's of this side, over the answer's text.
  case tokenizer
  /// Nobody's: chunks with content stand for tokens.
  case chunks
}

/// One request with everything that is known about it.
public struct Observation: Sendable, Hashable {
  /// Its number in the run, from 0.
  public var index: Int
  /// What it said in `x-request-id`, the same in every attempt.
  public var identifier: String
  /// Whether it was sent to warm the server and counts nowhere.
  public var isWarmup = false
  /// When it was to be sent. Open-loop latency counts from here: a request that waits because the server is slow waits
  /// in the figures too. In a closed loop it is the moment the place became free.
  public var scheduled: UInt64
  /// Every attempt in order; there is at least one once the observation is handed out.
  public var attempts: [AttemptTimeline] = []
  public var promptTokens: Int?
  public var completionTokens: Int?
  public var tokenSource: TokenSource?
  /// The answer, where it was asked to be kept.
  public var text: String?
  /// What the model said in place of an answer where it would not give one (`refusal`), where texts are kept.
  public var refusal: String?
  /// Why the server ended the answer.
  public var finishReason: String?
  /// The model that the answer names, which need not be the one that was asked for; nil where it names none.
  public var answeredBy: String?
  /// The whole usage object as the server sent it, in whatever form: cached and reasoning tokens stand in it. Nil where
  /// it sent none, or one of more than ``StreamReader/longestUsage`` bytes.
  public var usage: JSONValue?
  /// The tier in which the server says it served.
  public var serviceTier: String?
  /// The tools that the answer calls, as OpenAI writes them (`[{"id", "type", "function": {"name", "arguments"}}]`), put
  /// together from a stream's pieces; empty where it calls none, and where texts were not asked to be kept.
  public var toolCalls: [JSONValue] = []

  public init(index: Int, identifier: String, scheduled: UInt64) {
    self.index = index
    self.identifier = identifier
    self.scheduled = scheduled
  }

  /// The attempt whose answer counts.
  public var final: AttemptTimeline? { attempts.last }
  public var failure: RequestFailure? { final?.failure }
  public var succeeded: Bool { final.map { $0.failure == nil && $0.end != nil } ?? false }
  public var retries: Int { max(0, attempts.count - 1) }
}

/// What follows from the stamps, in nanoseconds; nil where a stamp is missing.
extension Observation {
  /// Time to first token, from when the request was to be sent.
  public var timeToFirstToken: UInt64? { since(scheduled, final?.arrivals.first) }
  /// Time to first token, from when the last attempt was sent: what the server alone is answerable for.
  public var serviceTimeToFirstToken: UInt64? { final?.sent.flatMap { since($0, final?.arrivals.first) } }
  /// From when the request was to be sent to its end.
  public var latency: UInt64? { succeeded ? since(scheduled, final?.end) : nil }
  /// From when the last attempt was sent to its end.
  public var serviceLatency: UInt64? { succeeded ? final?.sent.flatMap { since($0, final?.end) } : nil }
  /// How late the first attempt was sent. Holds the client's own delay, the wait for a connection, and making one.
  public var sendLateness: UInt64? { attempts.first?.sent.flatMap { since(scheduled, $0) } }

  /// Mean time per output token after the first: `(last - first) / (tokens - 1)`.
  public var timePerOutputToken: Double? {
    guard let final, let first = final.arrivals.first, let last = final.arrivals.last,
      let tokens = completionTokens, tokens > 1, final.arrivals.count > 1
    else { return nil }
    return Double(last - first) / Double(tokens - 1)
  }

  private func since(_ start: UInt64, _ stamp: UInt64?) -> UInt64? {
    stamp.map { $0 >= start ? $0 - start : 0 }
  }
}
