import OpenAIWire
import Testing

@testable import Evaluators

@Suite("The forms judges are asked to fill")
struct ReplyFormTests {
  private static let nothing = JudgeMaterial()

  /// Each form's schema with a reply that is in the form.
  private func forms() throws -> [(schema: JSONValue, reply: String)] {
    let judge = ScriptedJudge(texts: "")
    let rubric = try Rubric(json(#"{"criteria": [{"name": "a", "question": "b?"}, {"name": "c", "question": "d?"}]}"#))
    return [
      (JudgedAnswerRelevancy.question(Self.nothing).schema, mark(4)),
      (
        JudgedGroundedness.question(Self.nothing).schema,
        #"{"has_claims": true, "claims": [{"claim": "c", "reason": "r", "quote": null, "status": "not_found"}], "cannot_tell": null}"#
      ),
      (
        JudgedTaskCompletion.question(Self.nothing, known: []).schema,
        #"{"requirements": [{"requirement": "x", "reason": "r", "status": "met"}], "cannot_tell": null}"#
      ),
      (
        JudgedTaskCompletion.question(Self.nothing, known: ["x"]).schema,
        #"{"requirements": {"r1": {"reason": "r", "status": "unmet"}}, "cannot_tell": null}"#
      ),
      (
        RubricEvaluation(rubric: rubric, judge: judge).question(Self.nothing, [1, 0]).schema,
        #"{"criteria": {"c1": {"reason": "r", "mark": 1}, "c2": {"reason": "r", "mark": null}}, "cannot_tell": null}"#
      ),
      (
        PairwisePreference(judge: judge).question(Self.nothing).schema,
        #"{"reason": "r", "preferred": "tie", "cannot_tell": null}"#
      ),
    ]
  }

  /// What strict structured output asks of every object in a schema.
  private func checkStrict(_ schema: JSONValue) throws {
    guard let object = schema.object else { return }
    if let properties = object["properties"]?.object {
      #expect(object["additionalProperties"] == .boolean(false))
      #expect(object["required"]?.array?.compactMap(\.string) == properties.members.map(\.name))
      for member in properties.members { try checkStrict(member.value) }
    }
    if let items = object["items"] { try checkStrict(items) }
    for keyword in object.members.map(\.name) {
      #expect(["type", "properties", "required", "additionalProperties", "items", "enum"].contains(keyword))
    }
  }

  @Test("are in the part of JSON Schema that strict output knows, and take what their readers take")
  func strict() throws {
    for form in try forms() {
      try checkStrict(form.schema)
      #expect(form.schema.object?["type"] == .string("object"))
      let schema = try JSONSchema(form.schema)
      #expect(try schema.problems(of: json(form.reply)).isEmpty, "\(form.reply)")
      #expect(try !schema.problems(of: json("{}")).isEmpty)
      _ = try ReplyField.read(form.reply)
    }
  }
}
