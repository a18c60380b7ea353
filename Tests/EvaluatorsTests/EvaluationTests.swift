import Measures
import OpenAIWire
import Testing

@testable import Evaluators

@Suite("What cannot be scored is told apart from what scores badly")
struct EvaluationTests {
  /// One of each kind, with the options it needs.
  static let all: [(kind: String, options: [String: JSONValue])] = [
    ("ExactMatch", [:]), ("NumericMatch", [:]), ("Contains", [:]), ("NotContains", ["values": .string("bad")]),
    ("RegularExpressionMatch", ["pattern": .string("a")]), ("JSONSchemaMatch", ["schema": .boolean(true)]),
    ("Similarity", [:]), ("InstructionConstraints", [:]), ("StepEfficiency", [:]), ("TaskCompletion", [:]),
  ]

  @Test("the list above has every kind")
  func complete() { #expect(Self.all.map(\.kind) == EvaluatorRegistry.local.names) }

  @Test("an empty answer is an absence for every evaluator", arguments: all.indices)
  func emptyAnswer(index: Int) async throws {
    let (kind, options) = Self.all[index]
    let evaluator = try evaluator(kind, options)
    let answers: [String?] = [nil, "", " \n\t\u{A0}"]
    for answer in answers {
      let evaluation = try await evaluator.evaluate(sample(answer, "42"))
      #expect(evaluation.score == nil)
      #expect(evaluation.passed == nil)
      #expect(evaluation.outcome.absence?.reason.isEmpty == false)
      #expect(try await evaluator.cause(sample(answer, "42")) == .noAnswer)
    }
  }

  @Test(
    "a row without an expected value, or with an empty one, is an absence",
    arguments: ["ExactMatch", "NumericMatch", "Contains", "Similarity", "TaskCompletion"])
  func noExpectation(kind: String) async throws {
    let evaluator = try evaluator(kind)
    #expect(try await evaluator.cause(sample("an answer")) == .noExpectation)
    #expect(try await evaluator.cause(sample("an answer", " ")) == .noExpectation)
    #expect(try await evaluator.cause(sample("an answer", "an answer", "")) == .noExpectation)
  }

  @Test("an evaluation carries its evaluator, its threshold and what it cost")
  func fields() async throws {
    let evaluator = try EvaluatorRegistry.local.make(
      EvaluatorConfiguration("Similarity", name: "close enough", threshold: 0.4))
    let evaluation = try await evaluator.evaluate(sample("the red house", "a red barn"))
    #expect(evaluation.evaluator == "close enough")
    #expect(evaluation.version == 1)
    #expect(evaluation.threshold == 0.4)
    #expect(evaluation.score == 0.5)
    #expect(evaluation.passed == true)
    #expect(evaluation.cost == .free)
    #expect(evaluation.latency >= .zero)
    #expect(evaluation.reason == "token-f1 0.500 to \"a red barn\"")
  }

  @Test("a sample over the limit is an error, not a score")
  func size() async throws {
    let evaluator = try evaluator("Contains")
    let huge = String(repeating: "x", count: EvaluationSample.largestText + 1)
    await #expect(throws: EvaluationError.self) { try await evaluator.evaluate(sample(huge, "x")) }
  }

  @Test("amounts add exactly and keep their digits")
  func amounts() throws {
    let amount = { (text: String) in try #require(DecimalAmount(text)) }
    #expect(try (amount("0.1") + amount("0.2")).text == "0.3")
    #expect(try (amount("0.0379055") + amount("10")).text == "10.0379055")
    #expect(try (amount("0.999") + amount("0.001")).text == "1.000")
    #expect(try (amount("99999999999999999999") + amount("0.5")).text == "99999999999999999999.5")
    #expect(try (amount("0.00") + amount("0.0")).text == "0.00")
    for wrong in ["", "-1", "1.", ".5", "1e3", "1,5", "１", String(repeating: "1", count: 41)] {
      #expect(DecimalAmount(wrong) == nil)
    }
  }
}
