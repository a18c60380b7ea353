import Foundation
import Measures
import Testing

@testable import Records

@Suite struct RecordStoreTests {
  let folder: TemporaryFolder
  let store: RecordStore
  let study: Int64

  init() throws {
    folder = try TemporaryFolder()
    (store, study) = try Samples.store(folder)
  }

  private func finish(_ method: String, seed: Int, tokens: Int? = nil) throws -> Int64 {
    let trial = try store.startTrial(Samples.trial(study, method, seed: seed))
    let id = try #require(trial.id)
    var evidence = Samples.evidence
    if let tokens { evidence.steps[0].tokens = tokens }
    try store.finishTrial(
      id, at: Samples.start + 60, manifest: Manifest(sections: ["data": ["corpus": "austen"]]), evidence: evidence,
      measures: Samples.measures)
    return id
  }

  @Test func everythingOfAFinishedTrialComesBackAsItWas() throws {
    _ = try finish("GQA", seed: 3)
    let trial = try #require(try store.trials(of: study).first)
    #expect(trial.status == .finished)
    #expect(trial.seed == 3)
    #expect(trial.attempt == 1)
    #expect(trial.cell == Samples.cell("GQA"))
    #expect(trial.evidence == Samples.evidence)
    #expect(trial.startedAt == Samples.start)
    #expect(trial.finishedAt == Samples.start + 60)
    #expect(trial.manifest.sections == ["data": ["corpus": "austen"]])
    #expect(trial.measures == Dictionary(uniqueKeysWithValues: Samples.measures.map { ($0.id, $0.value) }))
    #expect(trial.reportedUnits == ["accuracy": .fraction])
    let id = try #require(trial.id)
    #expect(try store.measures(ofTrial: id) == Samples.measures)
  }

  @Test func evidenceWithoutAnythingStaysWithoutAnything() throws {
    let trial = try store.startTrial(Samples.trial(study))
    try store.finishTrial(
      try #require(trial.id), at: Samples.start, manifest: Manifest(),
      evidence: TrialEvidence(energy: .absent(Absence("none was asked for"))), measures: [])
    let read = try #require(try store.trials(of: study).first?.evidence)
    #expect(read == TrialEvidence(energy: .absent(Absence("none was asked for"))))
    #expect(read.heldOut == nil)
  }

  @Test func evidenceIsReadOnlyWhenAskedFor() throws {
    _ = try finish("GQA", seed: 0)
    #expect(try store.trials(of: study, evidence: false).first?.evidence == nil)
  }

  @Test func aValueThatIsNoNumberIsStoredAsAbsent() throws {
    let trial = try store.startTrial(Samples.trial(study))
    let measure = MeasureRecord(reported: "x", unit: .dimensionless, quantity: Quantity(.nan, count: 1))
    let id = try #require(trial.id)
    try store.finishTrial(
      id, at: Samples.start, manifest: Manifest(), evidence: TrialEvidence(), measures: [measure])
    let stored = try #require(try store.measures(ofTrial: id).first)
    #expect(stored.value == .absent("computed as nan, which is no number"))
  }

