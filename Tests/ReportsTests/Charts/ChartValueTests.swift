import Foundation
import Testing

@testable import Reports

@Suite struct ChartValueTests {
  @Test func writesJSONInTheOrderItWasGiven() {
    let value: ChartValue = ["b": [1, 2.5, true, nil], "a": ["x": "y"]]
    #expect(value.json == #"{"b":[1,2.5,true,null],"a":{"x":"y"}}"#)
  }

  @Test func whatIsNotFiniteIsAGap() {
    #expect(ChartValue.numbers([.nan, .infinity, 1]).json == "[null,null,1]")
  }

  @Test func numbersCarrySixDigits() throws {
    let values = [0.1234567891, 1e-9, -123456.789, 1e20, 3, 0]
    let read = try JSONDecoder().decode([Double].self, from: Data(ChartValue.numbers(values).json.utf8))
    for (value, got) in zip(values, read) { #expect(abs(value - got) <= abs(value) * 1e-5) }
  }

  @Test func anyTextComesBackAsItWas() throws {
    let text = "\"\\\n\r\t\u{1}\u{7F}\u{2028}</script>é🙂"
    let read = try JSONDecoder().decode([String].self, from: Data(ChartValue.array([.string(text)]).json.utf8))
    #expect(read == [text])
  }
}

@Suite struct LabelPlacementTests {
  private func positions(_ points: [(Double, Double, String)]) -> [String] {
    LabelPlacement.positions(points.map { .init(x: $0.0, y: $0.1, text: $0.2) })
  }

  @Test func farApartEveryNameStandsAboveItsPoint() {
    #expect(positions([(0, 0, "A"), (5, 5, "B"), (10, 10, "C")]) == Array(repeating: "top center", count: 3))
  }

  @Test func neighboursNamesGetOutOfEachOthersWay() {
    let places = positions([(0, 0, "GQA"), (0.1, 0, "MQA"), (10, 10, "MLA")])
    #expect(places[0] != places[1])
  }

  @Test func aLongNameAtTheEdgeTurnsInward() {
    let places = positions([(0, 0, "A"), (10, 5, "grouped-query attention")])
    #expect(places[1].hasSuffix("left"))
  }

  @Test func oneOrEqualPointsHaveAPlace() {
    #expect(positions([(1, 1, "A")]).count == 1)
    #expect(Set(positions([(1, 1, "A"), (1, 1, "B"), (1, 1, "C")])).count == 3)
    #expect(positions([]).isEmpty)
  }
}

@Suite struct FigureTests {
  private func group() throws -> ComparisonGroup {
    let fixture = FixtureStudy(steps: 30)
    return try StudyReport(study: fixture.study, trials: fixture.trials).model.groups[0]
  }

  @Test func theLossFigureHasALinePerSeedAndMean() throws {
    let figure = Figure(try #require(try group().loss), id: "loss", slots: ["MHA": 0, "MQA": 1])
    #expect(figure.views.map(\.label) == ["Over tokens", "Over seconds", "Last half"])
    #expect(figure.views.allSatisfy { $0.traces.count == 5 * 3 + 5 })
    #expect(figure.summary.contains("MHA ends at"))
  }

  @Test func theMemoryFigureNamesEachMethodOnce() throws {
    let figure = Figure(try group().memory, id: "memory", slots: [:])
    #expect(figure.views.map(\.label) == ["Resident memory", "Tensor memory"])
    let shown = figure.views[0].traces.filter { $0.json.contains("\"showlegend\":true") }
    #expect(figure.views[0].traces.count == 15 && shown.count == 5)
    // The peer reports no allocator.
    #expect(figure.views[1].traces.count == 12)
  }

  @Test func everyPointOfAFrontierIsNamedAndTheDominatedAreHollow() throws {
    let chart = try #require(try group().frontiers.first)
    let json = Figure(chart, id: "f", slots: [:]).json.json
    for point in chart.points { #expect(json.contains("\"text\":[\"\(point.method)\"]")) }
    #expect(json.contains("-open") == chart.points.contains { !$0.isOnFrontier })
  }

  @Test func theLatencyFigureSaysWhereItsAxisEnds() throws {
    let quantiles = [0.1, 0.11, 0.12]
    let method = LatencyChart.Method(
      method: "A", count: 3, minimum: 0.1, p50: 0.11, p90: 0.118, p99: 0.12, maximum: 9, quantiles: quantiles)
    let figure = Figure(LatencyChart(methods: [method]), id: "latency", slots: [:])
    #expect(figure.note?.contains("9000 ms") == true || figure.note?.contains("9\u{202F}000 ms") == true)
    #expect(figure.summary.contains("A 110 ms"))
  }

  @Test func theProfileHasARowPerMeasure() throws {
    let profile = try #require(try group().profile)
    let figure = Figure(profile, id: "p", slots: [:])
    #expect(figure.height == 110 + 52 * profile.axes.count)
    #expect(figure.views[0].traces.count == profile.lines.count)
  }
}
