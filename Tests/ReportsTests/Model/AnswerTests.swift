import Measures
import Records
import Testing

@testable import Reports

/// What the report claims, held against invented values whose answer is known.
@Suite struct AnswerTests {
  /// Trials with nothing but measures: a method's values by seed.
  static func members(_ values: [(String, MeasureID, [Double?])]) -> [TrialSelection.Member] {
    let names = values.map(\.0).uniqued()
    return names.map { name in
      let own = values.filter { $0.0 == name }
      let cell = CellRecord(key: name, method: name, model: "tiny", settings: [:])
      let seeds = own.map(\.2.count).max() ?? 0
      let finished = (0..<seeds).map { seed in
        var measures: [MeasureID: MeasuredValue] = [:]
        for (_, id, numbers) in own where seed < numbers.count {
          measures[id] = numbers[seed].map { .value(Quantity($0, count: 1)) } ?? .absent("the counter was away")
        }
        return TrialRecord(
          studyID: 1, cell: cell, seed: seed + 1, status: .finished, startedAt: .init(timeIntervalSince1970: 0),
          measures: measures)
      }
      return TrialSelection.Member(cell: cell, label: name, finished: finished)
    }
  }

  private func answer(_ values: [(String, MeasureID, [Double?])], unigram: Double? = nil) -> Answer {
    Answer(Comparison(Self.members(values)), unigramPerplexity: unigram)
  }

  @Test func aClearWinnerIsNamedWithHowMuchAndHowSure() {
    let answer = answer(
      [("A", "Performance", [100, 102, 104]), ("B", "Performance", [110, 112.1, 113.9])], unigram: 600)
    #expect(answer.standing == .distinct)
    #expect(answer.sentence.hasPrefix("A has the lowest held-out perplexity, 102"))
    #expect(answer.sentence.contains("95 % interval 97"))
    #expect(answer.sentence.contains("8.9 % lower"))
    #expect(answer.sentence.contains("paired over 3 seeds"))
    #expect(answer.sentence.contains("than B, the next"))
    #expect(answer.details.contains { $0.contains("stable") && $0.contains("100 %") })
    #expect(answer.details.contains { $0.contains("unigram") && $0.contains("600") })
  }

  @Test func whatTheIntervalsCannotTellApartIsNotToldApart() {
    let answer = answer([
      ("A", "Performance", [100, 104, 102]), ("B", "Performance", [104, 100, 103]),
      ("C", "Performance", [150, 154, 152]),
    ])
    #expect(answer.standing == .tied)
    #expect(answer.sentence.contains("cannot be told apart from B:"))
    #expect(!answer.sentence.contains("C"))
    #expect(answer.details.contains { $0.hasPrefix("Clearly worse than A: C by 50") })
    #expect(answer.details.contains { $0.contains("not stable") })
  }

  @Test func underThreeRepeatsNothingIsClaimed() {
    let answer = answer([("A", "Performance", [100, 101]), ("B", "Performance", [900, 901, 902])])
    #expect(answer.standing == .notEnoughRepeats)
    #expect(answer.sentence.hasPrefix("Not enough repeats"))
    #expect(answer.sentence.contains("the fewest here is 2"))
  }

  @Test func onePairOfSeedsIsNoGroundToTellApart() {
    // Three seeds each, but of the same seeds only one has values on both sides.
    let answer = answer([
      ("A", "Performance", [100, 101, 102, nil, nil]), ("B", "Performance", [nil, nil, 900, 901, 902]),
    ])
    #expect(answer.standing == .tied)
  }

  @Test func aloneOrWithoutQualityThereIsNothingToCompare() {
    let alone = answer([("A", "Performance", [100, 101, 102]), ("B", "AL", [1, 1, 1])])
    #expect(alone.standing == .nothingToCompare)
    #expect(alone.sentence.hasPrefix("Only A has a value"))
    #expect(alone.details.contains("Not in the comparison, for want of a value: B."))
    let none = answer([("A", "Performance", [nil, nil]), ("B", "Performance", [nil])])
    #expect(none.standing == .nothingToCompare)
    #expect(none.details == ["The reason given: the counter was away."])
  }

  @Test func costsAreSaidAgainstTheCheapestAndDoubtedWhenClose() throws {
    let answer = answer([
      ("A", "Performance", [100, 101, 102]), ("B", "Performance", [110, 111, 112]),
      ("A", "TT.tokensPerSecond", [800, 801, 802]), ("B", "TT.tokensPerSecond", [1000, 1001, 1002]),
      ("A", "AMU.peak", [1, 1.1, 0.9]), ("B", "AMU.peak", [1.05, 0.95, 1.06]),
    ])
    let time = try #require(answer.details.first { $0.hasPrefix("Time") })
    #expect(time.contains("A 801 tokens/s, 20 % less than the best, B with 1001 tokens/s."))
    let memory = try #require(answer.details.first { $0.hasPrefix("Memory") })
    #expect(memory.contains("A is the best here too"))
    #expect(!answer.details.contains { $0.hasPrefix("Energy") })
  }

  @Test func aCostThatCannotBeToldApartSaysSo() throws {
    let answer = answer([
      ("A", "Performance", [100, 101, 102]), ("B", "Performance", [110, 111, 112]),
      ("A", "AMU.peak", [1.1, 1.0, 1.2]), ("B", "AMU.peak", [1.05, 1.15, 1.01]),
    ])
    let memory = try #require(answer.details.first { $0.hasPrefix("Memory") })
    #expect(memory.contains("the two cannot be told apart"))
  }

  @Test func estimatesAreCalledEstimates() throws {
    var members = Self.members([
      ("A", "Performance", [100, 101, 102]), ("B", "Performance", [110, 111, 112]),
      ("A", "AEC.joulesPerToken", [3, 3, 3]), ("B", "AEC.joulesPerToken", [2, 2, 2]),
    ])
    members = members.map { member in
      let finished = member.finished.map { trial in
        var trial = trial
        let value = trial.measures["AEC.joulesPerToken"]?.quantity?.value ?? 0
        trial.measures["AEC.joulesPerToken"] = .value(Quantity(value, count: 1, isEstimate: true))
        return trial
      }
      return TrialSelection.Member(cell: member.cell, label: member.label, finished: finished)
    }
    let answer = Answer(Comparison(members), unigramPerplexity: nil)
    let energy = try #require(answer.details.first { $0.hasPrefix("Energy") })
    #expect(energy.contains("3.00 J/token (estimated)") && energy.contains("2.00 J/token (estimated)"))
  }

  @Test func unequalWorkIsSaid() throws {
    var fixture = FixtureStudy(methods: Array(FixtureStudy.methods.prefix(2)), steps: 10)
    var trials = fixture.trials
    fixture.steps = 20
    trials[0] = fixture.trial(fixture.methods[0], place: 0, seed: 1)
    let report = try StudyReport(study: fixture.study, trials: trials)
    #expect(report.model.groups[0].answer.details.contains { $0.contains("same number of tokens") })
  }
}
