import OpenAIWire
import Testing

@testable import Evaluators

@Suite("JSON schemas")
struct JSONSchemaTests {
  @Test("every schema takes and refuses the values that jsonschema takes and refuses")
  func oracle() throws {
    let fixture = try #require(try fixture("schemas").object)
    let values = try #require(fixture["values"]?.array)
    let rows = try #require(fixture["schemas"]?.array)
    #expect(rows.count >= 60)
    for row in rows {
      let object = try #require(row.object)
      let schema = try JSONSchema(try #require(object["schema"]))
      let valid = try #require(object["valid"]?.string)
      for (value, expected) in zip(values, valid) {
        let problems = try schema.problems(of: value)
        #expect(problems.isEmpty == (expected == "1"), "\(object["schema"]?.text ?? "") of \(value.text): \(problems)")
      }
    }
  }

  @Test("a problem names its place and its keyword")
  func places() throws {
    let schema = try JSONSchema(
      try json(#"{"properties": {"a/b": {"items": {"type": "integer", "minimum": 3}}}, "required": ["c"]}"#))
    let problems = try schema.problems(of: try json(#"{"a/b": [5, "x", 1]}"#))
    #expect(
      problems.map(\.description) == [
        "the document lacks \"c\"", "/a~1b/1 must be integer, not a string", "/a~1b/2 must be 3.0 or more, not 1.0",
      ])
    #expect(problems.map(\.keyword) == ["/required", "/properties/a~1b/items/type", "/properties/a~1b/items/minimum"])
  }

  @Test("keywords that are not known are refused by name, wherever they stand")
  func unknown() throws {
    for keyword in [
      "unevaluatedProperties", "$dynamicRef", "$anchor", "dependencies", "additionalItems", "nullable", "requierd",
    ] {
      let schema = try json(#"{"items": {"anyOf": [{"\#(keyword)": {}}]}}"#)
      let error = #expect(throws: EvaluationError.self) { try JSONSchema(schema) }
      #expect(error == .unsupportedKeyword(pointer: "/items/anyOf/0", keyword: keyword))
    }
  }

  @Test(
    "schemas that say something impossible are refused",
    arguments: [
      #"[]"#, #"{"type": "int"}"#, #"{"minLength": -1}"#, #"{"multipleOf": 0}"#, #"{"anyOf": []}"#, #"{"items": [{}]}"#,
      #"{"$ref": "http://elsewhere"}"#, ##"{"$ref": "#/nowhere"}"##, #"{"pattern": "("}"#, #"{"required": "a"}"#,
      #"{"$schema": "http://json-schema.org/draft-07/schema#"}"#, #"{"properties": {"a": {"$id": "b"}}}"#,
      #"{"enum": 3}"#, #"{"uniqueItems": 1}"#, #"{"properties": {"a": 4}}"#, #"{"minimum": "1"}"#,
    ])
  func impossible(schema: String) throws {
    let value = try json(schema)
    #expect(throws: EvaluationError.self) { try JSONSchema(value) }
  }

  @Test("references that go round end: with the document, or in an error")
  func cycles() throws {
    for text in [
      ##"{"$ref": "#"}"##, ##"{"allOf": [{"$ref": "#"}]}"##,
      ##"{"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"not": {"$ref": "#/$defs/a"}}}, "$ref": "#/$defs/a"}"##,
    ] {
      let schema = try JSONSchema(try json(text))
      #expect(throws: EvaluationError.self) { try schema.problems(of: .integer(1)) }
    }
    let list = try JSONSchema(try json(##"{"items": {"$ref": "#"}}"##))
    #expect(try list.problems(of: try json("[[[[]]]]")).isEmpty)
  }

  @Test("work that grows without bound is stopped")
  func explosion() throws {
    // Each level applies the next one twice.
    var defs = (0..<40).map { level in
      let next = ##"{"$ref": "#/$defs/d\##(level + 1)"}"##
      return #""d\#(level)": {"allOf": [\#(next), \#(next)]}"#
    }
    defs.append(#""d40": {}"#)
    let schema = try JSONSchema(try json(##"{"$ref": "#/$defs/d0", "$defs": {"## + defs.joined(separator: ",") + "}}"))
    let error = #expect(throws: EvaluationError.self) { try schema.problems(of: .null) }
    #expect(error?.description.contains("steps") == true)
  }

  @Test("multiples are of decimals, not of binary fractions")
  func multiples() {
    #expect(DecimalMultiple.holds(0.3, of: 0.1))
    #expect(DecimalMultiple.holds(19.99, of: 0.01))
    #expect(!DecimalMultiple.holds(19.995, of: 0.01))
    #expect(DecimalMultiple.holds(1e300, of: 7e-5) == false)
    #expect(DecimalMultiple.holds(7e300, of: 7e-5))
    #expect(DecimalMultiple.holds(-4.5, of: 1.5))
    #expect(!DecimalMultiple.holds(1e-300, of: 3))
  }
}

@Suite("JSONSchemaMatch")
struct JSONSchemaMatchTests {
  private func score(_ source: AnswerDocument, _ answer: String) async throws -> Double? {
    let schema = try JSONSchema(try json(#"{"type": "object", "required": ["a"]}"#))
    return try await JSONSchemaMatch(schema: schema, source: source).score(sample(answer))
  }

  @Test("where the JSON stands")
  func sources() async throws {
    let block = "Here:\n```json\n{\"a\": 1}\n```\nDone."
    #expect(try await score(.whole, #" {"a": 1} "#) == 1)
    #expect(try await score(.whole, block) == 0)
    #expect(try await score(.fenced, block) == 1)
    #expect(try await score(.fenced, #"{"a": 1}"#) == 0)
    #expect(try await score(.either, block) == 1)
    #expect(try await score(.either, #"{"a": 1}"#) == 1)
    #expect(try await score(.either, #"{"b": 1}"#) == 0)
    #expect(try await score(.fenced, "```\nno\n```\n```JSON\n{\"a\": 1}\n```") == 1)
    #expect(try await score(.fenced, "```json\n{\"a\": 1}") == 0)
    #expect(try await score(.fenced, "````\n{\"a\": \"```\"}\n````") == 1)
  }

  @Test(
    "what is nearly JSON is none",
    arguments: ["{'a': 1}", #"{"a": 1,}"#, #"{"a": NaN}"#, #"{"a": 1, "a": 2}"#, "{\"a\": 1} x"])
  func strict(answer: String) async throws { #expect(try await score(.either, answer) == 0) }

  @Test("a hostile document is an answer that is wrong, not a crash")
  func hostile() async throws {
    #expect(try await score(.either, String(repeating: "[", count: 100_000)) == 0)
  }

  @Test("made from a configuration, and refused there")
  func configuration() async throws {
    let made = try evaluator("JSONSchemaMatch", ["schema": try json(#"{"const": 1}"#), "source": .string("whole")])
    #expect(try await made.score(sample("1.0")) == 1)
    #expect(throws: EvaluationError.self) { try evaluator("JSONSchemaMatch") }
    let misspelt = try json(#"{"typ": "string"}"#)
    #expect(throws: EvaluationError.self) { try evaluator("JSONSchemaMatch", ["schema": misspelt]) }
  }
}
