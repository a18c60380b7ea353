/// The header that carries the key.
public enum KeyHeader: Sendable, Hashable {
  /// `Authorization: Bearer KEY`.
  case bearer
  /// A header of that name, in which the key stands alone, such as `api-key`.
  case named(String)
}

/// What may be sent beside the headers that the client sends of itself.
enum RequestHeaders {
  /// The client's own, and those that say how bytes are framed: a second opinion on them would break the connection.
  private static let reserved: Set<String> = [
    "accept", "connection", "content-length", "content-type", "expect", "host", "keep-alive", "te", "trailer",
    "transfer-encoding", "upgrade", "user-agent", "x-request-id",
  ]
  /// They carry secrets, which have a place where they are kept out of every record.
  private static let secret: Set<String> = [
    "api-key", "authorization", "cookie", "proxy-authorization", "x-api-key", "x-goog-api-key",
  ]

  /// - Throws: ``ClientError/header(_:reason:)``.
  static func check(_ settings: ClientSettings) throws(ClientError) {
    if case .named(let name) = settings.keyHeader {
      try check(name: name)
      guard !reserved.contains(name.lowercased()) else { throw .header(name, reason: "the client sends it itself") }
    }
    guard settings.headers.count <= 100 else { throw .plan("there are more than 100 extra headers") }
    for (name, value) in settings.headers {
      try check(name: name)
      let lowercased = name.lowercased()
      guard !reserved.contains(lowercased) else { throw .header(name, reason: "the client sends it itself") }
      var isKeys = secret.contains(lowercased)
      if case .named(let own) = settings.keyHeader, own.lowercased() == lowercased { isKeys = true }
      guard !isKeys else {
        throw .header(name, reason: "it carries a secret: give that as the key, which is kept out of every record")
      }
      guard value.utf8.count <= 8192, value.utf8.allSatisfy({ $0 == 0x09 || (0x20...0x7E).contains($0) }) else {
        throw .header(name, reason: "its value has to be one line of ASCII, of at most 8192 characters")
      }
    }
  }

  /// A name is a token (RFC 9110, 5.6.2). What is none is not repeated.
  private static func check(name: String) throws(ClientError) {
    let marks = Array("!#$%&'*+-.^_`|~".utf8)
    let isToken = name.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || marks.contains(byte)
    }
    guard (1...256).contains(name.utf8.count), isToken else {
      throw .header("...", reason: "a name is letters, digits and hyphens")
    }
  }
}
