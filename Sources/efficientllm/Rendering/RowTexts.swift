import Datasets
import Evaluations
import Foundation
import Records

extension EvaluationReportMaker {
  /// What the rows of a pinned dataset say. Empty where it is not at hand: a report does without.
  static func texts(ofDataset pinned: String) -> [String: RowText] {
    Dictionary(
      rows(ofDataset: pinned).map { ($0.identity, RowText(question: $0.input.question, expected: $0.expected)) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The run's evaluators held against people's labels, from the newest run of `evaluate calibrate`. Nil where there is none,
  /// or its dataset is not at hand.
  static func agreement(of results: EvaluationResults, in store: RecordStore) -> LabelledAgreement? {
    guard let calibration = try? EvaluationResults(results.calibrationName, in: store) else { return nil }
    let rows = rows(ofDataset: calibration.evaluation.dataset)
    if rows.isEmpty { return nil }
    let planned = (try? EvaluationPlan(yaml: calibration.evaluation.plan))?.evaluators ?? []
    return LabelledAgreement(
      calibration, rows: rows,
      kinds: Dictionary(planned.map { ($0.name ?? $0.kind, $0.kind) }, uniquingKeysWith: { first, _ in first }))
  }

  private static func rows(ofDataset pinned: String) -> [DatasetRow] {
    guard let reference = try? DatasetReference(pinned), let dataset = try? DatasetCommand.store.load(reference) else {
      return []
    }
    return dataset.rows
  }
}
