import Measures
import Records

extension EvaluationResults {
  /// What a reader of any table of these results should know, and the table cannot say.
  public var notes: [String] {
    completeness + repetitionNote + answeringModels + priceNotes + priceChanges + lowerBounds + evaluatorNotes
      + energyNote
  }

  /// The versions of the prices that the known costs were made with, sorted.
  public var priceVersions: [String] {
    Set(
      latest.values.compactMap { index -> String? in
        if case .known(let picos, _, let version, _) = observations[index].cost, picos != 0 { version } else { nil }
      }
    ).sorted()
  }

  private var completeness: [String] {
    let wanted = rows.count * candidates.count * repetitions.count
    let missing = wanted - latest.count
    if missing > 0 {
      return ["\(missing) of \(wanted) requests have no result: the run is not finished"]
    }
    return evaluation.finishedAt == nil ? ["the run is not marked as finished: verdicts may be missing"] : []
  }

  private var repetitionNote: [String] {
    let times = repetitions.count
    return times > 1
      ? ["each row was asked \(times) times: every time counts as a request, and a row is resampled with all of them"]
      : []
  }

  private var answeringModels: [String] {
    candidates.compactMap { candidate in
      let others = Set(latestObservations(of: candidate).compactMap(\.answeredBy)).subtracting([candidate.model])
        .sorted()
      return others.isEmpty || candidate.model.isEmpty
        ? nil
        : "\(candidate.name): asked for \(candidate.model), answered by \(others.joined(separator: ", ")), which is what is priced"
    }
  }

  private var priceNotes: [String] {
    let versions = priceVersions
    return versions.count > 1
      ? ["costs are by several versions of the prices: \(versions.joined(separator: ", ")); reprice to compare them"]
      : []
  }

  private var priceChanges: [String] {
    candidates.compactMap { candidate in
      let sections = candidate.manifest.sections
      // The last one: what it was put to is what is there now.
      let past = sections.keys.filter { $0.hasPrefix(PriceChange.earlier) }
        .max { ($0.count, $0) < ($1.count, $1) }
      guard let past, let before = sections[past] else { return nil }
      func words(_ price: [String: String]) -> String {
        let listed = price.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return listed.isEmpty ? "by the catalogue" : listed
      }
      return "\(candidate.name): its price was changed under way, from \(words(before)) to "
        + "\(words(sections[PriceChange.section] ?? [:])): all its requests have costs by the latter"
    }
  }

  private var lowerBounds: [String] {
    candidates.compactMap { candidate in
      let count = observations.count { $0.candidateID == candidate.id && $0.unpricedAttempts > 0 }
      return count == 0
        ? nil
        : "\(candidate.name): the costs of \(count) requests are lower bounds: attempts at them broke off before their usage "
          + "was said"
    }
  }

  private var evaluatorNotes: [String] {
    evaluators.flatMap { use -> [String] in
      var notes: [String] = []
      if use.versions.count > 1 || use.configurations.count > 1 || use.thresholds.count > 1 {
        notes.append("\(use.name) changed within this run: its verdicts are not all of one kind")
      }
      if use.failed > 0 { notes.append("\(use.name) failed at \(use.failed) answers, which are left out of its score") }
      let absent = use.absent.filter { $0.key != "no-answer" }.sorted { $0.key < $1.key }
      if !absent.isEmpty {
        let causes = absent.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        notes.append("\(use.name) has no score for some answers, which are left out of it: \(causes)")
      }
      return notes
    }
  }

  private var energyNote: [String] {
    let isEstimated = latest.values.contains { observations[$0].energy.quantity?.isEstimate == true }
    return isEstimated ? ["energy is estimated from a declaration, not read from a counter"] : []
  }
}
