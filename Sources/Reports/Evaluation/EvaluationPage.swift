import Ranking

/// The HTML file of a report on an evaluation. It says what the model says and nothing of its own.
struct EvaluationPage: Sendable {
  let model: EvaluationModel
  let charts: ChartLibrary
  let nonce: String

  private var content: EvaluationReport.Content { model.content }

  var document: HTML {
    let body: HTML = """
      \(heading)
      <main>
      \(AnswerBox(model: model).html)
      \(frontier)
      \(CandidateSections(model: model).html)
      \(SpendSection(content: content).html)
      \(content.agents.map { AgentSection(agents: $0).html } ?? .empty)
      \(RequestSections(content: content).html)
      \(notes)
      \(ManifestPart(sections: model.manifest, hint: "Where the numbers were made, and what was asked of whom.").html)
      \(reproduction)
      </main>
      """
    return PageFrame(
      title: content.evaluation.reference, start: "frontier-part", body: body,
      figures: model.explorer.map { [$0.json] } ?? [], charts: charts, nonce: nonce
    ).document
  }

  private var heading: HTML {
    let evaluation = content.evaluation
    let state = [
      NumberText.count(content.candidates.count, "candidate"),
      NumberText.count(content.table.rows.count, "request") + " each",
      evaluation.finishedAt == nil ? "not finished" : "finished",
    ]
    let links =
      [("frontier-part", "Frontier"), ("candidates", "Candidates"), ("differences", "Differences"), ("spend", "Spend")]
      + (content.agents == nil ? [] : [("agents", "Agents")])
      + [("failures", "Failures"), ("disputes", "Disagreements"), ("evaluators", "Evaluators")]
      + [("notes", "Notes"), ("manifest", "Manifest"), ("reproduce", "Reproduce")]
    return """
      <header>
      <p class="eyebrow">Evaluation \(evaluation.reference) · \(NumberText.date(evaluation.createdAt)) · \
      \(state.joined(separator: " · "))</p>
      <h1>\(content.question.isEmpty ? evaluation.name : content.question)</h1>
      <p class="quiet small">Dataset \(evaluation.dataset). \
      \(content.priceVersions.isEmpty ? "No price is known" : "Prices: \(NumberText.list(content.priceVersions))"), \
      what judges cost \(content.judgeCost == "include" ? "included" : "apart").</p>
      <nav aria-label="Sections"><ul>\(links.map { "<li><a href=\"#\($0.0)\">\($0.1)</a></li>" as HTML })</ul></nav>
      </header>
      """
  }

  private var frontier: HTML {
    let chart: HTML =
      model.explorer?.html
      ?? "<p>No candidate has both a quality and a cost that are known, so that there is no frontier.</p>"
    return """
      <section id="frontier-part" aria-labelledby="frontier-part-title">
      <h2 id="frontier-part-title">The frontier</h2>
      \(chart)
      </section>
      """
  }

  private var notes: HTML {
    let lines = (content.notes + model.summary.notes).uniqued()
    return """
      <section id="notes" aria-labelledby="notes-title">
      <h2 id="notes-title">What to know of these numbers</h2>
      \(lines.isEmpty ? "<p>Nothing out of the ordinary.</p>" : "<ul>\(lines.map { "<li>\($0.capitalisedFirst).</li>" as HTML })</ul>" as HTML)
      </section>
      """
  }

  private var reproduction: HTML {
    let selection: HTML =
      content.evaluation.selection.isEmpty
      ? .empty : "<p class=\"quiet small\">Rows: \(content.evaluation.selection)</p>"
    return """
      <section id="reproduce" aria-labelledby="reproduce-title">
      <h2 id="reproduce-title">Run it again</h2>
      <p>This command runs the evaluation; requests that have a result are not sent again.</p>
      <pre tabindex="0"><code>\(content.evaluation.command)</code></pre>
      \(selection)
      <details><summary>The plan, digest \(String(content.evaluation.digest.prefix(12)))</summary>
      <pre tabindex="0"><code>\(content.evaluation.plan)</code></pre></details>
      </section>
      """
  }
}
