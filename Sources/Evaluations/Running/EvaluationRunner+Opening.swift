import Foundation
import Records
import Studies

extension EvaluationRunner {
  /// The run that goes on, or a new one.
  func open(_ work: EvaluationWork, _ keys: PlannedKeys) throws -> (EvaluationRecord, [CandidateRecord]) {
    let digest = work.digest
    let named = try store.evaluations().filter { $0.name == plan.name }
    let settings = settings
    if let record = try going(on: digest, named), let id = record.id {
      try store.updateEvaluation(
        id, plan: keys.cleanOwn(plan.text), command: keys.cleanOwn(configuration.commandLine), settings: settings,
        rows: work.evaluationRows)
      return (record, try store.candidates(ofEvaluation: id))
    }
    var manifest = configuration.manifest
    manifest.sections["settings", default: [:]].merge(settings) { $1 }
    return try store.createEvaluation(
      EvaluationRecord(
        name: plan.name, label: label(beside: named), digest: digest, plan: keys.cleanOwn(plan.text),
        command: keys.cleanOwn(configuration.commandLine), dataset: work.selection.dataset.pinned,
        selection: "\(work.rows.count) of \(work.selection.dataset.rowCount) rows"
          + (plan.cohort.map { ", where \($0)" } ?? "")
          + (plan.sample.map { ", \($0.count) with seed \($0.seed)" } ?? ""),
        createdAt: Date(), manifest: manifest),
      rows: work.evaluationRows,
      candidates: plan.candidates.map { candidate in
        CandidateRecord(
          evaluationID: 0, name: candidate.name, digest: EvaluationWork.digest(of: candidate), model: candidate.model,
          endpoint: keys.cleanOwn(Self.endpoint(candidate)),
          settings: Dictionary(
            uniqueKeysWithValues: candidate.settings.members.map {
              ($0.name, keys.cleanOwn($0.value.string ?? $0.value.text))
            }),
          manifest: Manifest(sections: ["price": Self.price(candidate.price)]))
      })
  }

  private static func endpoint(_ candidate: PlannedCandidate) -> String {
    switch candidate.source {
    case .endpoint(let text): text
    case .served(let program): program.command.joined(separator: " ")
    case .imported(let files, let form, _): "\(form): \(files.joined(separator: ", "))"
    }
  }

  /// By what it is priced, for whoever prices it anew before anything had a price.
  static func price(_ price: PlannedPrice) -> [String: String] {
    switch price {
    case .catalogue(let provider, let model, let conditions):
      var section = conditions.reduce(into: [String: String]()) { $0["when \($1.key)"] = $1.value }
      section["provider"] = provider
      section["model"] = model
      return section
    case .hardware(let name): return ["hardware": name]
    case .held(let perHour, let perKilowattHour, let currency, let source):
      var section = ["currency": currency]
      section["per-hour"] = perHour
      section["per-kilowatt-hour"] = perKilowattHour
      section["source"] = source
      return section
    }
  }

  /// What results have to be read by: not part of what is asked.
  private var settings: [String: String] {
    [
      "passes": plan.passes.joined(separator: "\n"),
      "evaluators": plan.evaluators.map { $0.name ?? $0.kind }.joined(separator: "\n"),
      "question": plan.question,
    ]
  }

  private func going(on digest: String, _ named: [EvaluationRecord]) throws -> EvaluationRecord? {
    if let label = configuration.label {
      guard let record = named.first(where: { $0.label == label }) else { return nil }
      guard record.digest == digest else { throw EvaluationRunError.otherPlan(reference: record.reference) }
      return record
    }
    // Only a label of its own asks the same anew: nothing is paid for twice by running a plan again.
    let same = named.filter { $0.digest == digest }
    return same.first { $0.finishedAt == nil } ?? same.first
  }

  private func label(beside named: [EvaluationRecord]) -> String {
    if let label = configuration.label { return label }
    let taken = Set(named.map(\.label))
    guard taken.contains(Self.today) else { return Self.today }
    return (2...).lazy.map { "\(Self.today).\($0)" }.first { !taken.contains($0) } ?? Self.today
  }

  private static var today: String { Date().formatted(.iso8601.year().month().day()) }
}
