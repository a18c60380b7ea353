import Datasets
import Foundation
import Interchange
import Measures
import Records

extension VerdictRecord {
  /// What the source said of an observation. It is kept as its word: whatever is no score from 0 to 1 of which more is
  /// better is absent, with what the source said in the reason.
  /// - Parameter threshold: where the source says none.
  init(imported score: ImportedScore, run: ImportedRun, observation: Int64, threshold: Double, now: Date) {
    let source = run.source + (run.toolVersion.map { " \($0)" } ?? "")
    var said = score.value.map { "\(source) reports \($0)" } ?? "\(source) reports"
    if let label = score.label { said += " (\(label))" }
    let outcome: Outcome
    switch score.value {
    case _ where score.failure != nil: outcome = .failed(message: score.failure ?? "")
    case nil: outcome = .absent(Absence("\(said) and no score"), cause: "no-score")
    case let value? where score.higherIsBetter == false:
      outcome = .absent(Absence("\(said), of which less is better: \(value) is no score"), cause: "lower-is-better")
    case let value? where !(0...1).contains(value):
      outcome = .absent(Absence("\(said), which is not from 0 to 1"), cause: "out-of-range")
    case let value?: outcome = .score(value)
    }
    self.init(
      observationID: observation, evaluator: score.evaluator, version: 1,
      configuration: ContentHash(of: Array("imported \(run.form.rawValue) \(score.evaluator)".utf8)).description,
      threshold: score.threshold.flatMap { (0...1).contains($0) ? $0 : nil } ?? threshold, outcome: outcome,
      reason: score.explanation.map { "\(said): \($0)" } ?? said,
      cost: .absent(Absence("the source does not say what the verdict cost")), seconds: 0, decidedAt: now)
  }
}
