import Foundation
import Measures
import Records
import Testing

@testable import Studies

@Suite struct StudySummaryTests {
  private let study = StudyRecord(
    id: 1, name: "s", digest: "d", question: "q",
    plan: "study: s\nworkload: command\ncommand: [x]\nvary: {m: [a, b]}\n\(smallWork)\nrepeats: 2", command: "",
    createdAt: Date())

  private func cell(_ method: String) throws -> CellRecord {
    let planned = try StudyPlan(yaml: study.plan).plannedCells.first { $0.settings["m"] == .string(method) }
    return CellRecord(key: try #require(planned).key, method: method, model: "tiny", settings: [:])
  }

  private func trial(
    _ method: String, seed: Int, attempt: Int = 1, _ status: TrialStatus = .finished,
    _ measures: [MeasureID: MeasuredValue] = [:]
  ) throws -> TrialRecord {
    TrialRecord(
      studyID: 1, cell: try cell(method), seed: seed, attempt: attempt, status: status,
      failure: status == .failed ? TrialFailure(kind: "crashed", message: "boom") : nil, startedAt: Date(),
      measures: measures, reportedUnits: ["accuracy": .fraction])
  }

  private func value(_ value: Double, estimate: Bool = false) -> MeasuredValue {
    .value(Quantity(value, count: 1, isEstimate: estimate))
  }

  @Test func measuresAreMeansOverSeeds() throws {
    let summary = StudySummary(
      study: study,
      trials: [
        try trial("a", seed: 0, .finished, ["AL": value(1), "accuracy": value(2)]),
        try trial("b", seed: 0, .finished, ["AL": value(5)]),
        try trial("a", seed: 1, .finished, ["AL": value(3, estimate: true), "accuracy": value(2)]),
      ])
    #expect(summary.methods.map(\.method) == ["a", "b"])
    #expect(summary.methods.map(\.finished) == [2, 1])
    #expect(summary.rows.map(\.id) == ["AL", "accuracy"])
    let latency = try #require(summary.rows.first)
    #expect(latency.unit == .seconds)
    #expect(latency.values[0].mean == 2)
    #expect(latency.values[0].deviation == 2.0.squareRoot())
    #expect(latency.values[0].isEstimate)
    #expect(latency.values[1].mean == 5)
    #expect(latency.values[1].deviation == nil)
    #expect(!latency.values[1].isEstimate)
    #expect(summary.rows[1].unit == .fraction)
    #expect(summary.rows[1].values[1].absences == ["it was not measured"])
    #expect(summary.missing == 1)
  }

  @Test func absentIsNotZero() throws {
    let summary = StudySummary(
      study: study,
      trials: [
        try trial("a", seed: 0, .finished, ["AEC": .absent("no counter")]),
        try trial("a", seed: 1, .finished, ["AEC": value(7)]),
        try trial("b", seed: 0, .finished, ["AEC": .absent("no counter")]),
        try trial("b", seed: 1, .finished, ["AEC": .absent("no counter")]),
      ])
    let energy = try #require(summary.rows.first)
    #expect(energy.values[0].mean == 7)
    #expect(energy.values[0].count == 1)
    #expect(energy.values[0].absences == ["no counter"])
    #expect(energy.values[1].mean == nil)
    #expect(energy.values[1].absences == ["no counter"])
  }

  @Test func theFinishedAttemptCountsAndElseTheNewest() throws {
    let summary = StudySummary(
      study: study,
      trials: [
        try trial("a", seed: 0, attempt: 1, .failed), try trial("a", seed: 0, attempt: 2, .finished),
        try trial("b", seed: 0, attempt: 1, .failed), try trial("b", seed: 0, attempt: 2, .failed),
        try trial("b", seed: 1, .running),
      ])
    #expect(summary.methods.map { "\($0.finished) \($0.failed)" } == ["1 0", "0 1"])
    #expect(summary.failures.map(\.attempt) == [2])
    #expect(summary.running == 1)
  }

  @Test func aPlanThatCannotBeReadSaysNothingOfWhatIsMissing() {
    var study = study
    study.plan = "from another time: yes"
    #expect(StudySummary(study: study, trials: []).missing == nil)
  }
}

@Suite struct StudyForecastTests {
  private struct Counted: Workload {
    let name = "counted"

