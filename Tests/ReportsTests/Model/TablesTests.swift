import Measures
import Testing

@testable import Reports

@Suite struct TablesTests {
  private let comparison = Comparison(
    AnswerTests.members([
      ("A", "Performance", [100, 102, 104]), ("B", "Performance", [110, 112, 114]),
      ("C", "Performance", [nil, nil, nil]),
      ("A", "AL", [2, 2, 2]), ("B", "AL", [1, 1, 1]), ("C", "AL", [4, 4, 4]), ("A", "accuracy", [0.5, 0.6, 0.7]),
      ("B", "AMU", [3, nil, 4]),
    ]))

  @Test func rowsComeInTheCataloguesOrderAndStrangersLast() {
    let table = ResultTable(comparison)
    #expect(table.rows.map(\.measure) == ["Performance", "AMU", "AL", "accuracy"])
    #expect(table.rows.last?.direction == nil)
  }

  @Test func aCellHasItsMeanItsIntervalAndItsSeeds() throws {
    let cell = try #require(ResultTable(comparison).rows.first?.cells.first)
    #expect(cell.mean == 102 && cell.count == 3 && cell.isBest && !cell.isTied)
    // Student's t with two degrees of freedom: 4.302653 * 2 / sqrt 3.
    let interval = try #require(cell.interval)
    #expect(abs(interval.lower - 97.0317) < 1e-3 && abs(interval.upper - 106.9683) < 1e-3)
    let bootstrap = try #require(cell.bootstrap)
    #expect(bootstrap.lower >= 100 && bootstrap.upper <= 104)
  }

  @Test func absencesKeepTheirReasonAndAreNeverZero() throws {
    let rows = ResultTable(comparison).rows
    let perplexity = rows[0].cells[2]
    #expect(perplexity.mean == nil && perplexity.count == 0 && perplexity.absence == "the counter was away")
    let memory = try #require(rows.first { $0.measure == "AMU" })
    #expect(memory.cells[0].absence == "the trial did not record this measure")
    #expect(memory.cells[1].mean == 3.5 && memory.cells[1].count == 2)
    #expect(memory.cells[1].absence == "seed 2: the counter was away")
  }

  @Test func theBestIsMarkedOnlyWhereThereIsAComparison() {
    let rows = ResultTable(comparison).rows
    #expect(rows.first { $0.measure == "AMU" }?.cells.contains(where: \.isBest) == false)
    #expect(rows.first { $0.measure == "accuracy" }?.cells.contains(where: \.isBest) == false)
    #expect(rows.first { $0.measure == "AL" }?.cells.map(\.isBest) == [false, true, false])
  }

  @Test func ranksNeedTwoAndAShareNeedsThreeRepeats() throws {
    let table = RankTable(comparison)
    #expect(table.rows.map(\.measure) == ["Performance", "AL"])
    #expect(table.rows[1].cells.map(\.rank) == [2, 1, 3])
    // AMU of B has two seeds only.
    #expect(table.resamples == nil)
    #expect(table.rows.flatMap(\.cells).allSatisfy { $0.held == nil })
    let enough = RankTable(
      Comparison(AnswerTests.members([("A", "AL", [1, 1.1, 1.2]), ("B", "AL", [2, 2.1, 2.2])])))
    #expect(enough.resamples == ConfidenceInterval.defaultResamples)
    #expect(enough.rows[0].cells.map(\.held) == [1, 1])
  }

  @Test func thePublishedWayNormalisesOverAllRuns() throws {
    let table = PublishedTable(comparison, model: "tiny")
    #expect(table.rows.map(\.measure) == ["Performance", "AMU", "AL"])
    let latency = try #require(table.rows.last)
    #expect(latency.cells.map(\.rank) == [2, 1, 3])
    // 0.1 + 0.9 (x - worst) / (best - worst), best 1 and worst 4 over the runs.
    let expected: [Double] = [0.7, 1.0, 0.1]
    for (cell, value) in zip(latency.cells, expected) {
      #expect(abs((cell.normalised ?? 0) - value) < 1e-12)
    }
    // The best and the worst run of a method are not its mean: A spans 100 to 104, B 110 to 114.
    let perplexity = table.rows[0].cells.map(\.normalised)
    #expect(abs((perplexity[0] ?? 0) - (0.1 + 0.9 * 12 / 14)) < 1e-12)
    #expect(perplexity[2] == nil)
  }

  @Test func aScoreWithoutAllItsTermsIsAbsentAndSaysWhy() throws {
    let table = PublishedTable(comparison, model: "tiny")
    #expect(table.scores == [nil, nil, nil])
    #expect(table.notes.contains { $0.hasPrefix("No efficiency score for any method: the table has no PCU column") })
    #expect(table.notes.last?.contains("upside down") == true)
    var fixture = FixtureStudy(steps: 20)
    fixture.hasEnergy = true
    let scored = try StudyReport(study: fixture.study, trials: fixture.trials).model.groups[0].published
    #expect(scored.scores.allSatisfy { $0.map { $0 > 0.5 && $0 <= 1 } ?? false })
  }
}

@Suite struct ComparisonChartTests {
  private let comparison = Comparison(
    AnswerTests.members([
      ("A", "Performance", [100]), ("B", "Performance", [110]), ("C", "Performance", [120]), ("D", "Performance", [90]),
      ("A", "TT.tokensPerSecond", [50]), ("B", "TT.tokensPerSecond", [80]), ("C", "TT.tokensPerSecond", [70]),
      ("A", "AMU", [2]), ("B", "AMU", [1]), ("C", "AMU", [3]), ("D", "AMU", [1]),
    ]))

  @Test func theFrontierLeavesOutWhoIsBeatenAndNamesWhoIsMissing() throws {
    let charts = FrontierChart.charts(comparison)
    #expect(charts.map(\.x.measure) == ["TT.tokensPerSecond", "AMU"])
    #expect(charts[0].points.map(\.method) == ["A", "B", "C"])
    #expect(charts[0].points.map(\.isOnFrontier) == [true, true, false])
    #expect(charts[0].left == ["D"])
    #expect(charts[1].points.map(\.isOnFrontier) == [false, false, false, true])
  }

  @Test func withoutQualityThereIsNoFrontier() {
    let comparison = Comparison(AnswerTests.members([("A", "AL", [1]), ("B", "AL", [2])]))
    #expect(FrontierChart.charts(comparison).isEmpty)
  }

  @Test func theProfileRunsFromWorstToBest() throws {
    let profile = try #require(MeasureProfile(comparison))
    #expect(profile.axes.map(\.measure) == ["Performance", "AMU", "TT.tokensPerSecond"])
    #expect(profile.lines.first { $0.method == "D" }?.positions == [1, 1, nil])
    #expect(profile.lines.first { $0.method == "C" }?.positions == [0, 0, 20.0 / 30])
  }

  @Test func aMeasureThatIsTheSameForAllStandsInTheMiddle() throws {
    let same = Comparison(
      AnswerTests.members([("A", "AL", [1]), ("B", "AL", [1]), ("A", "AMU", [1]), ("B", "AMU", [2])]))
    let profile = try #require(MeasureProfile(same))
    #expect(profile.lines.map { $0.positions[1] } == [0.5, 0.5])
    #expect(MeasureProfile(Comparison(AnswerTests.members([("A", "AL", [1])]))) == nil)
  }
}
