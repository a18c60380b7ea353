import Foundation
import Ranking
import Testing

@testable import efficientllm

@Suite struct LeaderboardRenderingTests {
  private let rendering = LeaderboardRendering(leaderboard: .shared)

  @Test func tablesLeaveOutColumnsThatNobodyPublished() {
    let blocks = rendering.text().components(separatedBy: "\n\n")
    #expect(blocks.count == 11)
    #expect(blocks[0].hasPrefix("attention\nmethod  Performance  AMU  AL  TT  AEC\n"))
    #expect(blocks[0].contains("\nMLA               1    4   3   3    2"))
    #expect(blocks[10].hasPrefix("Known to disagree"))
  }

  @Test func jsonHasTheFormOfARanking() throws {
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(rendering.json().utf8)) as? [String: Any])
    let groups = try #require(document["groups"] as? [[String: Any]])
    #expect(groups.count == 10)
    let methods = try #require(groups[0]["methods"] as? [[String: Any]])
    let mqa = try #require(methods.first { $0["method"] as? String == "MQA" }?["ranks"] as? [String: Any])
    #expect(mqa["Performance"] as? Int == 4 && mqa["AMU"] as? Int == 1)
    #expect(mqa["MCR"] is NSNull)
    #expect((document["known_disagreements"] as? [String])?.count == 3)
  }

  @Test func csvHasALineAMethod() {
    let lines = rendering.csv().split(separator: "\n")
    #expect(lines.count == 1 + 4 * 4 + 3 * 7 + 3 * 3)
    #expect(lines[0] == "group,method,Performance,AMU,PCU,AL,TT,ST,IT,AEC,MCR")
    #expect(lines[1] == "attention,MLA,1,4,,3,3,,,2,")
  }
}
