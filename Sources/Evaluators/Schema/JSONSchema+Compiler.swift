import Foundation
import OpenAIWire

extension JSONSchema {
  /// Reads a schema into nodes that refer to each other by number.
  struct Compiler {
    let root: JSONValue
    let limits: Limits
    var nodes: [Node] = []
    /// What has been read already, by its place: references may go round.
    private var known: [String: Int] = [:]
    private static let longestPointer = 2000

    init(root: JSONValue, limits: Limits) {
      self.root = root
      self.limits = limits
    }

    /// Says nothing about whether a document is valid.
    private static let annotations: Set<String> = [
      "$schema", "$comment", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly",
      "format", "contentEncoding", "contentMediaType", "contentSchema", "$defs", "definitions",
    ]
    private static let drafts: Set<String> = [
      "https://json-schema.org/draft/2020-12/schema", "https://json-schema.org/draft/2020-12/schema#",
    ]

    /// The number of the schema at a place.
    mutating func node(_ schema: JSONValue, at pointer: String, depth: Int) throws(EvaluationError) -> Int {
      if let index = known[pointer] { return index }
      guard depth <= limits.depth else { throw .tooLarge(what: "a schema is nested deeper", limit: "\(limits.depth)") }
      guard nodes.count < limits.nodes, pointer.utf8.count <= Self.longestPointer else {
        throw .tooLarge(what: "a schema has more schemas inside it", limit: "\(limits.nodes)")
      }
      let index = nodes.count
      known[pointer] = index
      nodes.append(Node(pointer: pointer))
      switch schema {
      case .boolean(let verdict): nodes[index].verdict = verdict
      case .object(let object):
        var node = Node(pointer: pointer)
        for member in object.members {
          try read(member.name, member.value, of: object, into: &node, at: pointer, depth: depth + 1)
        }
        nodes[index] = node
      default: throw .badSchema(pointer: pointer, reason: "a schema is an object, true or false, not \(schema.kind)")
      }
      return index
    }

    private mutating func read(
      _ keyword: String, _ value: JSONValue, of schema: JSONObject, into node: inout Node, at parent: String, depth: Int
    ) throws(EvaluationError) {
      let pointer = parent + "/" + Self.escaped(keyword)
      let field = Field(value: value, pointer: pointer)
      switch keyword {
      case "$ref": node.reference = try reference(field, depth: depth)
      case "$schema":
        guard Self.drafts.contains(try field.string()) else {
          throw .badSchema(pointer: pointer, reason: "only draft 2020-12 is read")
        }
      case "$id":
        // What a reference means would change with it anywhere but at the root.
        guard parent.isEmpty else { throw .unsupportedKeyword(pointer: parent, keyword: "$id") }
        _ = try field.string()
      case "type": node.types = try Self.types(field)
      case "enum", "const":
        let values = keyword == "const" ? [value] : try field.elements(atLeast: 0).map(\.value)
        let identities = Set(values.map(JSONIdentity.init))
        node.constants = node.constants.map { $0.intersection(identities) } ?? identities
        node.constantTexts = values.prefix(5).map { $0.text.shown }
      case "minimum": node.numbers.minimum = try field.number()
      case "maximum": node.numbers.maximum = try field.number()
      case "exclusiveMinimum": node.numbers.exclusiveMinimum = try field.number()
      case "exclusiveMaximum": node.numbers.exclusiveMaximum = try field.number()
      case "multipleOf":
        let divisor = try field.number()
        guard divisor > 0 else { throw .badSchema(pointer: pointer, reason: "multipleOf is greater than 0") }
        node.numbers.multipleOf = divisor
      case "minLength": node.lengths.minimum = try field.count()
      case "maxLength": node.lengths.maximum = try field.count()
      case "pattern": node.pattern = try BoundedPattern(try field.string())
      default:
        if try readObject(keyword, field, into: &node, depth: depth) { return }
        if try readArray(keyword, field, into: &node, depth: depth) { return }
        if try readCombination(keyword, field, of: schema, into: &node, depth: depth) { return }
        guard Self.annotations.contains(keyword) || keyword.hasPrefix("x-") else {
          throw .unsupportedKeyword(pointer: parent, keyword: keyword)
        }
      }
    }

    private mutating func readObject(
      _ keyword: String, _ field: Field, into node: inout Node, depth: Int
    ) throws(EvaluationError) -> Bool {
      switch keyword {
      case "properties": node.object.properties = try schemas(field, depth: depth)
      case "dependentSchemas": node.object.dependentSchemas = try schemas(field, depth: depth)
      case "patternProperties":
        for (name, index) in try schemas(field, depth: depth).sorted(by: { $0.key < $1.key }) {
          node.object.patterns.append((try BoundedPattern(name), index))
        }
      case "additionalProperties": node.object.additional = try self.node(field.value, at: field.pointer, depth: depth)
      case "propertyNames": node.object.names = try self.node(field.value, at: field.pointer, depth: depth)
      case "required": node.object.required = try field.strings()
      case "dependentRequired":
        for member in try field.members() { node.object.dependentRequired[member.name] = try member.field.strings() }
      case "minProperties": node.object.size.minimum = try field.count()
      case "maxProperties": node.object.size.maximum = try field.count()
      default: return false
      }
      return true
    }

