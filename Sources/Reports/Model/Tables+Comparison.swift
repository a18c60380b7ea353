import Measures
import Ranking

extension ResultTable {
  init(_ comparison: Comparison) {
    rows = comparison.columns.map { column in
      let best = comparison.ordered(column.id).flatMap { $0.count > 1 ? $0.first : nil }
      return Row(
        measure: column.id, title: column.title, unit: column.unit, direction: column.direction,
        definition: column.definition, formula: column.formula,
        cells: comparison.methods.map { method in
          let summary = comparison.summary(column.id, method)
          return Cell(
            mean: summary?.mean, interval: summary?.interval, bootstrap: summary?.bootstrap,
            count: summary?.count ?? 0, isEstimate: summary?.isEstimate ?? false,
            absence: comparison.absence(column.id, method), isBest: best != nil && summary?.mean == best?.mean,
            isTied: comparison.isTied(column.id, summary, with: best))
        })
    }
  }
}

extension RankTable {
  /// Ranks of every measure that at least two methods have a value of.
  init(_ comparison: Comparison) {
    let fewest = comparison.columns.flatMap { column in
      comparison.methods.compactMap { comparison.summary(column.id, $0)?.count }
    }.min()
    resamples = (fewest ?? 0) >= Answer.neededRepeats ? ConfidenceInterval.defaultResamples : nil
    let isHeld = resamples != nil
    rows = comparison.columns.compactMap { column in
      guard let direction = column.direction, (comparison.ordered(column.id)?.count ?? 0) > 1 else { return nil }
      return Row(
        measure: column.id, title: column.title, direction: direction, definition: column.definition,
        cells: comparison.methods.map { method in
          let rank = comparison.rank(column.id, method)
          return Cell(rank: rank?.rank, held: isHeld ? rank?.held : nil)
        })
    }
  }
}

extension PublishedTable {
  /// The published metrics, one run a seed: means and ranks of the raw values, values normalised with best and worst
  /// pooled over all runs, and the efficiency score.
  init(_ comparison: Comparison, model: String) {
    let published = comparison.columns.filter { $0.definition == .published && $0.direction != nil }
    let table = RankingTable(
      columns: published.map { RankingTable.Column(name: $0.id.rawValue, direction: $0.direction) },
      rows: comparison.methods.map { method in
        RankingTable.Row(
          group: model, method: method, model: model,
          values: published.reduce(into: [:]) { values, column in
            values[column.id.rawValue] = comparison.summary(column.id, method)?.mean
          })
      })
    let ranking = table.ranked().first

    rows = published.compactMap { column in
      guard let direction = column.direction else { return nil }
      let runs = comparison.methods.flatMap { comparison.runs(column.id, $0) }
      let best = runs.min { direction.isBetter($0, than: $1) }
      let worst = runs.max { direction.isBetter($0, than: $1) }
      return Row(
        measure: column.id, title: column.title, unit: column.unit, direction: direction,
        cells: comparison.methods.map { method in
          let standing = ranking?.methods.first { $0.method == method }
          let mean = standing?.values[column.id.rawValue]
          // Normalising is linear: the mean of the normalised runs is the normalised mean.
          let normalised = mean.flatMap { mean in
            best.flatMap { best in
              worst.flatMap { PublishedScore.normalised(mean, best: best, worst: $0) }
            }
          }
          return Cell(
            mean: mean, rank: standing?.ranks[column.id.rawValue], normalised: normalised,
            absence: mean == nil ? comparison.absence(column.id, method) ?? "no value" : nil)
        })
    }

    let measured = ranking?.efficiencyScores() ?? []
    scores = measured.map { $0.quantity?.value }
    let reasons = zip(comparison.methods, measured).compactMap { method, score -> (String, String)? in
      if case .absent(let absence) = score { (absence.reason, method) } else { nil }
    }
    let missing = reasons.map(\.0).uniqued().map { reason in
      let without = reasons.filter { $0.0 == reason }.map(\.1)
      let names = without.count == comparison.methods.count ? "any method" : NumberText.list(without)
      return "No efficiency score for \(names): \(reason). A score over fewer terms could not be compared."
    }
    notes = missing + [PublishedScore.erratum]
  }
}
