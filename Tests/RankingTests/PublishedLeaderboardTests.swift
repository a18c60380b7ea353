import Ranking
import Testing

@Suite struct PublishedLeaderboardTests {
  private let leaderboard = PublishedLeaderboard.shared

  @Test func everyGroupIsThereInThePapersOrder() {
    #expect(
      leaderboard.groups.map(\.name) == [
        "attention", "posenc", "moe", "attention_free", "peft_1B-3B", "peft_7B-8B", "peft_14B-24B", "quant_1.5B-3.8B",
        "quant_7B-8B", "quant_14B-34B",
      ])
    #expect(leaderboard.columns == ["Performance", "AMU", "PCU", "AL", "TT", "ST", "IT", "AEC", "MCR"])
    #expect(leaderboard.groups.map(\.methods.count) == [4, 4, 4, 4, 7, 7, 7, 3, 3, 3])
  }

  @Test func ranksStandUnderTheirColumns() throws {
    let attention = try #require(leaderboard.groups.first)
    #expect(attention.methods.map(\.name) == ["MLA", "NSA", "GQA", "MQA"])
    #expect(attention.methods[3].ranks == ["Performance": 4, "AMU": 1, "AL": 1, "TT": 1, "AEC": 3])
    let int4 = try #require(leaderboard.groups.last?.methods.last)
    #expect(int4.name == "int4" && int4.ranks["IT"] == 1 && int4.ranks["MCR"] == 1 && int4.ranks["PCU"] == nil)
  }

  /// What our ranking makes of the published raw rows: every published column comes out, but for those that the file
  /// itself names as disagreeing, and those do not come out.
  @Test func theRawRowsGiveThePublishedRanksExceptWhereKnown() {
    let reproductions = leaderboard.reproductions()
    let failed = reproductions.filter { !$0.isReproduced }.map { "\($0.group) \($0.column)" }
    #expect(Set(failed) == leaderboard.disagreeingColumns)
    #expect(leaderboard.disagreeingColumns == ["attention AL", "moe TT", "attention_free AL"])
    #expect(
      reproductions.filter(\.isReproduced).map { "\($0.group) \($0.column)" } == [
        "attention Performance", "attention AMU", "attention AEC",
        "posenc Performance", "posenc AMU", "posenc AL", "posenc TT", "posenc AEC",
        "moe Performance", "moe AMU", "moe AL", "moe AEC",
        "attention_free Performance", "attention_free AMU", "attention_free AEC",
      ])
  }

  @Test func theDisagreementsAreTheSwapsThatTheFileDescribes() throws {
    let latency = try #require(leaderboard.reproductions().first { $0.group == "attention" && $0.column == "AL" })
    #expect(latency.published["MQA"] == 1 && latency.ours["MQA"] == 2)
    #expect(latency.published["GQA"] == 2 && latency.ours["GQA"] == 1)
    let throughput = try #require(leaderboard.reproductions().first { $0.group == "moe" && $0.column == "TT" })
    #expect(throughput.published["Dense 3B"] == 4 && throughput.ours["Dense 3B"] == 3)
  }

  @Test func methodsOutsideTheLeaderboardAreLeftOut() throws {
    #expect(try #require(leaderboard.raw["posenc_1.5B"]).rows.contains { $0.method == "None" })
    for row in leaderboard.reproductions() where row.group == "posenc" {
      #expect(row.ours.keys.sorted() == row.published.keys.sorted())
    }
  }
}
