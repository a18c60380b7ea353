/// A member of an object, whatever its name.
struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(_ name: String) { stringValue = name }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension Decoder {
  /// A container whose object has no member besides the keys: a misspelt name in a file of prices is an error and no price
  /// that quietly goes missing.
  /// - Throws: ``PricingError/unknownMember(_:of:)``.
  func strictContainer<Key: CodingKey & CaseIterable>(
    keyedBy type: Key.Type, of owner: String
  ) throws -> KeyedDecodingContainer<Key> {
    let known = Set(Key.allCases.map(\.stringValue))
    for key in try container(keyedBy: AnyKey.self).allKeys where !known.contains(key.stringValue) {
      throw PricingError.unknownMember(String(key.stringValue.prefix(40)), of: owner)
    }
    return try container(keyedBy: type)
  }
}
