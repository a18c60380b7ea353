import Foundation

/// Where a server with OpenAI's interface listens.
public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
  public let host: String
  public let port: Int
  /// What stands before `/chat/completions`, such as `/v1`; empty or with a slash in front and none behind.
  public let path: String
  /// Whether the connection is encrypted (`https`).
  public let isSecure: Bool

  /// Reads an address such as `http://127.0.0.1:8080/v1`.
  /// - Throws: ``ClientError/endpoint(_:reason:)``.
  public init(_ text: String) throws(ClientError) {
    guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased() else {
      throw .endpoint(Self.shown(text), reason: "write it like http://127.0.0.1:8080/v1")
    }
    guard parts.user == nil, parts.password == nil else {
      throw .endpoint(Self.shown(text), reason: "keys do not belong into an address; see --api-key-env")
    }
    guard scheme == "http" || scheme == "https" else {
      throw .endpoint(Self.shown(text), reason: "only http and https are spoken, not \(scheme)")
    }
    guard parts.query == nil, parts.fragment == nil else {
      throw .endpoint(Self.shown(text), reason: "leave out what follows the path")
    }
    guard let host = parts.host, !host.isEmpty else { throw .endpoint(Self.shown(text), reason: "the host is missing") }
    isSecure = scheme == "https"
    let port = parts.port ?? (isSecure ? 443 : 80)
    guard (1...65535).contains(port) else { throw .endpoint(Self.shown(text), reason: "the port is 1 to 65535") }
    self.host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    self.port = port
    var path = parts.percentEncodedPath
    while path.hasSuffix("/") { path.removeLast() }
    guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw .endpoint(Self.shown(text), reason: "the path holds characters that must be percent-encoded")
    }
    self.path = path
  }

  /// An address as an error may name it: without what stands before an @ or behind a question mark, which may be a key.
  private static func shown(_ text: String) -> String {
    let path = text.prefix { $0 != "?" && $0 != "#" }
    return path.lastIndex(of: "@").map { "...\(path[$0...])" } ?? String(path)
  }

  /// The `Host` header.
  var authority: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
  }

  public var description: String { "\(isSecure ? "https" : "http")://\(authority)\(path)" }
}
