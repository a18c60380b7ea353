import Datasets
public import Evaluators
import OpenAIWire
import Records

/// How far each evaluator of a run says what people say, over the dataset's own answers that people have labelled.
public struct LabelledAgreement: Sendable {
  public struct Line: Sendable {
    public let evaluator: String
    public let version: Int
    public let agreement: JudgeAgreement
    /// At every threshold; nil where there are no labels of both kinds.
    public let calibration: Calibration?
    /// What many verdicts of a judge say of the judge; nil for what needs none.
    public let diagnostics: JudgeDiagnostics?
    /// Rows whose labels cannot be read, or say one thing as often as the other.
    public let unclear: Int
  }

  public let lines: [Line]
  /// Evaluators whose answers nobody has labelled.
  public let unlabelled: [String]

  /// - Parameters:
  ///   - evaluators: by the name they are listed under, with their kind: labels go by either.
  ///   - rows: of the dataset.
  ///   - verdicts: on the dataset's own answers, by row.
  init(
    evaluators: [(name: String, kind: String, version: Int, threshold: Double)], rows: [DatasetRow],
    verdicts: [String: [VerdictRecord]]
  ) {
    var lines: [Line] = []
    var unlabelled: [String] = []
    for evaluator in evaluators {
      var labelled: [LabelledScore] = []
      var judged: [JudgeDiagnostics.Row] = []
      var unclear = 0
      for row in rows where row.judged != nil {
        let verdict = verdicts[row.identity]?.first { $0.evaluator == evaluator.name }
        if let verdict, let work = verdict.judge.flatMap(JudgeWork.init(record:)) {
          let failed = if case .failed = verdict.outcome { true } else { false }
          judged.append(
            JudgeDiagnostics.Row(score: verdict.score, answerLength: row.judged?.count, work: work, failed: failed))
        }
        let own = row.labels.filter { $0.name == evaluator.name }
        let labels = own.isEmpty ? row.labels.filter { $0.name == evaluator.kind } : own
        switch JudgeAgreement.label(labels.map(\.value.json)) {
        case .good: labelled.append(LabelledScore(score: verdict?.score, label: true))
        case .bad: labelled.append(LabelledScore(score: verdict?.score, label: false))
        case .undecided, .unreadable: unclear += 1
        case .none: break
        }
      }
      guard !labelled.isEmpty || unclear > 0 else {
        unlabelled.append(evaluator.name)
        continue
      }
      lines.append(
        Line(
          evaluator: evaluator.name, version: evaluator.version,
          agreement: JudgeAgreement(labelled, threshold: evaluator.threshold),
          calibration: try? Calibration(labelled),
          diagnostics: judged.isEmpty ? nil : JudgeDiagnostics(judged), unclear: unclear))
    }
    self.lines = lines
    self.unlabelled = unlabelled
  }
}
