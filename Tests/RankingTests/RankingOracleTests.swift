import Foundation
import Measures
import Ranking
import Testing

/// Whole tables against an independent ranking in exact fractions; made by scripts/oracles/ranking_oracle.py.
@Suite struct RankingOracleTests {
  private struct Case: Decodable {
    struct Group: Decodable {
      let group: String
      let methods: [String: Method]
    }

    struct Method: Decodable {
      let values: [String: Double]
      let ranks: [String: Int]
    }

    let csv: String
    let higher: [String]
    let groups: [Group]
  }

  private static func cases() throws -> [Case] {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/tables", withExtension: "json"))
    return try JSONDecoder().decode([Case].self, from: Data(contentsOf: url))
  }

  private static func layout(_ higher: [String]) -> TableLayout {
    TableLayout(groupColumn: "bucket", methodColumn: "technique", modelColumn: "size", higher: higher)
  }

  @Test func agreesWithExactFractions() throws {
    for (number, oracle) in try Self.cases().enumerated() {
      let groups = try RankingTable(csv: oracle.csv.utf8, layout: Self.layout(oracle.higher)).ranked()
      #expect(Set(groups.map(\.group)) == Set(oracle.groups.map(\.group)))
      for group in groups {
        let wanted = try #require(oracle.groups.first { $0.group == group.group })
        #expect(Set(group.methods.map(\.method)) == Set(wanted.methods.keys))
        for method in group.methods {
          let expected = try #require(wanted.methods[method.method])
          #expect(method.values == expected.values, "table \(number), \(group.group), \(method.method)")
          #expect(method.ranks == expected.ranks, "table \(number), \(group.group), \(method.method)")
        }
      }
    }
  }

  /// A method without any number has no mean, and a note tells of each mean over fewer models than another's.
  @Test func everyMeanOverFewerModelsHasItsNote() throws {
    var noted = 0
    for oracle in try Self.cases() {
      let table = try RankingTable(csv: oracle.csv.utf8, layout: Self.layout(oracle.higher))
      for group in table.ranked() {
        for method in group.methods {
          let rows = table.rows.filter { $0.group == group.group && $0.method == method.method }
          for column in table.columns {
            let mine = Set(rows.filter { $0.values[column.name] != nil }.map(\.model))
            let all = Set(
              table.rows.filter { $0.group == group.group && $0.values[column.name] != nil }.map(\.model))
            #expect((method.values[column.name] == nil) == mine.isEmpty)
            let isNoted = group.notes.contains { $0.contains("\(column.name) of \(method.method) is a mean over") }
            #expect((!mine.isEmpty && mine != all) == isNoted)
            noted += isNoted ? 1 : 0
          }
        }
      }
    }
    #expect(noted > 5)
  }

  @Test func theFrontierIsThatOfItsDefinition() throws {
    for oracle in try Self.cases() {
      let table = try RankingTable(csv: oracle.csv.utf8, layout: Self.layout(oracle.higher))
      let columns = try table.frontierColumns(["PPL", "tt"])
      for group in table.ranked() {
        let points = group.methods.compactMap { method -> (name: String, loss: Double, rate: Double)? in
          guard let loss = method.values["PPL"], let rate = method.values["tt_per_s"] else { return nil }
          return (method.method, loss, rate)
        }
        let members = points.filter { point in
          !points.contains {
            $0.loss <= point.loss && $0.rate >= point.rate && ($0.loss < point.loss || $0.rate > point.rate)
          }
        }
        #expect(group.frontier(columns).members == members.map(\.name))
      }
    }
  }

  @Test func normalisedValuesLieBetweenWorstAndBest() throws {
    for oracle in try Self.cases() {
      let table = try RankingTable(csv: oracle.csv.utf8, layout: Self.layout(oracle.higher))
      // A column in which all rows are equal has nothing to normalise by.
      let varied = table.columns.map(\.name).filter { column in
        Set(table.rows.compactMap { $0.values[column] }).count > 1
      }
      for group in table.ranked() {
        for (method, normalised) in zip(group.methods, table.normalised(group)) {
          #expect(Set(normalised.keys) == Set(method.values.keys).intersection(varied))
          for value in normalised.values { #expect((0.1 - 1e-12...1 + 1e-12).contains(value)) }
        }
      }
    }
  }
}
