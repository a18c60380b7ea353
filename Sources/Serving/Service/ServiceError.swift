internal import OpenAIWire

/// Why a service does not do what a request asks for.
public enum ServiceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The request cannot be served as it is: too long, a token that is not in the vocabulary, a template that refuses.
  case invalid(String, param: String?)
  /// As many requests wait as may.
  case queueFull(retryAfterSeconds: Int)
  /// It does not take requests now: it starts, or it ends.
  case unavailable(String)
  /// Something broke that was not the request's fault.
  case failed(String)

  public var description: String {
    switch self {
    case .invalid(let reason, _), .unavailable(let reason), .failed(let reason): reason
    case .queueFull: "too many requests are waiting; try again later"
    }
  }
}

extension APIError {
  /// How an error of the service is told to whoever asked.
  init(_ error: any Error) {
    switch error {
    case let error as APIError: self = error
    case let error as WireError: self.init(error)
    case ServiceError.invalid(let reason, let param): self = .invalid(reason, param: param)
    case ServiceError.queueFull(let seconds):
      self.init(
        status: 429, message: "\(error)", type: "rate_limit_error", code: "queue_full", retryAfterSeconds: seconds)
    case ServiceError.unavailable(let reason):
      self.init(status: 503, message: reason, type: "server_error", code: "unavailable", retryAfterSeconds: 5)
    case ServiceError.failed(let reason): self = .failed(reason)
    case let interruption as Interruption: self = interruption.error
    // What else may come up could say more than a stranger should know.
    default: self = .failed("the server failed to answer this request")
    }
  }

  static func failed(_ message: String) -> APIError {
    APIError(status: 500, message: message, type: "server_error", code: "internal_error")
  }

  static func unknownModel(_ name: String) -> APIError {
    let shown = String(name.prefix(200))
    return APIError(
      status: 404, message: "there is no model \"\(shown)\" here; GET /v1/models lists them",
      type: "invalid_request_error", param: "model", code: "model_not_found")
  }
}
