import Datasets
import Evaluators
import Foundation
import Measures
import Records
import Testing

@testable import Evaluations

@Suite struct CalibrationRunTests {
  /// Forty answers of which people call those good that have a number; every tenth label says otherwise.
  private func labelled(_ fixture: EvaluationFixture) throws {
    let lines = (0..<40).map { number in
      let isGood = number.isMultiple(of: 2)
      let label = number % 10 == 3 ? !isGood : isGood
      return
        #"{"id":"l\#(number)","input":"How many?","expected":["\#(number)"],"judged":"\#(isGood ? "It is \(number)." : "Who knows?")","labels":{"Contains":\#(label)}}"#
    }
    let file = fixture.folder.appendingPathComponent("labelled.jsonl")
    try Data(lines.joined(separator: "\n").utf8).write(to: file)
    _ = try fixture.datasets.add(try DatasetFile.read(file.path), to: "labelled")
  }

  private func runner(_ fixture: EvaluationFixture, _ more: String) throws -> EvaluationRunner {
    EvaluationRunner(
      plan: try EvaluationPlan(
        yaml: """
          evaluation: answers
          dataset: labelled
          candidates: [{name: nobody, endpoint: "http://127.0.0.1:1/v1", model: m}]
          \(more)
          """), store: fixture.store, configuration: fixture.configuration())
  }

  @Test func evaluatorsAreHeldAgainstPeople() async throws {
    let fixture = try EvaluationFixture(rows: 1)
    try labelled(fixture)
    let (outcome, agreement) = try await runner(
      fixture, "evaluators: [Contains, {kind: Contains, name: other, values: [x]}, ExactMatch]"
    )
    .calibrate()
    #expect(outcome.isComplete && outcome.answered == 40)
    #expect(outcome.evaluation.name == "answers.calibration")
    #expect(agreement.unlabelled == ["ExactMatch"])
    let line = try #require(agreement.lines.first { $0.evaluator == "Contains" })
    #expect(line.agreement.rows == 40 && line.agreement.absent == 0 && line.diagnostics == nil)
    // Four of the odd rows are called good by people and by nobody else.
    #expect(line.agreement.agreement.quantity?.value == 0.9)
    #expect(line.agreement.precision.quantity?.value == 1)
    #expect(abs((line.agreement.recall.quantity?.value ?? 0) - 20.0 / 24) < 1e-12)
    // Labels of a kind's name are about every evaluator of that kind.
    #expect(agreement.lines.map(\.evaluator) == ["Contains", "other"])
  }

  @Test func aDatasetWithoutLabelsIsRefused() async throws {
    let fixture = try EvaluationFixture()
    let runner = EvaluationRunner(
      plan: try fixture.plan(1), store: fixture.store, configuration: fixture.configuration())
    await #expect(throws: EvaluationRunError.self) { _ = try await runner.calibrate() }
  }

  /// A judge that says nothing to the point: no score, and what it was paid is known.
  @Test func aJudgeThatGivesNoVerdictIsPaidAndGivesNoScore() async throws {
    let fixture = try EvaluationFixture(rows: 1)
    try labelled(fixture)
    try await EvaluationFixture.withMock { mock in
      let judge = """
        evaluators: [{kind: AnswerRelevancy, engine: judge, attempts: 2}]
        sample: {rows: 3}
        judge: {endpoint: "http://127.0.0.1:\(mock.port)/v1", model: mock, price: {provider: openai, model: gpt-5-mini}}
        """
      let (outcome, _) = try await runner(fixture, judge).calibrate()
      #expect(outcome.failedVerdicts["AnswerRelevancy"]?.count == 3)
      #expect(await mock.records().count == 6)
      let verdicts = try fixture.store.verdicts(ofEvaluation: try #require(outcome.evaluation.id))
      for verdict in verdicts {
        #expect(verdict.score == nil)
        #expect((verdict.cost.picos ?? 0) > 0, "\(verdict.cost)")
        let work = try #require(verdict.judge.flatMap(JudgeWork.init(record:)))
        #expect(work.requests == 2 && work.problems.count == 2 && work.models == ["mock"])
      }
      // Paid for once: only where it is asked for are failed verdicts asked for again.
      _ = try await runner(fixture, judge).calibrate()
      #expect(await mock.records().count == 6)
    }
  }

  /// A judge that is priced by the hour took its time before it failed.
  @Test func aJudgeThatFailsCostsTheTimeItTook() async throws {
    let fixture = try EvaluationFixture(rows: 1)
    try labelled(fixture)
    let broken = EvaluationFixture.behaviour {
      $0.malformedRate = 1
      $0.timeToFirstToken = .fixed(20)
    }
    try await EvaluationFixture.withMock(broken) { mock in
      let judge = """
        evaluators: [{kind: AnswerRelevancy, engine: judge, attempts: 1}]
        sample: {rows: 2}
        judge: {endpoint: "http://127.0.0.1:\(mock.port)/v1", model: mock, price: {per-hour: "3600"}, load: {retries: 0}}
        """
      let (outcome, _) = try await runner(fixture, judge).calibrate()
      let verdicts = try fixture.store.verdicts(ofEvaluation: try #require(outcome.evaluation.id))
      #expect(verdicts.count == 2)
      for verdict in verdicts {
        #expect(verdict.score == nil)
        #expect((verdict.cost.picos ?? 0) > 0, "\(verdict.cost)")
      }
    }
    // Nobody is there: nothing was sent, and nothing is owed.
    let port = try await EvaluationFixture.withMock { $0.port }
    let (outcome, _) = try await runner(
      fixture,
      """
      evaluators: [{kind: AnswerRelevancy, engine: judge, attempts: 1}]
      sample: {rows: 1}
      judge: {endpoint: "http://127.0.0.1:\(port)/v1", model: mock, price: {per-hour: "3600"}, load: {retries: 0}}
      """
    ).calibrate()
    let verdicts = try fixture.store.verdicts(ofEvaluation: try #require(outcome.evaluation.id))
    #expect(verdicts.map(\.cost.picos) == [0])
  }

  /// A judge that will not answer says so in a member of its own: that is its refusal, and no reply that cannot be read.
  @Test func aJudgeThatRefusesIsNamed() async throws {
    let fixture = try EvaluationFixture(rows: 1)
    try labelled(fixture)
    let server = try OneAnswerServer(
      #"{"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null,"refusal":"I judge nobody."},"finish_reason":"stop"}]}"#
    )
    defer { server.stop() }
    let (outcome, _) = try await runner(
      fixture,
      """
      evaluators: [{kind: AnswerRelevancy, engine: judge, attempts: 1}]
      sample: {rows: 1}
      judge: {endpoint: "http://127.0.0.1:\(server.port)/v1", model: m, load: {retries: 0}}
      """
    ).calibrate()
    let failed = try #require(outcome.failedVerdicts["AnswerRelevancy"])
    #expect(failed.first.contains("refused: the judge refused: I judge nobody."), "\(failed.first)")
    let identifier = try #require(outcome.evaluation.id)
    let verdict = try #require(try fixture.store.verdicts(ofEvaluation: identifier).first)
    let work = try #require(verdict.judge.flatMap(JudgeWork.init(record:)))
    #expect(work.problems.map(\.kind) == [.refused] && verdict.score == nil)
  }
}
