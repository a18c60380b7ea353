/// A JSON document as it stands on the wire: members keep their order, whole numbers stay whole.
public enum JSONValue: Sendable, Hashable {
  case null
  case boolean(Bool)
  /// A number without fraction or exponent that fits.
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  public var string: String? { if case .string(let value) = self { value } else { nil } }
  public var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }
  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
  public var isNull: Bool { self == .null }

  /// A number that is whole and exact, however it was written.
  public var integer: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// What an error calls a value of this kind.
  public var kind: String {
    switch self {
    case .null: "null"
    case .boolean: "a boolean"
    case .integer, .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

/// The members of a JSON object in the order in which they were written; no name stands twice.
public struct JSONObject: Sendable, Hashable {
  public struct Member: Sendable, Hashable {
    public let name: String
    public let value: JSONValue
  }

  public private(set) var members: [Member] = []

  public init() {}

  /// Members without a value are left out, as optional fields are on the wire.
  public init(_ pairs: KeyValuePairs<String, JSONValue?>) {
    for (name, value) in pairs { if let value { members.append(Member(name: name, value: value)) } }
  }

  public subscript(name: String) -> JSONValue? { members.first { $0.name == name }?.value }

  /// Appends a member; the caller knows that its name is new.
  public mutating func append(_ name: String, _ value: JSONValue) { members.append(Member(name: name, value: value)) }
}

extension JSONValue {
  /// An object of the pairs that have a value.
  public static func members(_ pairs: KeyValuePairs<String, JSONValue?>) -> JSONValue { .object(JSONObject(pairs)) }

  static func optional(_ text: String?) -> JSONValue? { text.map { .string($0) } }
  static func optional(_ number: Double?) -> JSONValue? { number.map { .number($0) } }
  static func optional(_ number: Int?) -> JSONValue? { number.map { .integer($0) } }
  static func orNull(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
}
