public import Foundation

/// A value of a configuration file or of a GGUF file's metadata.
public enum FieldValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case list([FieldValue])
  case object([String: FieldValue])

  /// What it is, for messages.
  var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a truth value"
    case .integer: "an integer"
    case .number: "a number"
    case .string: "a string"
    case .list: "a list"
    case .object: "an object"
    }
  }
}

/// The fields of a checkpoint's configuration. Everything read from it is hostile: kinds are checked, and integers are
/// capped so that a product of two does not overflow.
public struct ConfigurationFields: Sendable {
  /// More than any count a model has; the product of two fits an integer.
  static let largest = 1 << 31
  /// The largest configuration file that is read.
  static let maximumBytes = 16 << 20

  public let values: [String: FieldValue]
  /// What stands before a field's name in messages, such as "text_config.".
  private let prefix: String

  public init(_ values: [String: FieldValue], prefix: String = "") {
    self.values = values
    self.prefix = prefix
  }

  /// The fields of a config.json.
  /// - Throws: ``FamilyError/unreadable(_:)``.
  public init(json: Data) throws(FamilyError) {
    guard json.count <= Self.maximumBytes else {
      throw .unreadable("the configuration has \(json.count) bytes, more than any has")
    }
    do {
      let decoded = try JSONDecoder().decode(DecodedValue.self, from: json)
      guard case .object(let values) = decoded.value else {
        throw FamilyError.unreadable("the configuration is \(decoded.value.kind), not an object")
      }
      self.init(values)
    } catch let error as FamilyError {
      throw error
    } catch {
      throw .unreadable("the configuration is no JSON, or is nested too deeply")
    }
  }

  /// A field that is neither missing nor null.
  subscript(name: String) -> FieldValue? {
    guard let value = values[name], value != .null else { return nil }
    return value
  }

  /// The first of several names that is there.
  private func first(_ names: [String]) -> (name: String, value: FieldValue)? {
    for name in names {
      if let value = self[name] { return (prefix + name, value) }
    }
    return nil
  }

  public func optionalInteger(_ names: String...) throws(FamilyError) -> Int? { try integer(names) }

  /// - Throws: ``FamilyError/missing(field:)`` too. The other names are older ones of the same field.
  public func integer(_ names: String..., fallback: Int? = nil) throws(FamilyError) -> Int {
    guard let value = try integer(names) ?? fallback else { throw .missing(field: prefix + names[0]) }
    return value
  }

  private func integer(_ names: [String]) throws(FamilyError) -> Int? {
    guard let (name, value) = first(names) else { return nil }
    var found: Int
    switch value {
    case .integer(let integer): found = integer
    // 1e6 and 32768.0 are written as well.
    case .number(let number) where number == number.rounded() && abs(number) < 1e15: found = Int(number)
    default: throw .wrongKind(field: name, expected: "an integer", found: value.kind)
    }
    guard (0...Self.largest).contains(found) else {
      throw .outOfRange(field: name, value: "\(found)", allowed: "0 to \(Self.largest)")
    }
    return found
  }

  public func optionalNumber(_ names: String...) throws(FamilyError) -> Double? { try number(names) }

  public func number(_ names: String..., fallback: Double? = nil) throws(FamilyError) -> Double {
    guard let value = try number(names) ?? fallback else { throw .missing(field: prefix + names[0]) }
    return value
  }

  private func number(_ names: [String]) throws(FamilyError) -> Double? {
    guard let (name, value) = first(names) else { return nil }
    return try Self.number(value, name: name)
  }

  private static func number(_ value: FieldValue, name: String) throws(FamilyError) -> Double {
    switch value {
    case .integer(let integer): return Double(integer)
    case .number(let number) where number.isFinite: return number
    case .number(let number): throw .outOfRange(field: name, value: "\(number)", allowed: "finite numbers")
    default: throw .wrongKind(field: name, expected: "a number", found: value.kind)
    }
  }

