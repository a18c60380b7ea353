import Measures
import OpenAIWire
import Testing

@testable import Evaluators

@Suite("Replies of any content")
struct HostileRepliesTests {
  private static let pieces: [String] = [
    "{", "}", "[", "]", "\"", ",", ":", "null", "true", "false", "0", "1", "4", "-1", "1e999", "0.5", "\\u0000",
    "\\ud800",
    "\"mark\"", "\"reason\"", "\"cannot_tell\"", "\"claims\"", "\"has_claims\"", "\"claim\"", "\"status\"",
    "\"supported\"",
    "\"quote\"", "\"requirements\"", "\"requirement\"", "\"r1\"", "\"met\"", "\"criteria\"", "\"c1\"", "\"preferred\"",
    "\"A\"",
    "\"tie\"", "```", "```json\n", "\n", "<think>", "</think>", "\u{FFFD}", "\0", "🙂", "5 days", " ",
  ]

  private static let whole = [
    mark(3),
    #"{"has_claims": true, "claims": [{"claim": "c", "reason": "r", "quote": "5 days", "status": "supported"}], "cannot_tell": null}"#,
    #"{"requirements": {"r1": {"reason": "r", "status": "met"}}, "cannot_tell": null}"#,
    #"{"criteria": {"c1": {"reason": "r", "mark": 3}}, "cannot_tell": null}"#,
    #"{"reason": "r", "preferred": "A", "cannot_tell": null}"#, #"{"cannot_tell": "no"}"#,
  ]

  private func evaluators(_ judge: ScriptedJudge) throws -> [any Evaluator] {
    let rubric = try Rubric(json(#"{"criteria": [{"name": "a", "question": "b?"}]}"#))
    let settings = JudgeSettings(attempts: 1)
    return [
      JudgedAnswerRelevancy(judge: judge, settings: settings), JudgedGroundedness(judge: judge, settings: settings),
      JudgedTaskCompletion(judge: judge, settings: settings),
      RubricEvaluation(rubric: rubric, judge: judge, settings: settings),
      PairwisePreference(judge: judge, settings: settings),
    ]
  }

  /// Bytes, words of the form, or a verdict with a few bytes changed, left out or put in.
  private func reply(_ generator: inout SeededGenerator) -> String {
    switch generator.index(below: 3) {
    case 0:
      return String(
        decoding: (0..<generator.index(below: 60)).map { _ in UInt8(generator.index(below: 256)) }, as: UTF8.self)
    case 1:
      return (0..<generator.index(below: 30)).map { _ in Self.pieces[generator.index(below: Self.pieces.count)] }
        .joined()
    default:
      var bytes = Array(Self.whole[generator.index(below: Self.whole.count)].utf8)
      for _ in 0..<generator.index(below: 4) {
        let place = generator.index(below: bytes.count)
        switch generator.index(below: 3) {
        case 0: bytes[place] = UInt8(generator.index(below: 128))
        case 1: bytes.remove(at: place)
        default: bytes.insert(contentsOf: Self.pieces[generator.index(below: Self.pieces.count)].utf8, at: place)
        }
      }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  @Test("become a score from 0 to 1 out of a verdict in the form, an absence or an error that names who and what")
  func random() async throws {
    var generator = SeededGenerator(seed: 11)
    var (scores, absences, errors) = (0, 0, 0)
    let sample = asked("In 5 days.", context: ["Paid in 5 days."], expected: ["5 days"], model: "judge-1")
    for _ in 0..<1500 {
      let text = reply(&generator)
      let judge = ScriptedJudge(texts: text)
      for evaluator in try evaluators(judge) {
        do {
          let evaluation = try await evaluator.evaluate(sample)
          if let score = evaluation.score {
            #expect((0...1).contains(score))
            scores += 1
          } else {
            #expect(evaluation.outcome.absence?.reason.isEmpty == false)
            absences += 1
          }
          #expect(evaluation.work?.problems.isEmpty == true)
        } catch EvaluationError.judgeFailed(let name, let model, let reason, let work) {
          #expect(name == evaluator.name)
          #expect(model == "judge-1")
          #expect(!reason.isEmpty && reason.utf8.count < 2000)
          #expect(work.problems.count == 1)
          #expect(work.cost != .free)
          errors += 1
        } catch {
          Issue.record("\(error)")
        }
      }
    }
    // The three ways out were all taken, or the test says nothing.
    #expect(scores > 50 && absences > 20 && errors > 3000, "\(scores) scores, \(absences) absences, \(errors) errors")
  }

  @Test("a score is only taken out of a reply that the form's schema takes")
  func schema() async throws {
    var generator = SeededGenerator(seed: 12)
    let schema = try JSONSchema(JudgedAnswerRelevancy.question(JudgeMaterial()).schema)
    var scores = 0
    for _ in 0..<6000 {
      let text = reply(&generator)
      guard
        let verdict = try? await JudgedAnswerRelevancy(
          judge: ScriptedJudge(texts: text), settings: JudgeSettings(attempts: 1)
        )
        .verdict(of: asked("In 5 days.")), verdict.outcome.score != nil
      else { continue }
      scores += 1
      let plain = text.stripped.replacing("```json\n", with: "").replacing("```", with: "")
      let last = plain.pieces(separatedBy: "</think>").last ?? plain
      // What strict output has to say and our reader lets go: cannot_tell left out.
      let document = try json(last)
      var object = try #require(document.object)
      if object["cannot_tell"] == nil { object.append("cannot_tell", .null) }
      #expect(try schema.problems(of: .object(object)).isEmpty, "\(text)")
    }
    #expect(scores > 50)
  }
}
