import Foundation

/// Why there is no connection, or none any more.
public enum SocketError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A name without an address.
  case unknownHost(String, reason: String)
  /// What the system says, by its number.
  case system(CInt)
  /// Nobody answered in time.
  case timedOut

  /// Whether the far end, or a machine between, cut the connection off.
  public var isReset: Bool {
    switch self {
    case .system(ECONNRESET), .system(EPIPE): true
    default: false
    }
  }

  public var description: String {
    switch self {
    case .unknownHost(let host, let reason): "\(host) cannot be resolved: \(reason)"
    case .system(let number): "\(String(cString: strerror(number))) (\(number))"
    case .timedOut: "it took too long"
    }
  }
}
