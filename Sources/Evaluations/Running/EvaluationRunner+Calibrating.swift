import Datasets
import Evaluators
import Foundation
import Measures
import OpenAIWire
import Records
public import Studies

extension EvaluationRunner {
  /// Judges the answers that the dataset brings and people have labelled, by the plan's evaluators, and holds the verdicts
  /// against the labels. Nothing is asked of the plan's candidates. The verdicts are stored as a run `NAME.calibration` of
  /// the records, so that what a judge was paid for is not paid for again.
  /// - Throws: what ``run(stop:)`` throws, and ``EvaluationRunError/nothingLabelled(dataset:)``.
  public func calibrate(stop: StopSignal = StopSignal()) async throws -> (
    outcome: EvaluationOutcome, agreement: LabelledAgreement
  ) {
    let dataset = try configuration.datasets.load(plan.dataset)
    guard dataset.rows.contains(where: { $0.judged != nil && !$0.labels.isEmpty }) else {
      throw EvaluationRunError.nothingLabelled(dataset: dataset.reference)
    }
    var judged = plan
    judged.name = EvaluationResults.calibrationName(of: plan.name)
    judged.repetitions = 1
    judged.candidates = [
      PlannedCandidate(
        name: "labelled answers", source: .imported(files: [], form: JudgedAnswers.form, candidate: nil), form: .chat,
        model: "",
        key: nil, prompt: .plain, settings: JSONObject(), price: .catalogue(provider: nil, model: nil, conditions: [:]),
        load: RequestLoad())
    ]
    let runner = EvaluationRunner(plan: judged, store: store, configuration: configuration, progress: progress)
    let outcome = try await runner.run(stop: stop)
    let id = outcome.evaluation.id ?? 0
    let rows = Dictionary(
      try store.observations(ofEvaluation: id).map { ($0.id ?? 0, $0.row) }, uniquingKeysWith: { first, _ in first })
    var verdicts: [String: [VerdictRecord]] = [:]
    for verdict in try store.verdicts(ofEvaluation: id) {
      if let row = rows[verdict.observationID] { verdicts[row, default: []].append(verdict) }
    }
    // For the kinds' own thresholds; nothing is loaded for that.
    let registry = EvaluatorRegistry.standard()
    let known = plan.evaluators.map { configuration in
      let name = configuration.name ?? configuration.kind
      let given = verdicts.values.lazy.joined().first { $0.evaluator == name }
      let usual = registry.kinds.first { $0.name == configuration.kind }?.threshold ?? 1
      return (
        name: name, kind: configuration.kind, version: given?.version ?? 0,
        threshold: given?.threshold ?? configuration.threshold ?? usual
      )
    }
    let asked = Set(rows.values)
    return (
      outcome,
      LabelledAgreement(
        evaluators: known, rows: dataset.rows.filter { asked.contains($0.identity) }, verdicts: verdicts)
    )
  }
}
