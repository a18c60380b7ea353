/// A model that gives verdicts, at whatever endpoint it is. Whoever has a client conforms to it: this room opens no
/// connection.
///
/// An endpoint sends one request and gives one reply. Whether a request that failed on its way is sent again is the
/// client's affair, as for every request; what is asked again here is a reply that is no verdict.
public protocol JudgeEndpoint: Sendable {
  /// The model that is asked.
  var model: String { get }
  /// What the endpoint is said to support.
  var structured: StructuredOutput { get }
  /// Sends the request and waits for the whole answer. ``JudgeRequest/json(model:limit:)`` is its body.
  /// - Throws: a failure of ``JudgeFailure/Kind/cancelled`` where the task was cancelled.
  func ask(_ request: JudgeRequest) async throws(JudgeFailure) -> JudgeReply
}

/// How an endpoint can be held to a form.
public enum StructuredOutput: String, Sendable, Hashable, CaseIterable {
  /// `response_format` with a schema, strict.
  case jsonSchema = "json-schema"
  /// `response_format` of `json_object`: JSON of any form.
  case jsonObject = "json-object"
  /// Not at all: the form is asked for in words.
  case prompt
}

/// Why there is no reply of a judge.
public struct JudgeFailure: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// No connection, or one that was lost.
    case connection
    case timeout
    /// The server answered with an error.
    case refused
    /// What came back is no answer of the interface.
    case malformed
    case cancelled
  }

  public let kind: Kind
  /// One sentence, without secrets.
  public let reason: String
  /// What the request cost all the same: free where nothing was sent, unknown where a server may have worked.
  public let cost: EvaluationCost
  /// From sending to failing.
  public let latency: Duration

  public init(_ kind: Kind, reason: String, cost: EvaluationCost, latency: Duration = .zero) {
    self.kind = kind
    self.reason = reason
    self.cost = cost
    self.latency = latency
  }

  public var description: String { "\(kind.rawValue): \(reason.shown)" }
}
