import Measures
import Ranking
import Testing

@Suite struct PublishedScoreTests {
  private func table(_ text: String, group: String? = nil) throws -> RankingTable {
    try RankingTable(csv: text.utf8, layout: TableLayout(groupColumn: group))
  }

  private func score(_ value: MeasuredValue) -> Double? { value.quantity?.value }

  private func reason(_ value: MeasuredValue) -> String? {
    if case .absent(let absence) = value { absence.reason } else { nil }
  }

  @Test func theBestHasOneAndTheWorstATenth() throws {
    let table = try table("method,PPL,TT\nA,8,1\nB,6,2\nC,7,3\n")
    let normalised = table.normalised(table.ranked()[0])
    #expect(normalised.map { $0["PPL"] } == [0.1, 1, 0.55])
    #expect(normalised.map { $0["TT"] } == [0.1, 0.55, 1])
  }

  @Test func extremesArePooledOverTheWholeTable() throws {
    let table = try table("g,method,model,PPL\nx,A,1,10\nx,A,2,20\ny,A,1,0\ny,A,2,100\n", group: "g")
    let normalised = table.ranked().map { table.normalised($0)[0]["PPL"]! }
    #expect(abs(normalised[0] - (0.1 + 0.9 * 0.85)) < 1e-12)
    #expect(abs(normalised[1] - 0.55) < 1e-12)
  }

  @Test func nothingToNormaliseByIsAbsent() throws {
    let table = try table("method,PPL,wall\nA,8,1\nB,8,2\nC,,3\n")
    #expect(table.normalised(table.ranked()[0]) == [[:], [:], [:]])
    #expect(PublishedScore.normalised(1, best: 1, worst: 1) == nil)
  }

  @Test func theScoreIsTheMeanOfFiveRatiosTheRightWayUp() throws {
    let group = try table("method,AMU_GB,PCU,AL_s,ST,AEC_W\nA,10,0.5,1,4,100\nB,20,1,2,8,400\n").ranked()[0]
    let scores = group.efficiencyScores().map { score($0)! }
    #expect(abs(scores[0] - (1 + 0.5 + 1 + 0.5 + 1) / 5) < 1e-12)
    #expect(abs(scores[1] - (0.5 + 1 + 0.5 + 1 + 0.25) / 5) < 1e-12)
    #expect(PublishedScore.erratum.contains("upside down"))
  }

  @Test func fourTermsAreNoScore() throws {
    let missing = try table("method,AMU_GB,AL_s,ST,AEC_W\nA,1,1,1,1\n").ranked()[0].efficiencyScores()
    #expect(missing.map(reason) == ["the table has no PCU column"])
    let blank = try table("method,AMU,PCU,AL,ST,AEC\nA,1,1,1,1,1\nB,1,,1,1,1\nC,1,1,1,0,1\n").ranked()[0]
    let scores = blank.efficiencyScores()
    #expect(score(scores[0]) == 1)
    #expect(reason(scores[1]) == "no value of PCU")
    #expect(reason(scores[2])?.contains("ST above zero") == true)
  }

  @Test func twoColumnsOfOneTermAreNotGuessedBetween() throws {
    let group = try table("method,AMU_GB,AMU_fraction,PCU,AL,ST,AEC\nA,1,1,1,1,1,1\n").ranked()[0]
    #expect(group.efficiencyScores().map(reason) == ["several columns hold AMU"])
  }
}