    private mutating func readArray(
      _ keyword: String, _ field: Field, into node: inout Node, depth: Int
    ) throws(EvaluationError) -> Bool {
      switch keyword {
      case "prefixItems": node.array.prefix = try list(field, depth: depth)
      case "items":
        guard field.value.array == nil else {
          throw .badSchema(pointer: field.pointer, reason: "draft 2020-12 calls a list of schemas prefixItems")
        }
        node.array.items = try self.node(field.value, at: field.pointer, depth: depth)
      case "contains": node.array.contains = try self.node(field.value, at: field.pointer, depth: depth)
      case "minContains": node.array.containsSize.minimum = try field.count()
      case "maxContains": node.array.containsSize.maximum = try field.count()
      case "minItems": node.array.size.minimum = try field.count()
      case "maxItems": node.array.size.maximum = try field.count()
      case "uniqueItems":
        guard let flag = field.value.boolean else { throw field.mustBe("true or false") }
        node.array.isUnique = flag
      default: return false
      }
      return true
    }

    private mutating func readCombination(
      _ keyword: String, _ field: Field, of schema: JSONObject, into node: inout Node, depth: Int
    ) throws(EvaluationError) -> Bool {
      switch keyword {
      case "allOf": node.allOf = try list(field, depth: depth)
      case "anyOf": node.anyOf = try list(field, depth: depth)
      case "oneOf": node.oneOf = try list(field, depth: depth)
      case "not": node.not = try self.node(field.value, at: field.pointer, depth: depth)
      case "if": node.condition = try self.node(field.value, at: field.pointer, depth: depth)
      case "then": node.then = try self.node(field.value, at: field.pointer, depth: depth)
      case "else": node.otherwise = try self.node(field.value, at: field.pointer, depth: depth)
      default: return false
      }
      return true
    }

    private mutating func schemas(_ field: Field, depth: Int) throws(EvaluationError) -> [String: Int] {
      var result: [String: Int] = [:]
      for member in try field.members() {
        result[member.name] = try node(member.field.value, at: member.field.pointer, depth: depth)
      }
      return result
    }

    private mutating func list(_ field: Field, depth: Int) throws(EvaluationError) -> [Int] {
      var result: [Int] = []
      for element in try field.elements(atLeast: 1) {
        result.append(try node(element.value, at: element.pointer, depth: depth))
      }
      return result
    }

    private mutating func reference(_ field: Field, depth: Int) throws(EvaluationError) -> Int {
      let text = try field.string()
      guard text.hasPrefix("#"), text == "#" || text.hasPrefix("#/") else {
        throw .badSchema(
          pointer: field.pointer, reason: "\"\(text.shown)\" leads out of the schema; only #/... is followed")
      }
      guard let decoded = String(text.dropFirst()).removingPercentEncoding else {
        throw .badSchema(pointer: field.pointer, reason: "\"\(text.shown)\" has a broken escape")
      }
      var target = root
      var place = ""
      for piece in decoded.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
        let name = String(piece).replacing("~1", with: "/").replacing("~0", with: "~")
        place += "/" + Self.escaped(name)
        let next =
          target.object?[name]
          ?? target.array.flatMap { list in Int(name).flatMap { list.indices.contains($0) ? list[$0] : nil } }
        guard let next else {
          throw .badSchema(pointer: field.pointer, reason: "there is no \"\(text.shown)\"")
        }
        target = next
      }
      return try node(target, at: place, depth: depth)
    }

    private static func types(_ field: Field) throws(EvaluationError) -> [String] {
      let known: Set = ["null", "boolean", "object", "array", "number", "integer", "string"]
      let types: [String]
      if let type = field.value.string { types = [type] } else { types = try field.strings() }
      guard !types.isEmpty, types.allSatisfy(known.contains) else {
        throw field.mustBe("one or several of \(known.sorted().joined(separator: ", "))")
      }
      return types
    }

    static func escaped(_ name: some StringProtocol) -> String {
      String(name).replacing("~", with: "~0").replacing("/", with: "~1")
    }
  }

  /// A keyword's value and its place.
  struct Field {
    let value: JSONValue
    let pointer: String

    func mustBe(_ what: String) -> EvaluationError {
      .badSchema(pointer: pointer, reason: "it must be \(what), not \(value.kind)")
    }

    func string() throws(EvaluationError) -> String {
      guard let text = value.string else { throw mustBe("a string") }
      return text
    }

    func number() throws(EvaluationError) -> Double {
      guard let number = value.double else { throw mustBe("a number") }
      return number
    }

    func count() throws(EvaluationError) -> Int {
      guard let count = value.integer, count >= 0 else { throw mustBe("a whole number that is not negative") }
      return count
    }

    func strings() throws(EvaluationError) -> [String] {
      let elements = try elements(atLeast: 0)
      let texts = elements.compactMap(\.value.string)
      guard texts.count == elements.count else { throw mustBe("a list of strings") }
      return texts
    }

    func elements(atLeast least: Int) throws(EvaluationError) -> [Field] {
      guard let elements = value.array, elements.count >= least else {
        throw mustBe(least == 0 ? "an array" : "an array that is not empty")
      }
      return elements.enumerated().map { Field(value: $1, pointer: "\(pointer)/\($0)") }
    }

    func members() throws(EvaluationError) -> [(name: String, field: Field)] {
      guard let object = value.object else { throw mustBe("an object") }
      return object.members.map {
        ($0.name, Field(value: $0.value, pointer: "\(pointer)/\(Compiler.escaped($0.name))"))
      }
    }
  }
}
