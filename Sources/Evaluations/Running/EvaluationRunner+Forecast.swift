import Datasets
import Records

extension EvaluationRunner {
  /// What a run would ask, in words, without asking it.
  /// - Throws: what ``run(stop:)`` throws before its first request.
  public func forecast() throws -> String {
    let work = try EvaluationWork(plan: plan, dataset: try configuration.datasets.load(plan.dataset))
    _ = try PlannedKeys(plan)
    var lines = [
      "\(work.selection.dataset.pinned): \(work.rows.count) of \(work.selection.dataset.rowCount) rows, "
        + "\(plan.repetitions) time\(plan.repetitions == 1 ? "" : "s") each"
    ]
    for (index, candidate) in plan.candidates.enumerated() {
      let count = work.messages[index].isEmpty ? 0 : work.items.count
      let characters = work.messages[index].joined().reduce(0) { $0 + ($1.content?.count ?? 0) } * plan.repetitions
      lines.append(
        count == 0
          ? "  \(candidate.name): imported"
          : "  \(candidate.name): \(count) requests to \(candidate.model), \(characters) characters of prompt, without "
            + "what the stored runs have")
    }
    let names = plan.evaluators.map { $0.name ?? $0.kind }.joined(separator: ", ")
    lines.append("  judged by \(names.isEmpty ? "nobody" : names)")
    return lines.joined(separator: "\n")
  }
}
