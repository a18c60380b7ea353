import Foundation
import Records
import Reports

extension FixtureStudy {
  /// An attempt that diverged and was not run again.
  static var failedTrial: TrialRecord {
    var trial = FixtureStudy().trial(methods[3], place: 3, seed: 4)
    trial.status = .failed
    trial.evidence = nil
    trial.measures = [:]
    trial.failure = TrialFailure(kind: "diverged", message: "the loss is NaN", step: 112)
    return trial
  }

  /// Text that breaks out of markup, attributes, scripts, chart labels and hover templates if it is let.
  static let hostileText = [
    "<script>window.broken=1</script>", "\"onmouseover=\"window.broken=1", "</script><img src=x onerror=alert(1)>",
    "<a href=\"javascript:alert(1)\">%{x}</a><br>&lt;b&gt;", "$\\alpha$ \u{202E}reversed\u{0} series:1",
    "<!--<script>",
  ]

  /// A report in which every text that a user or a program can set is hostile.
  static func hostileReport() throws -> StudyReport {
    var fixture = FixtureStudy()
    fixture.steps = 40
    for index in fixture.methods.indices { fixture.methods[index].name = hostileText[index] }
    var trials = fixture.trials
    let all = hostileText.joined(separator: " ")
    for index in trials.indices {
      trials[index].cell.model = hostileText[5]
      trials[index].manifest.sections[hostileText[0]] = [hostileText[2]: all]
      trials[index].measures["energy"] = .absent(all)
      trials[index].measures["AEC"] = .absent(hostileText[index % hostileText.count])
    }
    var failed = trials[0]
    failed.status = .failed
    failed.attempt = 0
    failed.failure = TrialFailure(kind: hostileText[1], message: all)
    trials.append(failed)
    var study = fixture.study
    study.name = hostileText[2]
    study.question = all
    study.command = all
    study.plan = all
    study.digest = hostileText[0]
    return try StudyReport(study: study, trials: trials)
  }
}
