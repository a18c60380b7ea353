/// Which names a model or a provider answers to, whatever their case.
///
/// In files a text is a pattern in which `*` is any text, also none, and `#` is one digit; a list is any of its patterns;
/// `{"all": [...]}` is all of them and `{"not": ...}` what another is not.
public indirect enum ModelPattern: Sendable, Hashable {
  case name(NamePattern)
  case any([ModelPattern])
  case all([ModelPattern])
  case not(ModelPattern)

  /// - Parameter name: UTF-8 in small letters, see ``normalised(_:)``.
  public func matches(_ name: [UInt8]) -> Bool {
    switch self {
    case .name(let pattern): pattern.matches(name)
    case .any(let patterns): patterns.contains { $0.matches(name) }
    case .all(let patterns): patterns.allSatisfy { $0.matches(name) }
    case .not(let pattern): !pattern.matches(name)
    }
  }

  /// A name as patterns are held against it. Of one that is longer than any model's, the beginning.
  public static func normalised(_ name: String) -> [UInt8] { Array(name.lowercased().utf8.prefix(512)) }
}

/// One pattern of names: `*` is any text, `#` is one digit, all else is itself.
public struct NamePattern: Sendable, Hashable {
  public let text: String
  private let bytes: [UInt8]
  private let isLiteral: Bool

  /// - Throws: ``PricingError/badPattern(_:)`` for nothing and for more than 256 bytes.
  public init(_ text: String) throws(PricingError) {
    let bytes = Array(text.lowercased().utf8)
    guard (1...256).contains(bytes.count) else { throw .badPattern(String(text.prefix(80))) }
    self.text = text
    self.bytes = bytes
    isLiteral = !bytes.contains { $0 == Self.anything || $0 == Self.digit }
  }

  private static let anything = UInt8(ascii: "*")
  private static let digit = UInt8(ascii: "#")

  func matches(_ name: [UInt8]) -> Bool {
    if isLiteral { return name == bytes }
    // After a mismatch, the last `*` takes one byte more. Earlier ones never need to: what they skipped first serves as well.
    var (place, position) = (0, 0)
    var resume: (place: Int, position: Int)?
    while position < name.count {
      if place < bytes.count, bytes[place] == Self.anything {
        place += 1
        resume = (place, position)
      } else if place < bytes.count,
        bytes[place] == name[position] || (bytes[place] == Self.digit && (0x30...0x39).contains(name[position]))
      {
        place += 1
        position += 1
      } else if let last = resume {
        (place, position) = (last.place, last.position + 1)
        resume = (place, position)
      } else {
        return false
      }
    }
    return bytes[place...].allSatisfy { $0 == Self.anything }
  }
}

extension ModelPattern: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable { case all, not }

  public init(from decoder: any Decoder) throws {
    if let text = try? decoder.singleValueContainer().decode(String.self) {
      self = .name(try NamePattern(text))
      return
    }
    if var list = try? decoder.unkeyedContainer() {
      var patterns: [ModelPattern] = []
      while !list.isAtEnd { patterns.append(try list.decode(ModelPattern.self)) }
      guard !patterns.isEmpty else { throw PricingError.badPattern("[]") }
      self = .any(patterns)
      return
    }
    let container = try decoder.strictContainer(keyedBy: CodingKeys.self, of: "a pattern")
    if container.contains(.all), !container.contains(.not) {
      self = .all(try container.decode([ModelPattern].self, forKey: .all))
    } else if container.contains(.not), !container.contains(.all) {
      self = .not(try container.decode(ModelPattern.self, forKey: .not))
    } else {
      throw PricingError.badPattern("{}")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .name(let pattern):
      var container = encoder.singleValueContainer()
      try container.encode(pattern.text)
    case .any(let patterns):
      var container = encoder.singleValueContainer()
      try container.encode(patterns)
    case .all(let patterns):
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(patterns, forKey: .all)
    case .not(let pattern):
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(pattern, forKey: .not)
    }
  }
}
