/// The keys that open the server. They are compared in the same time wherever a wrong one differs, and never written
/// anywhere: the description says only how many there are.
public struct APIKeys: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Why a text of keys is not taken.
  public enum KeyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no key in it, though it is there to bring one.
    case none(source: String)
    /// A key that could not stand in a header. The line is counted from 1.
    case unusable(source: String, line: Int)

    public var description: String {
      switch self {
      case .none(let source): "\(source) has no key; write one a line"
      case .unusable(let source, let line):
        "line \(line) of \(source) is no key: use printable ASCII without spaces, at most 512 characters"
      }
    }
  }

  private let keys: [[UInt8]]

  /// No keys: the server asks for none.
  public init() { keys = [] }

  /// Reads keys, one a line; empty lines and those that begin with `#` are passed over.
  /// - Parameter source: what an error calls the text, a file's path or a variable's name.
  public init(_ text: String, source: String) throws(KeyError) {
    var keys: [[UInt8]] = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let key = Array(
        line.utf8.drop { $0 == 0x20 || $0 == 0x09 }.reversed().drop { $0 == 0x20 || $0 == 0x09 }.reversed())
      guard let first = key.first, first != UInt8(ascii: "#") else { continue }
      guard key.count <= 512, key.allSatisfy({ (0x21...0x7E).contains($0) }) else {
        throw .unusable(source: source, line: index + 1)
      }
      keys.append(key)
    }
    guard !keys.isEmpty else { throw .none(source: source) }
    self.keys = keys
  }

  public var isEmpty: Bool { keys.isEmpty }
  public var description: String { keys.isEmpty ? "no keys" : "\(keys.count) keys, hidden" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }

  /// Whether an `Authorization` header brings one of the keys.
  func admits(_ header: String?) -> Bool {
    guard !keys.isEmpty else { return true }
    let given = Array((header ?? "").utf8)
    let scheme = Array("bearer ".utf8)
    guard given.count > scheme.count, given.count <= 1024,
      zip(given, scheme).allSatisfy({ $0 | 0x20 == $1 | 0x20 })
    else { return false }
    let candidate = given.dropFirst(scheme.count)
    var isAdmitted = false
    // All keys are looked at, and all of each.
    for key in keys { isAdmitted = Self.equal(Array(candidate), key) || isAdmitted }
    return isAdmitted
  }

  private static func equal(_ given: [UInt8], _ key: [UInt8]) -> Bool {
    var difference = UInt8(given.count == key.count ? 0 : 1)
    for index in key.indices { difference |= key[index] ^ (index < given.count ? given[index] : 0) }
    return difference == 0
  }
}
