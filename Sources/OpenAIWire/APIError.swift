/// An error as OpenAI's interface says it: a status, and `{"error": {"message", "type", "param", "code"}}` as its body.
public struct APIError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The HTTP status.
  public var status: Int
  public var message: String
  /// The family of the error, such as `invalid_request_error`.
  public var type: String
  /// The field it is about, as a path.
  public var param: String?
  /// The error's own name, such as `model_not_found`.
  public var code: String?
  /// What the `Retry-After` header says: seconds after which to try again.
  public var retryAfterSeconds: Int?

  public init(
    status: Int, message: String, type: String, param: String? = nil, code: String? = nil,
    retryAfterSeconds: Int? = nil
  ) {
    self.status = status
    self.message = message
    self.type = type
    self.param = param
    self.code = code
    self.retryAfterSeconds = retryAfterSeconds
  }

  public var description: String { "\(status) \(type): \(message)" }
}

extension APIError {
  public init(_ error: WireError) {
    self.init(
      status: 400, message: error.description, type: "invalid_request_error", param: error.param, code: error.code)
  }

  public static func invalid(_ message: String, param: String? = nil, code: String? = nil) -> APIError {
    APIError(status: 400, message: message, type: "invalid_request_error", param: param, code: code)
  }

  /// The body of an answer, or the data of an event in the middle of a stream.
  public var json: JSONValue {
    .members([
      "error": .members([
        "message": .string(message), "type": .string(type), "param": .orNull(param), "code": .orNull(code),
      ])
    ])
  }

  /// Reads an error's body; a `code` that is a number, as some servers send, is taken as text.
  /// - Throws: ``WireError`` where it is not in OpenAI's form.
  public init(_ body: JSONField, status: Int) throws(WireError) {
    let error = try body.required("error")
    let code = try error.member("code")
    self.init(
      status: status, message: try error.required("message").string(),
      type: try error.member("type")?.string() ?? "error", param: try error.member("param")?.string(),
      code: code.map { $0.value.string ?? $0.value.text })
  }
}
