import Foundation
import Interchange
import Records

extension CandidateSession {
  /// Takes over what was observed elsewhere, in one transaction.
  /// - Parameter name: which of the files' candidates; nil for all that is there.
  func take(_ files: [String], _ form: String, of name: String?) throws {
    let found =
      form == JudgedAnswers.form
      ? JudgedAnswers.observations(work, candidate: record.id ?? 0, missing: missing)
      : try imported(files, form, of: name)
    let stored = try store.storeObservations(found)
    progress(.asked(candidate: planned.name, done: stored.count, of: stored.count, failed: 0))
  }

  private func imported(_ files: [String], _ form: String, of name: String?) throws -> [ObservationRecord] {
    guard let form = ImportForm(rawValue: form) else {
      let known = (ImportForm.allCases.map(\.rawValue) + [JudgedAnswers.form]).joined(separator: ", ")
      throw EvaluationRunError.noImport(
        candidate: planned.name, reason: "there is no form \"\(form)\"; there are \(known).")
    }
    var provider: String?
    if case .catalogue(let named, _, _) = planned.price { provider = named }
    var run = try Importer.read(form: form, files: try files.map { try ImportFile(at: URL(fileURLWithPath: $0)) })
      .priced(by: costing.table, provider: provider)
    let names = Set(run.observations.map(\.candidate)).sorted()
    // Scores of the source name observations by their places; nothing here asks for them.
    if let name { run.observations.removeAll { $0.candidate != name } }
    let answers = ImportedAnswers(run, rows: work.rows)
    let anchor = ClockAnchor()
    let found = missing.compactMap { item -> ObservationRecord? in
      guard let observation = answers.observation(ofRow: item.row, repetition: item.repetition) else { return nil }
      // The plan says whose a row is, where the source did not.
      let attribution = work.attributions[item.row]
      var stored = ObservationRecord(
        imported: observation, form: form, candidate: record.id ?? 0, row: work.rows[item.row].identity,
        repetition: item.repetition, route: attribution.route, time: run.startedAt ?? anchor.date)
      stored.customer = stored.customer ?? attribution.customer
      stored.tags = attribution.tags.merging(stored.tags) { $1 }
      return stored
    }
    guard !found.isEmpty || run.observations.count > answers.unpaired else {
      throw EvaluationRunError.noImport(
        candidate: planned.name,
        reason: run.observations.isEmpty
          ? "nothing in the files is of \"\(name ?? "")\"; their candidates are "
            + "\(names.prefix(8).joined(separator: ", "))."
          : "none of its \(run.observations.count) observations is about a row that the plan chooses.")
    }
    var said = ["unpaired": "\(answers.unpaired)"]
    if !run.notes.isEmpty { said["notes"] = run.notes.joined(separator: "\n") }
    try store.noteCandidate(record.id ?? 0, section: "import", said)
    return found
  }
}
