import Foundation
import OpenAIWire
import Testing

@testable import Evaluators

@Suite("Evaluators from settings")
struct EvaluatorRegistryTests {
  @Test("a name that is not known lists those that are, and the nearest")
  func names() {
    let error = #expect(throws: EvaluationError.self) { try evaluator("exact_match") }
    #expect(error == .unknownEvaluator("exact_match", nearest: "ExactMatch", known: EvaluatorRegistry.local.names))
    #expect(error?.description.contains("Did you mean \"ExactMatch\"?") == true)
    #expect(error?.isUsageError == true)
    let far = #expect(throws: EvaluationError.self) { try evaluator("Vibes") }
    #expect(far == .unknownEvaluator("Vibes", nearest: nil, known: EvaluatorRegistry.local.names))
  }

  @Test("an option that is not known, too")
  func options() {
    let error = #expect(throws: EvaluationError.self) {
      try evaluator("ExactMatch", ["normalization": .string("none")])
    }
    #expect(
      error
        == .unknownOption(
          evaluator: "ExactMatch", option: "normalization", nearest: "normalisation", known: ["normalisation"]))
  }

  @Test(
    "values of the wrong kind are refused with what they have to be",
    arguments: [
      ("ExactMatch", "normalisation", #""trim""#), ("NumericMatch", "absolute", "-1"),
      ("NumericMatch", "absolute", #""1""#),
      ("NumericMatch", "units", "1"), ("Contains", "whole-words", #""yes""#), ("Contains", "values", "[]"),
      ("Contains", "values", "[1]"), ("RegularExpressionMatch", "pattern", "1"),
      ("StepEfficiency", "count", #""calls""#),
      ("Similarity", "method", #""bleu""#), ("InstructionConstraints", "instructions", #"[{"id": 1}]"#),
      ("RegularExpressionMatch", "pattern", #""""#),
    ])
  func values(kind: String, option: String, value: String) throws {
    let value = try json(value)
    let error = #expect(throws: EvaluationError.self) { try evaluator(kind, [option: value]) }
    guard case .wrongOption(evaluator: kind, option: option, _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("thresholds lie from 0 to 1", arguments: [-0.1, 1.1, .nan, .infinity])
  func thresholds(threshold: Double) {
    #expect(throws: EvaluationError.self) { try evaluator("ExactMatch", threshold: threshold) }
  }

  @Test("an option that is null counts as left out")
  func null() async throws {
    #expect(try await evaluator("ExactMatch", ["normalisation": .null]).score(sample(" a", "a")) == 1)
  }

  @Test("the document lists every evaluator with every option")
  func document() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/evaluators.md")
    let text = try String(contentsOf: root.standardizedFileURL, encoding: .utf8)
    for kind in EvaluatorRegistry.standard().kinds {
      #expect(text.contains("`\(kind.name)`"), "\(kind.name)")
      for option in kind.options { #expect(text.contains("`\(option.name)`"), "\(kind.name): \(option.name)") }
    }
  }
}
