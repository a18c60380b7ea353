import Foundation
import OpenAIWire
import Testing

@testable import Evaluators

/// A sample of an answer and what is expected.
func sample(_ output: String?, _ expected: String..., metadata: [String: JSONValue] = [:]) -> EvaluationSample {
  EvaluationSample(input: .text("question"), output: output, expected: expected, metadata: metadata)
}

func json(_ text: String) throws -> JSONValue { try JSONReader.value(of: text.utf8) }

func fixture(_ name: String) throws -> JSONValue {
  let url = try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: "json"))
  return try JSONReader.value(of: [UInt8](Data(contentsOf: url)))
}

/// The evaluator that a kind's options make.
func evaluator(_ kind: String, threshold: Double? = nil, _ options: [String: JSONValue] = [:]) throws -> any Evaluator {
  try EvaluatorRegistry.local.make(EvaluatorConfiguration(kind, threshold: threshold, options: options))
}

extension Evaluator {
  func score(_ sample: EvaluationSample) async throws -> Double? { try await verdict(of: sample).outcome.score }

  func cause(_ sample: EvaluationSample) async throws -> AbsenceCause? {
    if case .absent(_, let cause) = try await verdict(of: sample).outcome { cause } else { nil }
  }
}
