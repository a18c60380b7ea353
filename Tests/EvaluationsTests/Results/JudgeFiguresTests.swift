import Datasets
import Evaluations
import Evaluators
import Foundation
import OpenAIWire
import Records
import Testing

@Suite struct JudgeFiguresTests {
  private typealias Run = StoredRun

  @Test func whatVerdictsSayOfTheirJudge() throws {
    let run = try Run(rows: Run.rows(["r1", "r2", "r3"]))
    var account = JudgeWork()
    account.requests = 2
    account.models = ["judge-model"]
    account.isSelfJudged = true
    let work = account.json.text
    for (row, judge) in [("r1", work), ("r2", work), ("r3", "}{")] {
      let observation = try run.add(row)
      try run.store.storeVerdict(
        VerdictRecord(
          observationID: observation.id ?? 0, evaluator: "Judge", version: 1, configuration: "c", threshold: 0.5,
          outcome: .score(1), reason: "", judge: judge, cost: Run.usd(0), seconds: 0.1, decidedAt: Run.start))
    }
    let figures = try run.results().judgeFigures
    #expect(figures.map(\.evaluator) == ["Judge"])
    let diagnostics = try #require(figures.first).diagnostics
    #expect(diagnostics.rows == 2 && diagnostics.requests == 4 && diagnostics.selfJudged == 2)
    #expect(diagnostics.models == ["judge-model"])
    #expect(try Run(rows: Run.rows(["r1"])).results().judgeFigures.isEmpty)
  }

  @Test func aCalibrationIsFoundByItsName() throws {
    #expect(try Run(rows: Run.rows(["r1"])).results().calibrationName == "support.calibration")
  }
}
