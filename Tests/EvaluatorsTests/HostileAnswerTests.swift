import Measures
import OpenAIWire
import Testing

@testable import Evaluators

@Suite("Answers of any content")
struct HostileAnswerTests {
  private static let pieces = [
    "{", "}", "[", "]", "\"", "\\", "`", "```", "```json\n", "\n", "\r\n", "*", "***", "******", "-", ".", ",", "$",
    "€",
    "%", "/", "1", "20", "1e9", "e", "\\frac{", "½", " ", "\u{A0}", "\u{301}", "\u{200D}", "🙂", "é", "not", " no ",
    "refund",
    "issued", "P.S.", "<<", ">>", "Section 1", "#### ", "(", ")", "'", "’", "\0", "\u{2028}", "\u{FEFF}", "the", "Dr.",
    "...",
  ]

  @Test("every evaluator gives a score from 0 to 1, an absence or an error, twice the same")
  func random() async throws {
    var generator = SeededGenerator(seed: 4)
    var kinds = EvaluationTests.all
    kinds.append(("InstructionConstraints", ["mode": .string("loose"), "instructions": try instructions()]))
    for method in TextSimilarity.allCases { kinds.append(("Similarity", ["method": .string(method.rawValue)])) }
    kinds.append(("NumericMatch", ["extraction": .string("whole"), "decimal": .string("comma")]))
    let evaluators = try kinds.map { try evaluator($0.kind, $0.options) }
    for _ in 0..<60 {
      func text(_ longest: Int) -> String {
        (0..<generator.index(below: longest)).map { _ in Self.pieces[generator.index(below: Self.pieces.count)] }
          .joined()
      }
      let sample = sample(text(40), text(6) + "x20")
      for evaluator in evaluators {
        let first = await outcome(evaluator, sample)
        if case .success(let verdict) = first, let score = verdict.outcome.score { #expect((0...1).contains(score)) }
        #expect(await outcome(evaluator, sample) == first)
      }
    }
  }

  private func outcome(_ evaluator: any Evaluator, _ sample: EvaluationSample) async -> Result<Verdict, EvaluationError>
  {
    do {
      return .success(try await evaluator.verdict(of: sample))
    } catch let error as EvaluationError {
      return .failure(error)
    } catch {
      Issue.record(error)
      return .failure(.badCalibration(reason: "\(error)"))
    }
  }

  private func instructions() throws -> JSONValue {
    let fixture = try #require(try fixture("instructions").object)
    return .array(
      try #require(fixture["instructions"]?.array).map { row in
        let object = try #require(row.object)
        return .members(["id": object["id"], "kwargs": object["kwargs"]])
      })
  }
}