    func describe(_ settings: Settings, work: WorkPlan, precision: String) throws -> CellDescription {
      let size = settings["size"]?.text ?? "1"
      return CellDescription(
        method: size, model: "m", account: ModelAccount(parameters: 10, parameterBytes: 40),
        estimatedMemoryBytes: 99, totalFLOPs: 1e9 * (Double(size) ?? 1), equalised: "depth and width")
    }

    func command(specPath: String, spec: TrialSpec) throws -> [String] { ["true", specPath] }
  }

  private func plan() throws -> StudyPlan {
    try StudyPlan(yaml: "study: s\nworkload: counted\nvary: {size: [1, 4]}\nrepeats: 2\n\(smallWork)")
  }

  @Test func withoutAnythingKnownTimeIsUnknown() throws {
    let forecast = try StudyForecast(plan: plan(), registry: WorkloadRegistry([Counted()]), store: nil)
    #expect(forecast.trials == 4)
    #expect(forecast.waiting == 4)
    #expect(forecast.cells.map(\.parameters) == [10, 10])
    #expect(forecast.cells.map(\.seconds) == [nil, nil])
    #expect(forecast.secondsLeft == nil)
  }

  @Test func aMeasuredPeakBoundsTheTimeFromBelow() throws {
    let forecast = try StudyForecast(
      plan: plan(), registry: WorkloadRegistry([Counted()]), store: nil, peakFLOPsPerSecond: 1e9)
    #expect(forecast.cells.map(\.seconds) == [1, 4])
    #expect(forecast.cells.map(\.basis) == [.peak, .peak])
    #expect(forecast.secondsLeft == 10)
  }

  @Test func earlierTrialsSayMore() throws {
    let bench = try Workbench()
    let plan = try plan()
    let registry = WorkloadRegistry([Counted()])
    let cells = try StudyCell.cells(of: plan, registry: registry)
    let study = try bench.store.saveStudy(
      StudyRecord(name: "s", digest: plan.digest, question: "", plan: "", command: "", createdAt: Date()))
    let start = Date(timeIntervalSince1970: 1_700_000_000)
    let trial = try bench.store.startTrial(
      TrialRecord(
        studyID: try #require(study.id), cell: cells[0].record, seed: 0, status: .running, startedAt: start))
    try bench.store.finishTrial(
      try #require(trial.id), at: start + 2, manifest: Manifest(), evidence: TrialEvidence(), measures: [])
    let failed = try bench.store.startTrial(
      TrialRecord(
        studyID: try #require(study.id), cell: cells[1].record, seed: 0, status: .running, startedAt: start))
    try bench.store.failTrial(
      try #require(failed.id), at: start + 1, failure: TrialFailure(kind: "crashed", message: ""))

    let forecast = try StudyForecast(plan: plan, registry: registry, store: bench.store, peakFLOPsPerSecond: 1e12)
    #expect(forecast.cells[0].finishedSeeds == [0])
    #expect(forecast.cells[0].waitingSeeds == [1])
    #expect(forecast.cells[0].seconds == 2)
    #expect(forecast.cells[0].basis == .measured)
    #expect(forecast.cells[1].seconds == 8)
    #expect(forecast.cells[1].basis == .similar)
    #expect(forecast.cells[1].failedSeeds == [0])
    #expect(forecast.secondsLeft == 10)
    let retrying = try StudyForecast(
      plan: plan, registry: registry, store: bench.store, retriesFailed: true, peakFLOPsPerSecond: 1e12)
    #expect(retrying.cells[1].waitingSeeds == [0, 1])
  }
}
