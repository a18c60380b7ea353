import OpenAIWire

/// Whether the answer is JSON that fits a schema.
public struct JSONSchemaMatch: LocalEvaluator {
  public let name: String
  public let version = 1
  public let threshold: Double
  public let source: AnswerDocument
  public let schema: JSONSchema

  public init(
    name: String = "JSONSchemaMatch", threshold: Double = 1, schema: JSONSchema, source: AnswerDocument = .either
  ) {
    self.name = name
    self.threshold = threshold
    self.schema = schema
    self.source = source
  }

  public func score(_ sample: EvaluationSample) throws -> Verdict {
    let document: JSONValue
    switch source.read(try sample.answer()) {
    case .success(let value): document = value
    case .failure(.malformed(let reason)): return Verdict(score: 0, reason: "the answer is no JSON: \(reason)")
    case .failure(let error): return Verdict(score: 0, reason: "the answer is no JSON: \(error)")
    }
    let problems = try schema.problems(of: document)
    guard !problems.isEmpty else { return Verdict(score: 1, reason: "the answer fits the schema") }
    let shown = problems.prefix(5).map(\.description).joined(separator: "; ")
    return Verdict(
      score: 0, reason: problems.count > 5 ? shown + "; and \(problems.count - 5) more" : shown,
      parts: problems.map { Verdict.Part(name: $0.keyword, outcome: .score(0), reason: $0.description) })
  }

  public static let kind = EvaluatorKind(
    name: "JSONSchemaMatch", summary: "the answer is JSON that fits a schema",
    options: [
      EvaluatorOption("schema", "a JSON schema, draft 2020-12; required"),
      EvaluatorOption("source", "whole, fenced, either (default): where in the answer the JSON stands"),
    ]
  ) { options throws(EvaluationError) in
    guard let schema = options["schema"] else {
      throw .missingOption(
        evaluator: "JSONSchemaMatch", option: "schema", mend: "Write the schema that an answer has to fit.")
    }
    return JSONSchemaMatch(
      name: options.name, threshold: options.threshold, schema: try JSONSchema(schema),
      source: try options.choice("source", default: .either))
  }
}
