import Measures
import Ranking
import Testing

@Suite struct ParetoFrontierTests {
  private func point(_ name: String, _ values: Double?...) -> ParetoFrontier.Point { .init(name: name, values: values) }

  @Test func namesWhoDominatesWhom() {
    let frontier = ParetoFrontier(
      [point("cheap", 1, 9), point("good", 5, 2), point("bad", 6, 9), point("same", 1, 9)],
      [.lowerIsBetter, .lowerIsBetter])
    #expect(frontier.members == ["cheap", "good", "same"])
    #expect(frontier.dominatedBy == ["bad": ["cheap", "good", "same"]])
  }

  @Test func directionsAreKept() {
    let points = [point("a", 1, 1), point("b", 2, 2)]
    #expect(ParetoFrontier(points, [.lowerIsBetter, .higherIsBetter]).members == ["a", "b"])
    #expect(ParetoFrontier(points, [.higherIsBetter, .higherIsBetter]).members == ["b"])
    #expect(ParetoFrontier(points, [.lowerIsBetter, .lowerIsBetter]).members == ["a"])
  }

  @Test func absentPointsTakeNoPart() {
    let frontier = ParetoFrontier([point("a", 1, nil), point("b", 2, 2)], [.lowerIsBetter, .lowerIsBetter])
    #expect(frontier.members == ["b"] && frontier.absent == ["a"] && frontier.dominatedBy.isEmpty)
  }

  @Test func everyPointIsOnTheFrontierOrBelowAMemberOfIt() {
    var generator = SeededGenerator(seed: 9)
    for _ in 0..<50 {
      let points = (0..<12).map { index in
        ParetoFrontier.Point(name: "p\(index)", values: (0..<3).map { _ in Double(generator.index(below: 5)) })
      }
      let frontier = ParetoFrontier(points, [.lowerIsBetter, .higherIsBetter, .lowerIsBetter])
      let members = Set(frontier.members)
      #expect(!members.isEmpty)
      #expect(members.union(frontier.dominatedBy.keys).count == points.count)
      for (_, betters) in frontier.dominatedBy { #expect(!members.isDisjoint(with: betters)) }
    }
  }

  @Test func columnsByName() throws {
    let table = try RankingTable(csv: "method,PPL,AMU_GB,wall\nA,1,2,3\nB,2,1,3\nC,2,2,3\n".utf8)
    let columns = try table.frontierColumns(["ppl", "AMU"])
    #expect(columns.map(\.name) == ["PPL", "AMU_GB"])
    #expect(table.ranked()[0].frontier(columns).members == ["A", "B"])
    #expect(throws: TableError.noDirection(column: "wall")) { try table.frontierColumns(["wall"]) }
    #expect(throws: TableError.self) { try table.frontierColumns(["PPL", "PPL"]) }
    #expect(throws: TableError.self) { try table.frontierColumns(["nope"]) }
  }
}
