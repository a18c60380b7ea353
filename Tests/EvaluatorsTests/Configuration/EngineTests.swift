import OpenAIWire
import Testing

@testable import Evaluators

@Suite("Engines of one name")
struct EngineTests {
  private func error(_ registry: EvaluatorRegistry, _ kind: String, _ options: [String: JSONValue]) -> EvaluationError?
  {
    #expect(throws: EvaluationError.self) { try registry.make(EvaluatorConfiguration(kind, options: options)) }
  }

  @Test("an engine that is not there is refused with the mend, and its kind stays listed")
  func missing() {
    let registry = EvaluatorRegistry.standard()
    for (kind, options) in [
      ("AnswerRelevancy", ["engine": JSONValue.string("judge")]), ("Groundedness", ["engine": .string("judge")]),
      ("TaskCompletion", ["engine": .string("judge")]), ("PairwisePreference", [:]),
    ] {
      let error = error(registry, kind, options)
      #expect(
        error
          == .missingEngine(
            evaluator: kind, engine: "judge", has: kind == "TaskCompletion" ? ["rules"] : [], mend: JudgeEvaluators.mend
          ))
      #expect(error?.isUsageError == true)
      #expect(error?.description.hasSuffix("Name a judge: a model at an OpenAI-compatible endpoint.") == true)
    }
  }

  @Test("an engine that no one knows is refused with those that are")
  func unknown() {
    let error = error(.standard(judge: ScriptedJudge(texts: "")), "TaskCompletion", ["engine": .string("vibes")])
    #expect(
      error
        == .missingEngine(
          evaluator: "TaskCompletion", engine: "vibes", has: ["rules", "judge"],
          mend: "Its engines are rules and judge."))
  }

  @Test("an option of another engine is refused, not ignored")
  func options() throws {
    let registry = EvaluatorRegistry.standard(judge: ScriptedJudge(texts: ""))
    guard
      case .unknownOption("TaskCompletion by rules", "attempts", _, let known) =
        error(registry, "TaskCompletion", ["attempts": .integer(2)])
    else {
      Issue.record("attempts was taken by the rules")
      return
    }
    #expect(known == ["engine", "required", "forbidden"])
    for (option, value) in [
      ("attempts", JSONValue.integer(0)), ("max-tokens", .integer(1)), ("temperature", .number(3)),
      ("temperature", .string("hot")),
      ("seed", .integer(-1)), ("engine", .integer(1)),
    ] {
      let options = ["engine": JSONValue.string("judge")].merging([option: value]) { $1 }
      guard case .wrongOption = error(registry, "Groundedness", options) else {
        Issue.record("\(option) \(value)")
        continue
      }
    }
  }

  @Test("settings reach the judge")
  func settings() async throws {
    let judge = ScriptedJudge(texts: "no")
    let made = try EvaluatorRegistry.local.adding(JudgeEvaluators.kinds(judge: judge)).make(
      EvaluatorConfiguration(
        "AnswerRelevancy", name: "relevant", threshold: 0.75,
        options: [
          "engine": .string("judge"), "attempts": .integer(2), "max-tokens": .integer(99),
          "temperature": .string("none"),
        ]))
    #expect(made.threshold == 0.75)
    #expect(made.name == "relevant")
    await #expect(throws: EvaluationError.self) { try await made.evaluate(asked("In 5 days.")) }
    #expect(judge.requests.count == 2)
    #expect(judge.requests[0].maximumTokens == 99)
    #expect(judge.requests[0].temperature == nil)
  }

  @Test("thresholds are the engine's own where a configuration says none")
  func thresholds() throws {
    let one = EvaluatorEngine("one", options: [], threshold: 0.3) { options throws(EvaluationError) in
      ExactMatch(name: options.name, threshold: options.threshold)
    }
    let two = EvaluatorEngine("two", options: [], threshold: 0.9, make: one.make)
    let registry = EvaluatorRegistry([.engines(name: "Both", summary: "", usual: "one", [one, two])])
    func threshold(_ engine: String?, _ given: Double? = nil) throws -> Double {
      try registry.make(
        EvaluatorConfiguration("Both", threshold: given, options: engine.map { ["engine": .string($0)] } ?? [:])
      ).threshold
    }
    #expect(try threshold(nil) == 0.3)
    #expect(try threshold("two") == 0.9)
    #expect(try threshold("two", 0.5) == 0.5)
  }

  @Test("one that is missing is refused, and its place is not taken by another")
  func usual() throws {
    let there = EvaluatorEngine("judge", kind: ExactMatch.kind)
    let local = EvaluatorEngine("local", kind: Similarity.kind).missing("Fetch a model.")
    let registry = EvaluatorRegistry([.engines(name: "Both", summary: "", usual: "local", [local, there])])
    #expect(
      error(registry, "Both", [:])
        == .missingEngine(evaluator: "Both", engine: "local", has: ["judge"], mend: "Fetch a model."))
    #expect(try registry.make(EvaluatorConfiguration("Both", options: ["engine": .string("judge")])).threshold == 1)
    // The registry's own judged kinds: the same options are known with and without a judge.
    let without = EvaluatorRegistry.standard().kinds
    let with = EvaluatorRegistry.standard(judge: ScriptedJudge(texts: "")).kinds
    #expect(without.map { $0.options.map(\.name) } == with.map { $0.options.map(\.name) })
    #expect(without.map(\.threshold) == with.map(\.threshold))
  }

  @Test("the local kinds keep their place, and each name stands once")
  func names() {
    let names = EvaluatorRegistry.standard().names
    #expect(Set(names).count == names.count)
    #expect(Set(EvaluatorRegistry.local.names).isSubset(of: names))
    for name in ["AnswerRelevancy", "Groundedness", "CustomEvaluation", "PairwisePreference"] {
      #expect(names.contains(name))
    }
  }
}
