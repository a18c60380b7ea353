import Foundation
import Records
import Testing

@testable import Reports

@Suite struct TrialSelectionTests {
  private let fixture = FixtureStudy(steps: 5)

  private func attempt(_ number: Int, _ status: TrialStatus, seed: Int = 1) -> TrialRecord {
    var trial = fixture.trial(fixture.methods[0], place: 0, seed: seed)
    trial.attempt = number
    trial.status = status
    trial.id = Int64(seed * 10 + number)
    if status == .failed { trial.failure = TrialFailure(kind: "crashed", message: "signal 9", step: 3) }
    return trial
  }

  @Test func ofSeveralAttemptsTheLastFinishedOneCounts() {
    let selection = TrialSelection([
      attempt(1, .failed), attempt(3, .failed), attempt(2, .finished), attempt(1, .failed, seed: 2),
      attempt(2, .running, seed: 2),
    ])
    #expect(selection.counted.map(\.attempt) == [2, 2])
    #expect(selection.counted.map(\.status) == [.finished, .running])
    #expect(selection.groups.first?.members.first?.finished.map(\.seed) == [1])
  }

  @Test func modelsMakeGroupsInTheOrderOfTheirFirstTrial() {
    let method = fixture.methods[0]
    let trials = ["small", "tiny", "small"].enumerated().map {
      fixture.trial(method, place: $0.offset, seed: $0.offset, model: $0.element)
    }
    let groups = TrialSelection(trials).groups
    #expect(groups.map(\.model) == ["small", "tiny"])
    #expect(groups[0].members[0].finished.map(\.seed) == [0, 2])
  }

  @Test func cellsThatShareAMethodAreToldApartByWhatDiffers() {
    func cell(_ method: String, _ settings: [String: String]) -> CellRecord {
      CellRecord(key: "\(method)\(settings)", method: method, model: "tiny", settings: settings)
    }
    let labels = TrialSelection.labels(for: [
      cell("GQA", ["lr": "0.1", "depth": "4"]), cell("GQA", ["lr": "0.2", "depth": "4"]), cell("MHA", ["depth": "4"]),
      cell("GQA", ["depth": "4"]),
    ])
    #expect(labels == ["GQA (lr 0.1)", "GQA (lr 0.2)", "MHA", "GQA (lr unset)"])
    #expect(TrialSelection.labels(for: [cell("A", [:]), cell("A", [:])]) == ["A", "A #2"])
  }

  @Test func failuresSayWhetherALaterAttemptMendedThem() {
    let trials = [attempt(1, .failed), attempt(2, .finished), attempt(1, .failed, seed: 2)]
    let failures = FailedTrial.failures(trials) { $0.cell.method }
    #expect(failures.map(\.isMended) == [true, false])
    #expect(failures[0].kind == "crashed" && failures[0].step == 3 && failures[0].message == "signal 9")
  }

  @Test func aFailureWithoutAReasonSaysSo() {
    var trial = attempt(1, .failed)
    trial.failure = nil
    let failure = FailedTrial.failures([trial]) { $0.cell.method }[0]
    #expect(failure.kind == "unknown" && failure.message == "no reason was recorded")
  }

  @Test func rowsHoldFiniteValuesAlone() {
    var trial = attempt(1, .finished)
    trial.measures = [
      "AL": .value(.init(2, count: 1)), "TT": .value(.init(.infinity, count: 1)), "AEC": .absent("no counter"),
    ]
    let row = TrialRow.rows([trial]) { $0.cell.method }[0]
    #expect(row.values == ["AL": 2])
    #expect(row.seconds == 58)
  }
}

@Suite struct ManifestSectionTests {
  private func trials(_ value: (Int, Int) -> String?) -> [TrialRecord] {
    let fixture = FixtureStudy(steps: 2)
    return [1, 2].flatMap { seed in
      (0..<3).map { place in
        var trial = fixture.trial(fixture.methods[place], place: place, seed: seed)
        trial.manifest = Manifest(sections: ["software": value(place, seed).map { ["torch": $0] } ?? [:]])
        return trial
      }
    }
  }

  private func values(_ value: (Int, Int) -> String?) -> [ManifestSection.Value] {
    ManifestSection.sections(trials(value)) { $0.cell.method }.first?.entries.first?.values ?? []
  }

  @Test func whatAllSayIsSaidOnce() {
    #expect(values { _, _ in "2.13" } == [.init(text: "2.13", holds: [])])
  }

  @Test func whatDiffersNamesTheMethodsTheSeedsOrBoth() {
    #expect(values { place, _ in place == 2 ? "b" : "a" }.map(\.holds) == [["MHA", "MQA"], ["GQA"]])
    #expect(values { _, seed in "\(seed)" }.map(\.holds) == [["seed 1"], ["seed 2"]])
    #expect(
      values { place, seed in place == 0 && seed == 2 ? "b" : "a" }.map(\.holds)
        == [["MHA seed 1", "MQA", "GQA"], ["MHA seed 2"]])
  }

  @Test func whatOnlySomeSayNamesThem() {
    #expect(values { place, _ in place == 0 ? "a" : nil } == [.init(text: "a", holds: ["MHA"])])
  }

  @Test func sectionsComeInTheOrderOfReading() {
    var trial = trials { _, _ in "1" }[0]
    trial.manifest.sections = ["zebra": [:], "data": [:], "hardware": [:], "apple": [:]]
    #expect(
      ManifestSection.sections([trial]) { $0.cell.method }.map(\.name) == ["hardware", "data", "apple", "zebra"])
  }
}
