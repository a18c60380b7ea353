/// A value given to a template: JSON, with the order of an object's members kept, because templates print them.
public enum TemplateValue: Sendable, Hashable {
  case none
  case bool(Bool)
  case integer(Int)
  case float(Double)
  case string(String)
  case array([TemplateValue])
  case object([TemplateMember])

  /// An object's member by its name; the last of several with one name.
  public subscript(name: String) -> TemplateValue? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.name == name }?.value
  }
}

/// A name and a value in a ``TemplateValue/object(_:)``.
public struct TemplateMember: Sendable, Hashable {
  public let name: String
  public let value: TemplateValue

  public init(_ name: String, _ value: TemplateValue) {
    self.name = name
    self.value = value
  }
}

extension TemplateValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .float(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(nilLiteral: ()) { self = .none }
  public init(arrayLiteral elements: TemplateValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, TemplateValue)...) {
    self = .object(elements.map { TemplateMember($0.0, $0.1) })
  }
}

extension Value {
  /// - Throws: ``TemplateError`` for values that nest deeper than a walk over them may recurse.
  init(_ value: TemplateValue, level: Int = 0) throws(TemplateError) {
    guard level < TemplateLimits.valueDepth else {
      throw TemplateError(
        line: 1, construct: "the variables", reason: .limit(.nesting, allowed: TemplateLimits.valueDepth))
    }
    switch value {
    case .none: self = .none
    case .bool(let value): self = .bool(value)
    case .integer(let value): self = .integer(value)
    case .float(let value): self = .float(value)
    case .string(let value): self = .text(value)
    case .array(let elements):
      var values: [Value] = []
      var (depth, weight) = (0, 1)
      for element in elements {
        let value = try Value(element, level: level + 1)
        values.append(value)
        (depth, weight) = (max(depth, value.depth), weight + value.weight)
      }
      self = .list(Elements(values, depth: depth + 1, weight: weight))
    case .object(let members):
      var pairs: [(Value, Value)] = []
      var (depth, weight) = (0, 1)
      for member in members {
        let value = try Value(member.value, level: level + 1)
        pairs.append((.text(member.name), value))
        (depth, weight) = (max(depth, value.depth), weight + value.weight + 1)
      }
      self = .dict(Members(pairs, depth: depth + 1, weight: weight))
    }
  }
}
