import Datasets
import Foundation

extension EvaluationReportMaker {
  /// What the rows of a pinned dataset say. Empty where it is not at hand: a report does without.
  static func texts(ofDataset pinned: String) -> [String: RowText] {
    guard let reference = try? DatasetReference(pinned), let dataset = try? DatasetCommand.store.load(reference) else {
      return [:]
    }
    return Dictionary(
      dataset.rows.map { ($0.identity, RowText(question: $0.input.question, expected: $0.expected)) },
      uniquingKeysWith: { first, _ in first })
  }
}
