public import OpenAIWire

/// A JSON schema: a documented subset of draft 2020-12, read once and then applied to documents.
///
/// Known: `type`, `enum`, `const`; `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `multipleOf` (on
/// decimals, exactly); `minLength`, `maxLength` (Unicode scalars), `pattern` (ICU's syntax); `properties`,
/// `patternProperties`, `additionalProperties`, `propertyNames`, `required`, `dependentRequired`, `dependentSchemas`,
/// `minProperties`, `maxProperties`; `prefixItems`, `items`, `contains`, `minContains`, `maxContains`, `minItems`,
/// `maxItems`, `uniqueItems`; `allOf`, `anyOf`, `oneOf`, `not`, `if`, `then`, `else`; `$defs` and a `$ref` to a place in
/// the same document (`#/...`). Annotations are read over, and `format` is one, as the draft has it. Any other keyword is
/// refused by its name: a schema that says more than is looked at would pass what it should not.
public struct JSONSchema: Sendable {
  /// A schema inside the schema.
  struct Node: Sendable {
    var pointer: String
    /// `false`: nothing is valid. Nil for a schema of keywords.
    var verdict: Bool?
    var reference: Int?
    var types: [String]?
    var constants: Set<JSONIdentity>?
    var constantTexts: [String] = []
    var numbers = NumberRules()
    var lengths = SizeRules()
    var pattern: BoundedPattern?
    var object = ObjectRules()
    var array = ArrayRules()
    var allOf: [Int] = []
    var anyOf: [Int]?
    var oneOf: [Int]?
    var not: Int?
    var condition: Int?
    var then: Int?
    var otherwise: Int?
  }

  struct NumberRules: Sendable {
    var minimum: Double?
    var maximum: Double?
    var exclusiveMinimum: Double?
    var exclusiveMaximum: Double?
    var multipleOf: Double?
  }

  struct SizeRules: Sendable {
    var minimum: Int?
    var maximum: Int?
  }

  struct ObjectRules: Sendable {
    var properties: [String: Int] = [:]
    var patterns: [(pattern: BoundedPattern, node: Int)] = []
    var additional: Int?
    var names: Int?
    var required: [String] = []
    var dependentRequired: [String: [String]] = [:]
    var dependentSchemas: [String: Int] = [:]
    var size = SizeRules()
  }

  struct ArrayRules: Sendable {
    var prefix: [Int] = []
    var items: Int?
    var contains: Int?
    var containsSize = SizeRules()
    var size = SizeRules()
    var isUnique = false
  }

  /// How far a schema, and the work of applying it, may go.
  public struct Limits: Sendable, Hashable {
    /// Schemas inside the schema.
    public var nodes = 10_000
    /// Schemas inside each other, references followed.
    public var depth = 128
    /// Schemas applied to values, over one document.
    public var steps = 1_000_000
    /// Problems that are listed; looking goes on no further.
    public var problems = 20

    public init() {}
  }

  var nodes: [Node]
  let limits: Limits

  /// Reads a schema.
  /// - Throws: ``EvaluationError/badSchema(pointer:reason:)``, ``EvaluationError/unsupportedKeyword(pointer:keyword:)``,
  ///   ``EvaluationError/badPattern(_:reason:)``, ``EvaluationError/tooLarge(what:limit:)``.
  public init(_ schema: JSONValue, limits: Limits = Limits()) throws(EvaluationError) {
    var compiler = Compiler(root: schema, limits: limits)
    _ = try compiler.node(schema, at: "", depth: 0)
    nodes = compiler.nodes
    self.limits = limits
  }

  /// What is wrong with a document; empty when it is valid.
  /// - Throws: ``EvaluationError/badSchema(pointer:reason:)`` for a reference that leads back to itself,
  ///   ``EvaluationError/tooLarge(what:limit:)``, ``EvaluationError/patternTimeout(_:milliseconds:)``.
  public func problems(of document: JSONValue) throws(EvaluationError) -> [SchemaProblem] {
    var application = Application(schema: self)
    return try application.problems(of: document, by: 0, at: "", depth: 0)
  }
}

/// One thing that is wrong with a document.
public struct SchemaProblem: Sendable, Hashable, CustomStringConvertible {
  /// Where in the document, as RFC 6901 writes it; empty for the whole.
  public let place: String
  /// Which keyword says so, by its place in the schema.
  public let keyword: String
  public let reason: String

  public var description: String { (place.isEmpty ? "the document" : place) + " " + reason }
}
