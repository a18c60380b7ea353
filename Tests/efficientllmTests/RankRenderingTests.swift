import ArgumentParser
import Foundation
import Ranking
import Testing

@testable import efficientllm

@Suite struct RankRenderingTests {
  private func rendering(
    _ text: String, group: String? = nil, score: Bool = false, frontier: [String]? = nil
  ) throws -> RankRendering {
    let table = try RankingTable(csv: text.utf8, layout: TableLayout(groupColumn: group))
    return RankRendering(
      table: table, groups: table.ranked(), withScore: score, frontierColumns: try frontier.map(table.frontierColumns))
  }

  @Test func theJSONFormIsExactlyTheDocumentedOne() throws {
    let json = try rendering("g,method,PPL\nattention,MQA,8.23\nattention,MLA,\n", group: "g").json()
    #expect(
      json == """
        {
          "groups" : [
            {
              "group" : "attention",
              "methods" : [
                {
                  "method" : "MQA",
                  "ranks" : {
                    "PPL" : 1
                  },
                  "values" : {
                    "PPL" : 8.23
                  }
                },
                {
                  "method" : "MLA",
                  "ranks" : {
                    "PPL" : null
                  },
                  "values" : {
                    "PPL" : null
                  }
                }
              ]
            }
          ]
        }
        """)
  }

  @Test func whatIsAskedForIsAdded() throws {
    let json = try rendering("method,PPL,wall\nA,1,5\nB,2,6\n", score: true, frontier: ["PPL"]).json()
    let document = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    let group = try #require((document["groups"] as? [[String: Any]])?.first)
    #expect(group["frontier"] as? [String] == ["A"])
    #expect(document["frontier_columns"] as? [String] == ["PPL"])
    let methods = try #require(group["methods"] as? [[String: Any]])
    #expect(methods[1]["dominated_by"] as? [String] == ["A"])
    #expect(methods[0]["score"] is NSNull)
    #expect(methods[0]["score_absence"] as? String == "the table has no AMU column")
    #expect((methods[0]["normalised"] as? [String: Double]) == ["PPL": 1])
    #expect((methods[0]["ranks"] as? [String: Int]) == ["PPL": 1])
    #expect((document["notes"] as? [String])?.contains { $0.contains("'wall'") } == true)
    #expect((document["notes"] as? [String])?.contains(PublishedScore.erratum) == true)
  }

  @Test func rawValuesComeFirstInTheTable() throws {
    let text = try rendering("g,method,PPL,wall\nx,A,1.5,5\nx,B,,6\n", group: "g").text()
    #expect(
      text == """
        x
        method  PPL  rank  wall
        ------  ---  ----  ----
        A       1.5     1     5
        B                     6
        """)
  }

  @Test func csvQuotesWhatNeedsIt() throws {
    let csv = try rendering("method,PPL\n\"A, \"\"b\"\"\",1\nC,\n").csv()
    #expect(csv == "group,method,PPL,PPL rank\nall,\"A, \"\"b\"\"\",1.0,1\nall,C,,\n")
  }

  @Test func commandLines() throws {
    let command = try #require(
      try EfficientLLM.parseAsRoot(["rank", "t.csv", "--higher", "a", "--higher", "b c", "--frontier", "x,y"])
        as? RankCommand)
    #expect(command.higher == ["a", "b c"] && command.methodColumn == "method" && command.modelColumn == nil)
    for line in [["rank"], ["rank", "t.csv", "--format", "csv", "--score"], ["leaderboard"], ["rank", "t", "--nope"]] {
      #expect(throws: (any Error).self) { try EfficientLLM.parseAsRoot(line) }
    }
  }

  @Test func wrongTablesAreUsage() {
    #expect(ExitStatus.of(TableError.empty) == .usage)
    #expect(ExitStatus.of(TableFile.Failure.notFound(path: "x")) == .usage)
    #expect(ExitStatus.of(TableFile.Failure.unreadable(path: "x", reason: "y")) == .failure)
    #expect(throws: TableFile.Failure.self) { try TableFile(path: "/nonexistent/table.csv").bytes() }
  }
}
