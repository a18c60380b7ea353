import Measures
import Ranking
import Testing

@Suite struct GroupRankingTests {
  private func ranked(_ text: String, group: String? = nil) throws -> [GroupRanking] {
    try RankingTable(csv: text.utf8, layout: TableLayout(groupColumn: group)).ranked()
  }

  @Test func ranksMeansOverModelsPerGroup() throws {
    let groups = try ranked(
      """
      bucket,method,model,PPL,TT
      small,A,m1,10,1
      small,B,m1,8,2
      small,A,m2,20,5
      small,B,m2,24,4
      large,B,m3,1,1
      large,A,m3,2,1
      """, group: "bucket")
    #expect(groups.map(\.group) == ["small", "large"])
    #expect(groups[0].methods.map(\.method) == ["A", "B"])
    #expect(groups[0].methods.map(\.values) == [["PPL": 15, "TT": 3], ["PPL": 16, "TT": 3]])
    #expect(groups[0].methods.map(\.ranks) == [["PPL": 1, "TT": 1], ["PPL": 2, "TT": 1]])
    #expect(groups[1].methods.map(\.method) == ["B", "A"])
    #expect(groups[1].methods.map(\.ranks) == [["PPL": 1, "TT": 1], ["PPL": 2, "TT": 1]])
    #expect(groups.allSatisfy { $0.notes.isEmpty })
  }

  @Test func withoutGroupsThereIsOne() throws {
    let groups = try ranked("method,PPL\nA,1\nB,1\nC,3\n")
    #expect(groups.map(\.group) == ["all"])
    #expect(groups[0].methods.map { $0.ranks["PPL"] } == [1, 1, 3])
  }

  @Test func blankCellsStayBlank() throws {
    let group = try ranked("method,PPL,AMU_GB\nA,,5\nB,2,\nC,1,7\n")[0]
    #expect(group.methods.map { $0.values["PPL"] } == [nil, 2, 1])
    #expect(group.methods.map { $0.ranks["PPL"] } == [nil, 2, 1])
    #expect(group.methods.map { $0.ranks["AMU_GB"] } == [1, nil, 2])
    #expect(group.notes.isEmpty)
  }

  @Test func aMeanOverFewerModelsIsNamed() throws {
    // Over its small model alone, B looks three times as fast as A: the note says why.
    let group = try ranked("method,model,AL_s\nA,m1,1\nA,m2,9\nB,m1,1.5\nB,m2,\nC,m1,2\nC,m2,10\nD,m2,1\n")[0]
    #expect(group.methods.map { $0.values["AL_s"] } == [5, 1.5, 6, 1])
    #expect(group.methods.map { $0.ranks["AL_s"] } == [3, 2, 4, 1])
    #expect(group.notes.count == 2)
    #expect(group.notes[0].contains("AL_s of B is a mean over 1 of 2 models") && group.notes[0].contains("'m2'"))
  }

  @Test func aModelThatNobodyMeasuredIsNotMissed() throws {
    let group = try ranked("method,model,AL_s,PPL\nA,m1,1,5\nA,m2,,6\nB,m1,2,5\nB,m2,,8\n")[0]
    #expect(group.methods.map { $0.values["AL_s"] } == [1, 2])
    #expect(group.notes.isEmpty)
  }

  @Test func methodsThatShareNoModelAreComparedWithANote() throws {
    let group = try ranked("method,model,PPL\nDense,1.5B,8\nDense,3B,7\nMoE,0.5Bx8,6\n")[0]
    #expect(group.methods.map { $0.values["PPL"] } == [7.5, 6])
    #expect(group.methods.map { $0.ranks["PPL"] } == [2, 1])
    #expect(group.notes.count == 1 && group.notes[0].contains("no two methods share a model"))
  }

  @Test func columnsWithoutADirectionHaveValuesAndNoRanks() throws {
    let group = try ranked("method,wall\nA,1\nB,2\n")[0]
    #expect(group.methods.map(\.values) == [["wall": 1], ["wall": 2]])
    #expect(group.methods.allSatisfy { $0.ranks.isEmpty })
  }

  @Test func zeroIsAValue() throws {
    let group = try ranked("method,AL\nA,0\nB,\nC,-1\n")[0]
    #expect(group.methods.map { $0.ranks["AL"] } == [2, nil, 1])
  }
}
