import Foundation
import Measures
import MeasuringClient
import MockEndpoint
import Pricing
import Records
import Studies
import Synchronization
import Testing

@testable import Evaluations

@Suite struct EvaluationRunTests {
  private func observations(_ fixture: EvaluationFixture, _ outcome: EvaluationOutcome) throws -> [ObservationRecord] {
    try fixture.store.observations(ofEvaluation: try #require(outcome.evaluation.id))
  }

  @Test func everyRowIsAskedAndJudgedOnce() async throws {
    let fixture = try EvaluationFixture()
    try await EvaluationFixture.withMock { mock in
      let plan = try fixture.plan(mock.port, candidate: ", price: {provider: openai, model: gpt-5-mini}")
      let outcome = try await fixture.run(plan)
      #expect(outcome.isComplete && outcome.answered == 12 && outcome.failures.isEmpty)
      #expect(outcome.evaluation.finishedAt != nil)
      let found = try observations(fixture, outcome)
      #expect(Set(found.map(\.row)) == Set((0..<12).map { "r\($0)" }))
      #expect(await mock.records().count == 12)
      let first = try #require(found.first { $0.row == "r4" })
      #expect(first.text == " token token token" && first.answeredBy == "mock" && first.tokenSource == "usage")
      #expect(first.route == "desk" && first.customer == "c1" && first.tags == ["tier": "gold", "team": "a"])
      #expect(first.latencies.timeToFirstToken != nil && first.latencies.endToEnd != nil)
      // 0.25 a million tokens in and 2 out: the price of the model that answered, by the plan's name for it.
      let usage = try #require(first.promptTokens)
      #expect(first.cost.picos == Int64(usage * 250_000 + 3 * 2_000_000))
      #expect(first.cost.currency == "USD")
      let verdicts = try fixture.store.verdicts(ofEvaluation: try #require(outcome.evaluation.id))
      #expect(verdicts.count == 12 && verdicts.allSatisfy { $0.passed == true && $0.evaluator == "Contains" })
    }
  }

  @Test func aSecondRunAsksNothing() async throws {
    let fixture = try EvaluationFixture()
    try await EvaluationFixture.withMock { mock in
      let plan = try fixture.plan(mock.port)
      let first = try await fixture.run(plan)
      let second = try await fixture.run(plan)
      #expect(await mock.records().count == 12)
      #expect(second.evaluation.id == first.evaluation.id && second.found == 12)
    }
  }

  @Test func otherEvaluatorsJudgeTheStoredAnswers() async throws {
    let fixture = try EvaluationFixture()
    try await EvaluationFixture.withMock { mock in
      let first = try await fixture.run(try fixture.plan(mock.port))
      let second = try await fixture.run(
        try fixture.plan(mock.port, evaluators: "[{kind: Contains, values: [nothing]}, ExactMatch]"))
      #expect(await mock.records().count == 12)
      #expect(second.evaluation.id == first.evaluation.id)
      let verdicts = try fixture.store.verdicts(ofEvaluation: try #require(first.evaluation.id))
      #expect(verdicts.count == 24 && verdicts.allSatisfy { $0.score == 0 })
    }
  }

  @Test func aStoppedRunGoesOnWhereItStopped() async throws {
    let fixture = try EvaluationFixture(rows: 40)
    // All rows would take longer than any test may, whatever else the machine does.
    let slow = EvaluationFixture.behaviour { $0.timeToFirstToken = .fixed(1500) }
    let (port, partial) = try await EvaluationFixture.withMock(slow) { mock in
      let stop = StopSignal()
      let partial = try await fixture.run(try fixture.plan(mock.port), stop: stop) { event in
        if case .asked = event { stop.request() }
      }
      return (mock.port, partial)
    }
    #expect(!partial.isComplete && partial.missing > 0 && partial.answered > 0)
    #expect(partial.evaluation.finishedAt == nil)
    let stored = try observations(fixture, partial)
    #expect(stored.count == partial.answered && stored.allSatisfy { $0.status == .answered })
    try await EvaluationFixture.withMock(port: port) { mock in
      let whole = try await fixture.run(try fixture.plan(port))
      #expect(whole.isComplete && whole.evaluation.id == partial.evaluation.id && whole.found == stored.count)
      let all = try fixture.store.observations(ofEvaluation: try #require(whole.evaluation.id), superseded: true)
      #expect(all.count == 40 && Set(all.map(\.row)).count == 40)
      #expect(Set(stored.map(\.requestID)).isSubset(of: all.map(\.requestID)))
      // Whatever was stored is not asked again.
      #expect(await mock.records().count == 40 - stored.count)
    }
  }

  @Test func requestsThatFailedAreNamedAndAskedAgainOnlyWhenToldTo() async throws {
    let fixture = try EvaluationFixture(rows: 30)
    let faulty = EvaluationFixture.behaviour {
      $0.errorRate = 0.2
      $0.malformedRate = 0.2
      $0.truncationRate = 0.2
      $0.resetRate = 0.2
    }
    let once = ", load: {retries: 0, concurrency: 4}"
    try await EvaluationFixture.withMock(faulty) { mock in
      let outcome = try await fixture.run(try fixture.plan(mock.port, candidate: once))
      let found = try observations(fixture, outcome)
      #expect(found.count == 30 && outcome.missing == 0)
      let kinds = Set(found.compactMap(\.failureKind))
      #expect(kinds == ["status_500", "malformed_chunk", "truncated", "reset"])
      #expect(found.filter { $0.status == .failed }.allSatisfy { $0.cost.picos == nil })
      #expect(outcome.failures["mock"]?.values.reduce(0, +) == found.filter { $0.status == .failed }.count)
      let asked = await mock.records().count
      try await fixture.run(try fixture.plan(mock.port, candidate: once))
      #expect(await mock.records().count == asked)
      let failed = found.filter { $0.status == .failed }.count
      try await fixture.run(try fixture.plan(mock.port, candidate: once), retriesFailed: true)
      #expect(await mock.records().count == asked + failed)
      let all = try fixture.store.observations(ofEvaluation: try #require(outcome.evaluation.id), superseded: true)
      #expect(all.count == 30 + failed && all.filter { $0.attempt == 2 }.count == failed)
    }
  }

  @Test func anEndpointThatIsAwayAtFirstIsWaitedFor() async throws {
    let fixture = try EvaluationFixture(rows: 3)
    let port = try await EvaluationFixture.withMock { $0.port }
    // Nobody listens there now.
    let plan = try fixture.plan(port, candidate: ", load: {retries: 0}")
    let away = try await fixture.run(plan)
    #expect(away.failures["mock"] == ["connect": 3] && away.isComplete)
    #expect(try observations(fixture, away).allSatisfy { $0.failureMessage?.isEmpty == false })
  }

  @Test func labelsTellRunsApart() async throws {
    let fixture = try EvaluationFixture(rows: 2)
    try await EvaluationFixture.withMock { mock in
      let plan = try fixture.plan(mock.port)
      try await fixture.run(plan, label: "2026-08")
      try await fixture.run(plan, label: "2026-11")
      #expect(await mock.records().count == 4)
      #expect(try fixture.store.evaluations().map(\.reference).sorted() == ["sums@2026-08", "sums@2026-11"])
      let other = try fixture.plan(mock.port, candidate: ", settings: {temperature: 1}")
      await #expect(throws: EvaluationRunError.otherPlan(reference: "sums@2026-08")) {
        try await fixture.run(other, label: "2026-08")
      }
      #expect(try fixture.store.evaluation("sums@2026-1").label == "2026-11")
    }
  }

  @Test func anotherVersionOfTheDatasetIsAnotherRun() async throws {
    let fixture = try EvaluationFixture(rows: 2)
    try await EvaluationFixture.withMock { mock in
      let first = try await fixture.run(try fixture.plan(mock.port))
      try fixture.add(rows: 3)
      let second = try await fixture.run(try fixture.plan(mock.port))
      #expect(first.evaluation.id != second.evaluation.id)
      #expect(first.evaluation.dataset != second.evaluation.dataset && second.answered == 3)
      let pinned = try fixture.plan(mock.port, more: "").text.replacing("dataset: sums", with: "dataset: sums@1")
      let again = try await fixture.run(try EvaluationPlan(yaml: pinned))
      #expect(again.evaluation.id == first.evaluation.id && again.found == 2)
    }
  }

  @Test func aModelWithoutAPriceHasNoCost() async throws {
    let fixture = try EvaluationFixture(rows: 2)
    try await EvaluationFixture.withMock { mock in
      let outcome = try await fixture.run(try fixture.plan(mock.port))
      for observation in try observations(fixture, outcome) {
        guard case .absent(let absence) = observation.cost else {
          Issue.record("an unknown price is \(observation.cost)")
          continue
        }
        #expect(absence.reason.contains("mock"))
      }
    }
  }

  @Test func anEndpointOfOnesOwnIsPricedByItsTime() async throws {
    let fixture = try EvaluationFixture(rows: 4)
    try await EvaluationFixture.withMock { mock in
      let outcome = try await fixture.run(
        try fixture.plan(mock.port, candidate: ", price: {per-hour: \"3.6\", source: a lease}, load: {concurrency: 2}"))
      let found = try observations(fixture, outcome)
      #expect(found.count == 4)
      for observation in found {
        // 3.6 an hour is a thousandth a second, and a request holds the server for its own time at most.
        let picos = try #require(observation.cost.picos)
        let seconds = try #require(observation.latencies.serviceEndToEnd)
        #expect(picos > 0 && Double(picos) <= seconds * 1e9 * 1.000001, "\(picos) \(seconds)")
        #expect(observation.energy.quantity == nil)
      }
    }
  }

  @Test func pricesThatCannotBeUsedAreRefusedBeforeAnythingIsAsked() async throws {
    let fixture = try EvaluationFixture(rows: 1)
    try await EvaluationFixture.withMock { mock in
      for price in ["{per-hour: \"0,10\"}", "{per-hour: \"1\", currency: Dollars}", "{hardware: nobody}"] {
        let plan = try fixture.plan(mock.port, candidate: ", price: \(price)")
        await #expect(throws: EvaluationRunError.self, "\(price)") { try await fixture.run(plan) }
      }
      #expect(await mock.records().isEmpty)
    }
  }

  @Test func anEndpointThatIsNotThereIsLeftAfterAFewRows() async throws {
    let fixture = try EvaluationFixture(rows: 3000)
    // A place that nobody answered stays empty for a tenth of a second: all rows would take five minutes.
    let port = try await EvaluationFixture.withMock { $0.port }
    let plan = try fixture.plan(port, candidate: ", load: {retries: 0}")
    let away = try await fixture.run(plan)
    let asked = away.failures["mock"]?["connect"] ?? 0
    #expect(asked >= ObservationKeeper.mostRefused && asked + away.missing == 3000 && !away.isComplete)
  }

  @Test func anotherThresholdIsAnotherReadingOfTheSameScore() async throws {
    let fixture = try EvaluationFixture(rows: 2)
    let count = fixture.folder.appendingPathComponent("asked").path
    let script = #"while read -r l; do echo x >> \#(count); echo '{\"score\": 0.6, \"reason\": \"seen\"}'; done"#
    func evaluators(_ threshold: Double) -> String {
      "[{kind: CustomEvaluation, threshold: \(threshold), command: [/bin/sh, -c, \"\(script)\"]}]"
    }
    try await EvaluationFixture.withMock { mock in
      let first = try await fixture.run(try fixture.plan(mock.port, evaluators: evaluators(0.5)))
      let id = try #require(first.evaluation.id)
      #expect(try fixture.store.verdicts(ofEvaluation: id).map(\.passed) == [true, true])
      try await fixture.run(try fixture.plan(mock.port, evaluators: evaluators(0.7)))
      #expect(try fixture.store.verdicts(ofEvaluation: id).map(\.passed) == [false, false])
      #expect(try String(contentsOfFile: count, encoding: .utf8) == "x\nx\n")
    }
  }

  @Test func aKeyThatIsAWordStaysInAnswers() async throws {
    let fixture = try EvaluationFixture(rows: 1)
    let file = fixture.folder.appendingPathComponent("key")
    try Data("token".utf8).write(to: file)
    try await EvaluationFixture.withMock { mock in
      let outcome = try await fixture.run(try fixture.plan(mock.port, candidate: ", key: {file: \(file.path)}"))
      #expect(try observations(fixture, outcome).map(\.text) == [" token token token"])
    }
  }

  @Test func twoRunnersOfOneEvaluationDoNotMeet() async throws {
    let fixture = try EvaluationFixture(rows: 30)
    let behaviour = EvaluationFixture.behaviour { $0.timeToFirstToken = .fixed(10) }
    try await EvaluationFixture.withMock(behaviour) { mock in
      let plan = try fixture.plan(mock.port)
      let refused = Mutex(false)
      let begun = AsyncStream<Void>.makeStream()
      let first = Task {
        try await fixture.run(plan) { event in if case .asked = event { begun.continuation.yield() } }
      }
      for await _ in begun.stream { break }
      do { _ = try await fixture.run(plan) } catch is StudyError { refused.withLock { $0 = true } }
      _ = try await first.value
      #expect(refused.withLock { $0 })
      #expect(await mock.records().count == 30)
    }
  }

  @Test func scoringProgramsAreAsked() async throws {
    let fixture = try EvaluationFixture(rows: 5)
    let script = #"while read -r l; do echo '{\"score\": 0.75, \"reason\": \"seen\"}'; done"#
    try await EvaluationFixture.withMock { mock in
      let outcome = try await fixture.run(
        try fixture.plan(
          mock.port, evaluators: "[{kind: CustomEvaluation, name: mine, command: [/bin/sh, -c, \"\(script)\"]}]"))
      let verdicts = try fixture.store.verdicts(ofEvaluation: try #require(outcome.evaluation.id))
      #expect(verdicts.map(\.score) == [0.75, 0.75, 0.75, 0.75, 0.75], "\(outcome.failedVerdicts)")
    }
  }

  @Test func anEvaluatorThatFailsIsNoScore() async throws {
    let fixture = try EvaluationFixture(rows: 2)
    try await EvaluationFixture.withMock { mock in
      let outcome = try await fixture.run(
        try fixture.plan(mock.port, evaluators: "[{kind: CustomEvaluation, command: [/bin/sh, -c, \"echo no JSON\"]}]"))
      #expect(outcome.failedVerdicts["CustomEvaluation"]?.count == 2)
      let verdicts = try fixture.store.verdicts(ofEvaluation: try #require(outcome.evaluation.id))
      #expect(verdicts.allSatisfy { $0.score == nil && $0.passed == nil })
    }
  }

  /// A certificate that is not to be trusted will not be at the next row either.
  @Test func aCandidateThatIsNotTrustedIsLeftAtOnce() throws {
    let fixture = try EvaluationFixture(rows: 3)
    let plan = try fixture.plan(1)
    let work = try EvaluationWork(plan: plan, dataset: try fixture.datasets.load(plan.dataset))
    let table = try PriceCatalogue.builtIn.table(version: nil)
    let keys = try PlannedKeys(plan)
    let (evaluation, candidates) = try fixture.store.createEvaluation(
      EvaluationRecord(
        name: "e", label: "1", digest: "", plan: "", command: "", dataset: "", createdAt: Date()),
      rows: work.evaluationRows,
      candidates: [CandidateRecord(evaluationID: 0, name: "mock", digest: "", model: "m", endpoint: "")])
    let said = Mutex<[String]>([])
    let session = CandidateSession(
      work: work, candidate: 0, record: candidates[0], missing: work.items, store: fixture.store,
      costing: RequestCosting(table: table, price: plan.candidates[0].price, asked: "m"),
      surroundings: ServedCandidate.Surroundings(placeholders: [:], environment: [:], keys: keys),
      progress: { event in
        if case .unreachable(_, let reason) = event { said.withLock { $0.append(reason) } }
      })
    let keeper = ObservationKeeper(session: session, anchor: ClockAnchor(), stop: StopSignal())
    func failed(_ index: Int, _ failure: RequestFailure) -> Observation {
      var observation = Observation(index: index, identifier: "c-\(index)", scheduled: 1)
      var attempt = AttemptTimeline(began: 1)
      attempt.failure = failure
      attempt.end = 2
      observation.attempts = [attempt]
      return observation
    }
    keeper.keep(failed(0, .connect(reason: "nobody")))
    #expect(!keeper.isUnreachable)
    keeper.keep(failed(1, .certificate(reason: "say trust: {ca-file: PATH}")))
    #expect(keeper.isUnreachable)
    #expect(said.withLock(\.self) == ["no connection: say trust: {ca-file: PATH}"])
    let stored = try fixture.store.observations(ofEvaluation: try #require(evaluation.id))
    #expect(stored.map(\.failureKind) == ["connect", "certificate"])
  }

  @Test func certificatesThatCannotBeReadAreRefusedBeforeAnythingIsAsked() async throws {
    let fixture = try EvaluationFixture(rows: 1)
    try await EvaluationFixture.withMock { mock in
      let text = try fixture.plan(mock.port).text.replacing(
        "candidates:\n",
        with:
          "candidates:\n  - {name: other, endpoint: \"https://127.0.0.1:1/v1\", model: m, trust: {ca-file: none.pem}}\n"
      )
      let plan = try EvaluationPlan(yaml: text, folder: fixture.folder.path)
      await #expect { try await fixture.run(plan) } throws: { "\($0)".contains("none.pem") }
      #expect(await mock.records().isEmpty)
    }
  }
}
