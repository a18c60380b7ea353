import Foundation
import Measures

/// A number that is drawn for each request or token.
public enum Spread: Sendable, Hashable {
  case fixed(Double)
  case uniform(ClosedRange<Double>)
  case exponential(mean: Double)

  /// Reads `200`, `100..300` or `exp:200`.
  public init?(_ text: String) {
    func number(_ text: some StringProtocol) -> Double? {
      Double(text).flatMap { $0.isFinite && $0 >= 0 && $0 <= 1e9 ? $0 : nil }
    }
    if let range = text.firstRange(of: "..") {
      guard let low = number(text[..<range.lowerBound]), let high = number(text[range.upperBound...]), low <= high
      else {
        return nil
      }
      self = .uniform(low...high)
    } else if text.hasPrefix("exp:") {
      guard let mean = number(text.dropFirst(4)) else { return nil }
      self = .exponential(mean: mean)
    } else {
      guard let value = number(text) else { return nil }
      self = .fixed(value)
    }
  }

  func draw(_ generator: inout SeededGenerator) -> Double {
    switch self {
    case .fixed(let value): value
    case .uniform(let range): range.lowerBound + (range.upperBound - range.lowerBound) * generator.unit()
    case .exponential(let mean): -log(1 - generator.unit()) * mean
    }
  }
}

/// How a mock endpoint behaves: what is dialled, and what goes wrong how often.
public struct MockBehaviour: Sendable, Hashable {
  /// Milliseconds from a request's last byte, or from its turn where service is serial, to its first token.
  public var timeToFirstToken: Spread = .fixed(200)
  /// Milliseconds between tokens. A token is due at a time counted from the first: delays do not add up.
  public var interTokenLatency: Spread = .fixed(10)
  /// Tokens of an answer; a request's `max_tokens` bounds them.
  public var tokens: Spread = .fixed(50)
  /// Tokens that are written together, each as an event of its own.
  public var tokensPerWrite = 1
  /// Whether one request is served at a time, the others waiting in order.
  public var isSerial = false
  /// The shares of requests that go wrong, by how. Together at most 1.
  public var errorRate = 0.0
  public var rateLimitRate = 0.0
  public var resetRate = 0.0
  public var truncationRate = 0.0
  public var malformedRate = 0.0
  public var errorEventRate = 0.0
  /// What `Retry-After` says with a status 429.
  public var retryAfterSeconds = 1
  /// Milliseconds before each read of a request.
  public var readDelay = 0.0
  /// Whether a connection is closed after each answer without a word of it before, as some servers do.
  public var closesAfterAnswer = false
  public var seed: UInt64 = 0

  public init() {}

  /// The sum of what goes wrong.
  public var faultRate: Double {
    errorRate + rateLimitRate + resetRate + truncationRate + malformedRate + errorEventRate
  }

  public var isValid: Bool {
    let rates = [errorRate, rateLimitRate, resetRate, truncationRate, malformedRate, errorEventRate]
    return rates.allSatisfy { (0...1).contains($0) } && faultRate <= 1 + 1e-9 && (1...4096).contains(tokensPerWrite)
      && (0...86_400).contains(retryAfterSeconds) && (0...60_000).contains(readDelay)
  }
}

/// What a mock endpoint does with one request.
public struct MockScript: Sendable, Hashable {
  public enum Fate: String, Sendable, Hashable, CaseIterable {
    case served
    /// Status 500.
    case error
    /// Status 429 with `Retry-After`.
    case rateLimited = "rate_limited"
    /// The connection is reset in mid-stream.
    case reset
    /// The connection is closed in order in mid-stream.
    case truncated
    /// An event that is no JSON, in mid-stream.
    case malformed
    /// An error as an event, in mid-stream.
    case errorEvent = "error_event"
  }

  public var fate: Fate
  /// Tokens of the whole answer.
  public var tokens: Int
  /// Tokens before what goes wrong.
  public var tokensBeforeFault: Int
  /// When each token is due, in nanoseconds from the beginning of service.
  public var due: [UInt64]

  /// The script of a request, drawn from a generator of its own: it depends on the seed and the request's number alone.
  init(_ behaviour: MockBehaviour, number: Int, maximumTokens: Int?) {
    var generator = SeededGenerator(seed: behaviour.seed &+ UInt64(number) &* 0x9E37_79B9_7F4A_7C15)
    let rates: [(Double, Fate)] = [
      (behaviour.errorRate, .error), (behaviour.rateLimitRate, .rateLimited), (behaviour.resetRate, .reset),
      (behaviour.truncationRate, .truncated), (behaviour.malformedRate, .malformed),
      (behaviour.errorEventRate, .errorEvent),
    ]
    var draw = generator.unit()
    fate = .served
    for (rate, candidate) in rates {
      if draw < rate {
        fate = candidate
        break
      }
      draw -= rate
    }
    let drawn = Int(min(100_000, max(1, behaviour.tokens.draw(&generator).rounded())))
    tokens = max(1, min(drawn, maximumTokens ?? drawn))
    tokensBeforeFault = generator.index(below: tokens)
    var clock = behaviour.timeToFirstToken.draw(&generator)
    due = []
    due.reserveCapacity(tokens)
    for index in 0..<tokens {
      if index > 0 { clock += behaviour.interTokenLatency.draw(&generator) }
      due.append(UInt64(clock * 1e6))
    }
  }
}