  @Test func attemptsCountUpAndAFinishedOneStands() throws {
    let first = try store.startTrial(Samples.trial(study))
    try store.failTrial(
      try #require(first.id), at: Samples.start, failure: TrialFailure(kind: "diverged", message: "NaN", step: 4))
    let key = TrialKey(cell: "key-GQA", seed: 0)
    #expect(try store.states(ofStudy: study)[key]?.failure == TrialFailure(kind: "diverged", message: "NaN", step: 4))
    #expect(try store.finishedKeys(ofStudy: study).isEmpty)

    _ = try finish("GQA", seed: 0)
    let state = try #require(try store.states(ofStudy: study)[key])
    #expect(state.status == .finished)
    #expect(state.attempt == 2)
    #expect(state.wallSeconds == 60)
    #expect(try store.finishedKeys(ofStudy: study) == [key])

    _ = try store.startTrial(Samples.trial(study))
    #expect(try store.states(ofStudy: study)[key]?.status == .finished)
  }

  @Test func runningTrialsOfADeadRunnerBecomeInterruptedOnce() throws {
    _ = try finish("GQA", seed: 0)
    let trial = try store.startTrial(Samples.trial(study, seed: 1))
    let process = TrialProcess(processIdentifier: 4711, birth: "boot/9")
    try store.noteProcess(process, ofTrial: try #require(trial.id))
    _ = try store.startTrial(Samples.trial(study, seed: 2))

    #expect(try store.interruptRunning(ofStudy: study, at: Samples.start) == [process])
    #expect(try store.interruptRunning(ofStudy: study, at: Samples.start) == [])
    let states = try store.states(ofStudy: study)
    #expect(states[TrialKey(cell: "key-GQA", seed: 0)]?.status == .finished)
    #expect(states[TrialKey(cell: "key-GQA", seed: 1)]?.failure?.kind == "interrupted")
    #expect(states[TrialKey(cell: "key-GQA", seed: 2)]?.failure?.kind == "interrupted")
  }

  @Test func theFirstFinishedTrialSaysTheWork() throws {
    #expect(try store.workOfFirstFinished(ofStudy: study) == nil)
    _ = try finish("GQA", seed: 0, tokens: 10)
    _ = try finish("MHA", seed: 0, tokens: 500)
    // Ten and eleven trained; the evaluated three do not count.
    #expect(try store.workOfFirstFinished(ofStudy: study) == WorkDone(method: "GQA", tokens: 21))
  }

  @Test func theSamePlanIsTheSameStudy() throws {
    var again = Samples.study()
    again.question = "Asked better?"
    again.createdAt = Samples.start + 1000
    let saved = try store.saveStudy(again)
    #expect(saved.id == study)
    #expect(saved.question == "Asked better?")
    #expect(saved.createdAt == Samples.start)
    #expect(try store.studies().count == 1)
  }

  @Test func studiesAreFoundByNameAndDigest() throws {
    let newer = try store.saveStudy(Samples.study(digest: "abd999", at: Samples.start + 5))
    try store.saveStudy(Samples.study("other", digest: "fff", at: Samples.start + 9))
    #expect(try store.studies().map(\.name) == ["other", "attention", "attention"])
    #expect(try store.study(named: "attention").id == newer.id)
    #expect(try store.study(named: "attention", digestPrefix: "ABC").id == study)
    #expect(throws: RecordError.ambiguousStudy(name: "attention", digests: ["attention@abd999", "attention@abc123"])) {
      try store.study(named: "attention", digestPrefix: "ab")
    }
    #expect(throws: RecordError.noSuchStudy(name: "nobody", known: ["other", "attention"])) {
      try store.study(named: "nobody")
    }
    #expect(throws: RecordError.self) { try store.study(named: "attention", digestPrefix: "000") }
  }

  @Test func whatIsStoredIsThereForTheNextProcess() throws {
    _ = try finish("GQA", seed: 0)
    let again = try RecordStore(existingAt: store.path)
    #expect(try again.trials(of: study).first?.evidence == Samples.evidence)
  }

  @Test func twoStoresWriteToOneFile() async throws {
    let path = store.path
    let study = study
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<4 {
        group.addTask {
          let store = try RecordStore(creatingAt: path)
          for seed in 0..<10 { _ = try store.startTrial(Samples.trial(study, "M\(writer)", seed: seed)) }
        }
      }
      try await group.waitForAll()
    }
    #expect(try store.trials(of: study).count == 40)
  }

  @Test func manySamplesAreNoTrouble() throws {
    let trial = try store.startTrial(Samples.trial(study))
    let samples = (0..<50_000).map { ResourceSample(nanoseconds: UInt64($0), residentBytes: UInt64($0)) }
    try store.finishTrial(
      try #require(trial.id), at: Samples.start, manifest: Manifest(),
      evidence: TrialEvidence(resources: samples), measures: [])
    #expect(try store.trials(of: study).first?.evidence?.resources == samples)
  }
}
