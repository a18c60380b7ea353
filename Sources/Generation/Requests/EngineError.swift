/// Why a request was refused or failed, or an engine could not start.
public enum EngineError: Error, Hashable, Sendable {
  /// As many requests wait as may.
  case queueFull(limit: Int)
  case emptyPrompt
  /// The prompt leaves no room for a token in the model's context.
  case promptTooLong(tokens: Int, context: Int)
  /// The caches of prompt and answer would never fit.
  case requestTooLarge(promptTokens: Int, maximumTokens: Int, neededBytes: Int, limitBytes: Int)
  case tokenOutOfRange(id: UInt32, vocabularySize: Int)
  case invalidParameter(name: String, value: String, allowed: String)
  case invalidLimit(name: String, value: Int, allowed: String)
  /// The model computed no finite logit at this token, counted from 0.
  case notANumber(token: Int)
  /// What the model threw, while this request was among those it computed.
  case modelFailed(String)
  /// The engine was shut down and takes no more.
  case shutDown
}

extension EngineError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .queueFull(let limit): "\(limit) requests are waiting already, as many as may: try again later"
    case .emptyPrompt: "the prompt has no token: give at least one"
    case .promptTooLong(let tokens, let context):
      "the prompt has \(tokens) tokens and the model's context holds \(context), one of which must be left for an answer: "
        + "shorten the prompt"
    case .requestTooLarge(let prompt, let maximum, let needed, let limit):
      "a prompt of \(prompt) tokens with an answer of up to \(maximum) needs \(needed) bytes of cache, more than the "
        + "\(limit) there are: ask for fewer tokens or give the engine more cache"
    case .tokenOutOfRange(let id, let size):
      "the prompt has token \(id), but the model's vocabulary ends at \(size - 1): was it encoded with another tokenizer?"
    case .invalidParameter(let name, let value, let allowed): "\(name) is \(value), which has to be \(allowed)"
    case .invalidLimit(let name, let value, let allowed): "the engine's \(name) is \(value), which has to be \(allowed)"
    case .notANumber(let token):
      "the model computed no finite logit for token \(token): its weights or its number type do not hold this text"
    case .modelFailed(let message): "the model failed: \(message)"
    case .shutDown: "the engine was shut down and takes no more requests"
    }
  }

  /// Whether the request has to be changed, rather than tried again.
  public var isUsageError: Bool {
    switch self {
    case .emptyPrompt, .promptTooLong, .requestTooLarge, .tokenOutOfRange, .invalidParameter, .invalidLimit: true
    case .queueFull, .notANumber, .modelFailed, .shutDown: false
    }
  }
}
