import Foundation
import Measures
import Records
import Testing

@testable import Reports

/// A report from the store says the same as one from the values that went into it.
@Suite struct StoredStudyTests {
  @Test func theStoreLosesNothingThatAReportShows() throws {
    let kept = ProcessInfo.processInfo.environment["EFFICIENTLLM_FIXTURE_RECORDS"]
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("records-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = kept ?? folder.appendingPathComponent("records.sqlite").path

    var fixture = FixtureStudy(steps: 40)
    fixture.hasEnergy = true
    let store = try RecordStore(creatingAt: path)
    let study = try store.saveStudy(fixture.study)
    let id = try #require(study.id)
    let trials = fixture.trials
    for trial in trials {
      var asked = trial
      asked.studyID = id
      let started = try #require(try store.startTrial(asked).id)
      try store.finishTrial(
        started, at: #require(trial.finishedAt), manifest: trial.manifest, evidence: #require(trial.evidence),
        measures: MeasureCatalogue.all.map { MeasureRecord($0, value: try #require(trial.measures[$0.id])) })
    }
    let failed = try #require(try store.startTrial(FixtureStudy.failedTrial).id)
    try store.failTrial(
      failed, at: FixtureStudy.failedTrial.startedAt, failure: #require(FixtureStudy.failedTrial.failure))

    let read = try store.trials(of: id)
    let fromStore = try StudyReport(study: store.study(named: study.name), trials: read).model
    let fromValues = try StudyReport(study: study, trials: trials + [FixtureStudy.failedTrial]).model
    #expect(fromStore.groups == fromValues.groups)
    #expect(fromStore.failures == fromValues.failures)
    #expect(fromStore.manifest == fromValues.manifest)
    #expect(fromStore.counts == fromValues.counts)
    #expect(fromStore.trials.map(\.values) == fromValues.trials.map(\.values))
  }
}
