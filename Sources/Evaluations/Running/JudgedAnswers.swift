import Datasets
import Measures
import Records

/// The answers that a dataset brings, which people have labelled, in place of a candidate's: so that evaluators can be held
/// against people.
enum JudgedAnswers {
  /// What `import:` calls it.
  static let form = "judged"

  /// The observations of the rows that bring an answer.
  static func observations(
    _ work: EvaluationWork, candidate: Int64, missing: [EvaluationWork.Item], at date: ClockAnchor = ClockAnchor()
  ) -> [ObservationRecord] {
    missing.compactMap { item in
      let row = work.rows[item.row]
      guard let answer = row.judged, item.repetition == 0 else { return nil }
      let attribution = work.attributions[item.row]
      return ObservationRecord(
        candidateID: candidate, row: row.identity, status: .answered, origin: form, route: attribution.route,
        customer: attribution.customer, tags: attribution.tags, startedAt: date.date, text: answer,
        cost: .absent(Absence("the dataset's own answers cost nothing that is known")),
        energy: .absent("the dataset's own answers were not generated here"))
    }
  }
}
