/// How an attempt failed.
public enum RequestFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// No connection came about.
  case connect(reason: String)
  /// The server's certificate is not to be trusted. That does not pass by itself: it is never tried again.
  case certificate(reason: String)
  /// The connection was lost: before an answer began where no status came, else in the middle of it.
  case reset(afterChunks: Int)
  /// The answer was not complete in time.
  case timeout(seconds: Double)
  /// The server refused. `retryAfterSeconds` is what its `Retry-After` header says.
  case status(Int, retryAfterSeconds: Int?, message: String)
  /// An event that is not in the interface's form. Chunks count from 0, and only those with content.
  case malformedChunk(afterChunks: Int, reason: String)
  /// The answer ended in order, but before it was whole: no finish reason, no `[DONE]`.
  case truncated(afterChunks: Int)
  /// The server said an error as an event of the stream.
  case serverEvent(message: String)
  /// What answered does not speak HTTP/1.1.
  case notHTTP(reason: String)
  /// The answer has more bytes than the client takes.
  case tooLarge(limit: Int)
  /// The run was ended while the request was under way.
  case cancelled

  /// The name by which failures are counted.
  public var kind: String {
    switch self {
    case .connect: "connect"
    case .certificate: "certificate"
    case .reset: "reset"
    case .timeout: "timeout"
    case .status(let status, _, _): "status_\(status)"
    case .malformedChunk: "malformed_chunk"
    case .truncated: "truncated"
    case .serverEvent: "server_error_event"
    case .notHTTP: "not_http"
    case .tooLarge: "too_large"
    case .cancelled: "cancelled"
    }
  }

  public var description: String {
    switch self {
    case .connect(let reason), .certificate(let reason): "no connection: \(reason)"
    case .reset(let chunks): "the connection was lost after \(chunks) chunks"
    case .timeout(let seconds): "no whole answer within \(seconds) s"
    case .status(let status, let retryAfter, let message):
      "status \(status)\(retryAfter.map { ", retry after \($0) s" } ?? "")\(message.isEmpty ? "" : ": \(message)")"
    case .malformedChunk(let chunks, let reason): "a malformed event after \(chunks) chunks: \(reason)"
    case .truncated(let chunks): "the answer ended after \(chunks) chunks without having been finished"
    case .serverEvent(let message): "the server said in mid-stream: \(message)"
    case .notHTTP(let reason): "the answer is not HTTP: \(reason)"
    case .tooLarge(let limit): "the answer has more than \(limit) bytes"
    case .cancelled: "ended with the run"
    }
  }

  /// The failure with its texts cleaned.
  func mapTexts(_ clean: (String) -> String) -> RequestFailure {
    switch self {
    case .connect(let reason): .connect(reason: clean(reason))
    case .certificate(let reason): .certificate(reason: clean(reason))
    case .status(let status, let retryAfter, let message):
      .status(status, retryAfterSeconds: retryAfter, message: clean(message))
    case .malformedChunk(let chunks, let reason): .malformedChunk(afterChunks: chunks, reason: clean(reason))
    case .serverEvent(let message): .serverEvent(message: clean(message))
    case .notHTTP(let reason): .notHTTP(reason: clean(reason))
    case .reset, .timeout, .truncated, .tooLarge, .cancelled: self
    }
  }
}
