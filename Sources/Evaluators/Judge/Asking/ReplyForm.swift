import OpenAIWire

/// Schemas in the part of JSON Schema that strict structured output knows: every member required, none beside them.
enum ReplyForm {
  static func object(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue { object(members.map { ($0, $1) }) }

  static func object(_ members: [(name: String, schema: JSONValue)]) -> JSONValue {
    var properties = JSONObject()
    for (name, schema) in members { properties.append(name, schema) }
    return .members([
      "type": .string("object"), "properties": .object(properties),
      "required": .array(members.map { .string($0.name) }), "additionalProperties": .boolean(false),
    ])
  }

  static let text = JSONValue.members(["type": .string("string")])
  static let textOrNull = JSONValue.members(["type": .array([.string("string"), .string("null")])])
  static let flag = JSONValue.members(["type": .string("boolean")])

  /// A whole number of the scale, or null. Bounds are not known to strict output, so that each value is named.
  static func mark(_ scale: ClosedRange<Int>) -> JSONValue {
    var marks: [JSONValue] = scale.map { .integer($0) }
    marks.append(.null)
    return .members(["type": .array([.string("integer"), .string("null")]), "enum": .array(marks)])
  }

  static func choice(_ choices: [String]) -> JSONValue {
    .members(["type": .string("string"), "enum": .array(choices.map { .string($0) })])
  }

  static func choiceOrNull(_ choices: [String]) -> JSONValue {
    .members([
      "type": .array([.string("string"), .string("null")]), "enum": .array(choices.map { .string($0) } + [.null]),
    ])
  }

  static func list(of element: JSONValue) -> JSONValue { .members(["type": .string("array"), "items": element]) }
}
