import Measures

/// Trials that failed, with their reasons. Says so when none did.
struct FailureSection: Sendable {
  let failures: [FailedTrial]
  let showsModel: Bool

  var html: HTML {
    """
    <section id="failures" aria-labelledby="failures-title">
    <h2 id="failures-title">Failed trials</h2>
    \(content)
    </section>
    """
  }

  private var content: HTML {
    if failures.isEmpty { return "<p>None.</p>" }
    let rows = failures.map { failure -> HTML in
      let name = showsModel ? "\(failure.method) on \(failure.model)" : failure.method
      return """
        <tr><th scope="row">\(name)</th><td>\(failure.seed)</td><td>\(failure.attempt)</td>\
        <td class="text">\(failure.kind)</td><td>\(failure.step.map { NumberText.format($0) } ?? "")</td>\
        <td class="message">\(failure.message)</td>\
        <td class="text">\(failure.isMended ? "a later attempt finished" : "missing from the tables")</td></tr>
        """
    }
    return """
      <div class="scroll failures" tabindex="0" role="region" aria-label="Failed trials">
      <table><caption><span>Every attempt that failed, and whether its seed is missing from the tables</span></caption>
      <thead><tr><th scope="col">Method</th><th scope="col">Seed</th><th scope="col">Attempt</th>\
      <th scope="col" class="text">Kind</th><th scope="col">Step</th><th scope="col" class="text">Reason</th>\
      <th scope="col" class="text">Outcome</th></tr></thead>
      <tbody>\(rows)</tbody></table></div>
      """
  }
}

/// Every trial by itself, so that means can be checked.
struct TrialSection: Sendable {
  let trials: [TrialRow]
  let groups: [ComparisonGroup]

  /// The measures a reader checks first; all of them would not fit on paper.
  private static let shown: Set<MeasureID> = [
    "Performance", "TT.tokensPerSecond", "AL.p50", "AL.p99", "AMU.peak", "PCU.mfu", "AEC.joulesPerToken",
  ]

  var html: HTML {
    var columns: [ResultTable.Row] = []
    for row in groups.flatMap(\.results.rows) where Self.shown.contains(row.measure) {
      let isListed = columns.contains { $0.measure == row.measure }
      if !isListed, trials.contains(where: { $0.values[row.measure] != nil }) { columns.append(row) }
    }
    let scales = columns.map { column in
      NumberText.scale(for: trials.compactMap { $0.values[column.measure] }, unit: column.unit)
    }
    let headings =
      ["Method", "Seed", "Attempt", "Status", "Took (s)"]
      + zip(columns, scales).map { column, scale in
        column.title.capitalisedFirst + (scale.symbol.isEmpty ? "" : " (\(scale.symbol))")
      }
    let rows = trials.map { trial in
      [
        groups.count > 1 ? "\(trial.method) on \(trial.model)" : trial.method, String(trial.seed),
        String(trial.attempt), trial.status,
        trial.seconds.map { NumberText.format($0) } ?? "",
      ]
        + zip(columns, scales).map { column, scale in
          trial.values[column.measure].map { NumberText.format($0 / scale.divisor, digits: 5) } ?? ""
        }
    }
    return """
      <section id="trials" aria-labelledby="trials-title">
      <h2 id="trials-title">Every trial</h2>
      <p class="quiet">The raw values behind the means, of the main measures; every measure of every trial is in the \
      records' export.</p>
      <details><summary>\(NumberText.count(trials.count, "trial"))</summary>
      \(ChartTables.table("Every attempt and its values; blank is absent", headings, rows))</details>
      </section>
      """
  }
}

/// Where the numbers were made.
struct ManifestPart: Sendable {
  let sections: [ManifestSection]
  var hint = "Where the numbers were made. A value without names holds for every trial."

  var html: HTML {
    """
    <section id="manifest" aria-labelledby="manifest-title">
    <h2 id="manifest-title">Manifest</h2>
    <p class="quiet">\(hint)</p>
    \(sections.isEmpty ? "<p>None was recorded.</p>" : "" as HTML)
    \(sections.map(table))
    </section>
    """
  }

  private func table(_ section: ManifestSection) -> HTML {
    let rows = section.entries.map { entry -> HTML in
      let values = entry.values.map { value -> HTML in
        let holds: HTML =
          value.holds.isEmpty ? "" : " <span class=\"quiet small\">(\(NumberText.list(value.holds)))</span>"
        return "<div>\(value.text)\(holds)</div>"
      }
      return "<tr><th scope=\"row\">\(entry.name)</th><td class=\"free\">\(values)</td></tr>"
    }
    return """
      <div class="scroll manifest" tabindex="0" role="region" aria-label="Manifest: \(section.name)">
      <table><caption><span>\(section.name.capitalisedFirst)</span></caption>
      <thead><tr><th scope="col">Name</th><th scope="col" class="text">Value</th></tr></thead>
      <tbody>\(rows)</tbody></table></div>
      """
  }
}
