import Foundation
import Measures
import Records

extension TrialRow {
  /// Every attempt, in the order in which it was started.
  static func rows(_ trials: [TrialRecord], label: (TrialRecord) -> String) -> [TrialRow] {
    trials.map { trial in
      TrialRow(
        model: trial.cell.model, method: label(trial), seed: trial.seed, attempt: trial.attempt,
        status: trial.status.rawValue, startedAt: trial.startedAt,
        seconds: trial.finishedAt.map { $0.timeIntervalSince(trial.startedAt) },
        values: trial.measures.compactMapValues { measured in
          measured.quantity.flatMap { $0.value.isFinite ? $0.value : nil }
        })
    }
  }
}

extension FailedTrial {
  /// Every attempt that failed, whether or not a later one finished.
  static func failures(_ trials: [TrialRecord], label: (TrialRecord) -> String) -> [FailedTrial] {
    trials.filter { $0.status == .failed }.map { trial in
      let isMended = trials.contains {
        $0.cell.key == trial.cell.key && $0.seed == trial.seed && $0.status == .finished
      }
      return FailedTrial(
        model: trial.cell.model, method: label(trial), seed: trial.seed, attempt: trial.attempt,
        kind: trial.failure?.kind ?? "unknown", message: trial.failure?.message ?? "no reason was recorded",
        step: trial.failure?.step, isMended: isMended)
    }
  }
}
