public import Datasets
public import Evaluators
import OpenAIWire
import Records

/// What the verdicts of one evaluator of a run say of the judge that gave them.
public struct JudgeFigures: Sendable {
  public let evaluator: String
  public let diagnostics: JudgeDiagnostics
}

extension EvaluationResults {
  /// Of each evaluator that asked a judge, over the answers that count.
  public var judgeFigures: [JudgeFigures] {
    let counting = candidates.flatMap(latestObservations)
    return evaluatorNames.compactMap { name in
      let rows = counting.compactMap { observation -> JudgeDiagnostics.Row? in
        guard let verdict = verdicts(on: observation).first(where: { $0.evaluator == name }),
          let work = verdict.judge.flatMap(JudgeWork.init(record:))
        else { return nil }
        let failed = if case .failed = verdict.outcome { true } else { false }
        return JudgeDiagnostics.Row(
          score: verdict.score, answerLength: observation.text?.count, work: work, failed: failed)
      }
      return rows.isEmpty ? nil : JudgeFigures(evaluator: name, diagnostics: JudgeDiagnostics(rows))
    }
  }

  /// The name of the run that holds the evaluators of this one against people's labels.
  public var calibrationName: String { Self.calibrationName(of: evaluation.name) }

  /// What ``EvaluationRunner/calibrate(stop:)`` calls the run it stores for an evaluation.
  public static func calibrationName(of name: String) -> String { String(name.prefix(52)) + ".calibration" }
}

extension LabelledAgreement {
  /// From a run that was stored when evaluators were held against people's labels.
  ///
  /// - Parameters:
  ///   - calibration: that run.
  ///   - rows: of its dataset.
  ///   - kinds: the kind of each evaluator that is listed under another name: labels go by either.
  public init(_ calibration: EvaluationResults, rows: [DatasetRow], kinds: [String: String] = [:]) {
    let asked = Set(calibration.rows.map(\.identity))
    var verdicts: [String: [VerdictRecord]] = [:]
    for observation in calibration.candidates.flatMap(calibration.latestObservations) {
      verdicts[observation.row, default: []] += calibration.verdicts(on: observation)
    }
    self.init(
      evaluators: calibration.evaluators.map { use in
        (
          name: use.name, kind: kinds[use.name] ?? use.name, version: use.versions.last ?? 0,
          threshold: use.thresholds.last ?? 1
        )
      }, rows: rows.filter { asked.contains($0.identity) }, verdicts: verdicts)
  }
}
