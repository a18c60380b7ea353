import Foundation
import Interchange
import Records

/// What other programs saw, as the observations of a candidate: paired with the rows that it is about.
struct ImportedAnswers {
  let work: EvaluationWork
  let candidate: Int
  let record: CandidateRecord
  let costing: RequestCosting

  /// - Throws: ``Interchange/ImportError``, ``EvaluationRunError/noImport(candidate:reason:)``.
  func observations(files: [String], form: String, of name: String?) throws -> [ObservationRecord] {
    let planned = work.plan.candidates[candidate]
    guard let form = ImportForm(rawValue: form) else {
      let known = (ImportForm.allCases.map(\.rawValue) + [JudgedAnswers.form]).joined(separator: ", ")
      throw EvaluationRunError.noImport(
        candidate: planned.name, reason: "there is no form \"\(form)\"; there are \(known).")
    }
    var provider: String?
    if case .catalogue(let named, _, _) = planned.price { provider = named }
    let run = try Importer.read(form: form, files: try files.map { try ImportFile(at: URL(fileURLWithPath: $0)) })
      .priced(by: costing.table, provider: provider)
    let own = run.observations.filter { name == nil || $0.candidate == name }
    let pairing = RowPairing(work.dataset)
    var counts: [String: Int] = [:]
    let chosen = Set(work.rows.map(\.identity))
    let anchor = ClockAnchor()
    let found = own.compactMap { observation -> ObservationRecord? in
      guard let place = pairing.place(of: observation)?.place else { return nil }
      let row = work.dataset.rows[place].identity
      guard chosen.contains(row) else { return nil }
      let repetition = counts[row, default: 0]
      counts[row] = repetition + 1
      var record = ObservationRecord(
        imported: observation, form: form, candidate: record.id ?? 0, row: row, repetition: repetition, route: "",
        time: run.startedAt ?? anchor.date)
      attribute(&record)
      return record
    }
    guard !found.isEmpty else {
      let names = Set(run.observations.map(\.candidate)).sorted().prefix(8).joined(separator: ", ")
      throw EvaluationRunError.noImport(
        candidate: planned.name,
        reason: "none of its \(own.count) observations is about a row of \(work.dataset.reference)"
          + (name == nil || !own.isEmpty ? "." : "; the candidates in the files are \(names)."))
    }
    return found
  }

  /// The plan says whose a row is, where the source did not.
  private func attribute(_ record: inout ObservationRecord) {
    guard let place = work.rows.firstIndex(where: { $0.identity == record.row }) else { return }
    let attribution = work.attributions[place]
    if record.route.isEmpty { record.route = attribution.route }
    record.customer = record.customer ?? attribution.customer
    record.tags = attribution.tags.merging(record.tags) { $1 }
  }
}
