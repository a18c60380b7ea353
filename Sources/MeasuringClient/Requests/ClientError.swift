/// What a user has to say differently before anything can be measured.
public enum ClientError: Error, Hashable, Sendable, CustomStringConvertible {
  /// An address that is none, or none that can be spoken to.
  case endpoint(String, reason: String)
  /// A key that is not where it was said to be, or cannot stand in a header. The key itself is never named.
  case key(source: String, reason: String)
  /// A header that cannot be sent. Its value is never named: it may be a secret.
  case header(String, reason: String)
  /// A file of certificates that cannot be used.
  case certificates(file: String, reason: String)
  /// An objective that cannot be read.
  case objective(String, reason: String)
  /// A line of a trace that cannot be read.
  case trace(file: String, line: Int, reason: String)
  /// A plan that makes no sense.
  case plan(String)
  /// A file of prompts that cannot be read.
  case prompts(file: String, reason: String)

  public var description: String {
    switch self {
    case .endpoint(let text, let reason): "\"\(text)\" is no endpoint: \(reason)"
    case .key(let source, let reason): "the key from \(source) cannot be used: \(reason)"
    case .header(let name, let reason): "the header \"\(name)\" cannot be sent: \(reason)"
    case .certificates(let file, let reason): "the certificates of \(file) cannot be used: \(reason)"
    case .objective(let text, let reason):
      "\"\(text)\" is no objective: \(reason); write it like ttft<=500ms,tpot<=50ms"
    case .trace(let file, let line, let reason): "\(file), line \(line): \(reason)"
    case .plan(let reason): reason
    case .prompts(let file, let reason): "\(file): \(reason)"
    }
  }
}
