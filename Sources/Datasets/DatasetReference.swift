/// How a version of a dataset is named: `support`, `support@3`, `support@sha256:0f3a`.
public struct DatasetReference: Sendable, Hashable, CustomStringConvertible {
  public enum Selector: Sendable, Hashable {
    case latest
    /// From 1.
    case number(Int)
    /// The first digits of the version's hash, lower-case.
    case hash(prefix: String)
  }

  public let name: String
  public let selector: Selector

  /// Fewer digits of a hash than this name nothing.
  public static let shortestPrefix = 4

  /// - Throws: ``DatasetError/badReference(_:)``.
  public init(_ text: String) throws(DatasetError) {
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    guard let name = parts.first.map(String.init), Self.isName(name) else { throw .badReference(text) }
    self.name = name
    guard parts.count == 2 else {
      selector = .latest
      return
    }
    let version = parts[1]
    if version.hasPrefix("sha256:") {
      let prefix = version.dropFirst("sha256:".count).lowercased()
      guard (Self.shortestPrefix...ContentHash.digits).contains(prefix.utf8.count), ContentHash.isHexadecimal(prefix)
      else { throw .badReference(text) }
      selector = .hash(prefix: prefix)
    } else {
      let digits = version.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      guard digits, let number = Int(version), number >= 1 else { throw .badReference(text) }
      selector = .number(number)
    }
  }

  public init(name: String, selector: Selector = .latest) {
    self.name = name
    self.selector = selector
  }

  public var description: String {
    switch selector {
    case .latest: name
    case .number(let number): "\(name)@\(number)"
    case .hash(let prefix): "\(name)@sha256:\(prefix)"
    }
  }

  /// - Throws: ``DatasetError/badName(_:)`` for what cannot name a dataset.
  public static func check(name: String) throws(DatasetError) {
    guard isName(name) else { throw .badName(name) }
  }

  /// Whether a dataset can be called that: it becomes the name of a folder.
  static func isName(_ name: String) -> Bool {
    func isLetterOrDigit(_ byte: UInt8) -> Bool {
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
    guard name.utf8.count <= 100, let first = name.utf8.first, isLetterOrDigit(first) else { return false }
    return name.utf8.allSatisfy { isLetterOrDigit($0) || $0 == 0x2E || $0 == 0x5F || $0 == 0x2D }
  }
}