  public func bool(_ name: String, fallback: Bool) throws(FamilyError) -> Bool {
    switch self[name] {
    case nil: return fallback
    case .bool(let value): return value
    case .some(let value): throw .wrongKind(field: prefix + name, expected: "a truth value", found: value.kind)
    }
  }

  public func string(_ names: String...) throws(FamilyError) -> String? {
    guard let (name, value) = first(names) else { return nil }
    guard case .string(let string) = value else {
      throw .wrongKind(field: name, expected: "a string", found: value.kind)
    }
    return string
  }

  public func numbers(_ name: String) throws(FamilyError) -> [Double]? {
    guard let list = try list(name) else { return nil }
    var numbers: [Double] = []
    for value in list { numbers.append(try Self.number(value, name: prefix + name)) }
    return numbers
  }

  public func strings(_ name: String) throws(FamilyError) -> [String]? {
    guard let list = try list(name) else { return nil }
    var strings: [String] = []
    for value in list {
      guard case .string(let string) = value else {
        throw .wrongKind(field: prefix + name, expected: "a list of strings", found: "a list with \(value.kind)")
      }
      strings.append(string)
    }
    return strings
  }

  public func list(_ name: String) throws(FamilyError) -> [FieldValue]? {
    guard let value = self[name] else { return nil }
    guard case .list(let list) = value else {
      throw .wrongKind(field: prefix + name, expected: "a list", found: value.kind)
    }
    return list
  }

  public func object(_ name: String) throws(FamilyError) -> ConfigurationFields? {
    guard let value = self[name] else { return nil }
    guard case .object(let object) = value else {
      throw .wrongKind(field: prefix + name, expected: "an object", found: value.kind)
    }
    return ConfigurationFields(object, prefix: "\(prefix)\(name).")
  }

  /// A field's full name, for errors.
  func name(_ name: String) -> String { prefix + name }
}

/// JSON as it comes, to a depth that no configuration has.
private struct DecodedValue: Decodable {
  static let maximumDepth = 24
  let value: FieldValue

  init(from decoder: any Swift.Decoder) throws {
    guard decoder.codingPath.count <= Self.maximumDepth else {
      throw FamilyError.unreadable("the configuration is nested more than \(Self.maximumDepth) levels deep")
    }
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      value = .null
    } else if let bool = try? container.decode(Bool.self) {
      value = .bool(bool)
    } else if let integer = try? container.decode(Int.self) {
      value = .integer(integer)
    } else if let number = try? container.decode(Double.self) {
      value = .number(number)
    } else if let string = try? container.decode(String.self) {
      value = .string(string)
    } else if let list = try? container.decode([DecodedValue].self) {
      value = .list(list.map(\.value))
    } else {
      value = .object(try container.decode([String: DecodedValue].self).mapValues(\.value))
    }
  }
}

/// A configuration that makes no model of its family.
public enum FamilyError: Error, Hashable, CustomStringConvertible {
  case unreadable(String)
  case missing(field: String)
  case wrongKind(field: String, expected: String, found: String)
  case outOfRange(field: String, value: String, allowed: String)
  case unsupported(field: String, value: String, supported: String)
  case unknownFamily(String, known: [String])

  public var description: String {
    switch self {
    case .unreadable(let reason):
      reason
    case .missing(let field):
      "the checkpoint's configuration lacks \(field); check that the file is whole"
    case .wrongKind(let field, let expected, let found):
      "\(field) in the checkpoint's configuration is \(found), it must be \(expected)"
    case .outOfRange(let field, let value, let allowed):
      "\(field) in the checkpoint's configuration is \(value); allowed is \(allowed)"
    case .unsupported(let field, let value, let supported):
      "\(field) in the checkpoint's configuration is \(value), which this program cannot run; it can run \(supported)"
    case .unknownFamily(let name, let known):
      "this program has no model family '\(name)'; it has \(known.joined(separator: ", "))"
    }
  }
}
