/// The report's HTML file. It says what the model says and nothing of its own.
struct Page: Sendable {
  let model: ReportModel
  let charts: ChartLibrary
  let nonce: String

  var document: HTML {
    let sections = model.groups.enumerated().map {
      GroupSections(group: $1, index: $0, isOnly: model.groups.count == 1)
    }
    let figures = sections.flatMap(\.figures)
    let body: HTML = """
      \(heading)
      <main>
      \(sections.map(\.html))
      \(FailureSection(failures: model.failures, showsModel: model.groups.count > 1).html)
      \(TrialSection(trials: model.trials, groups: model.groups).html)
      \(ManifestPart(sections: model.manifest).html)
      \(reproduction)
      </main>
      """
    return PageFrame(
      title: model.study.name, body: body, figures: figures.map(\.json), charts: charts, nonce: nonce
    ).document
  }

  private var heading: HTML {
    let question = model.study.question.isEmpty ? model.study.name : model.study.question
    var state = [NumberText.count(model.counts.finished, "finished trial")]
    if model.counts.failed > 0 { state.append("\(model.counts.failed) failed") }
    if model.counts.running > 0 { state.append("\(model.counts.running) not finished yet") }
    let links = [
      ("results", "Results"), ("ranks", "Ranks"), ("published", "As published"), ("frontiers", "Trade-offs"),
      ("time", "Over time"), ("profile", "All measures"), ("trials", "Trials"), ("manifest", "Manifest"),
      ("reproduce", "Reproduce"),
    ].filter { isThere($0.0) }
    return """
      <header>
      <p class="eyebrow">Study \(model.study.name) · \(NumberText.date(model.study.createdAt)) · \
      \(NumberText.list(state))</p>
      <h1>\(question)</h1>
      <nav aria-label="Sections"><ul>\(links.map { "<li><a href=\"#\($0.0)\">\($0.1)</a></li>" as HTML })</ul></nav>
      </header>
      """
  }

  /// Whether the first group has the section that a link leads to.
  private func isThere(_ section: String) -> Bool {
    guard let group = model.groups.first else { return false }
    return switch section {
    case "frontiers": !group.frontiers.isEmpty
    case "time": group.loss != nil || !group.memory.isEmpty || group.latency != nil
    case "profile": group.profile != nil
    default: true
    }
  }

  private var reproduction: HTML {
    """
    <section id="reproduce" aria-labelledby="reproduce-title">
    <h2 id="reproduce-title">Run it again</h2>
    <p>This command runs the study; trials that have finished are not run twice.</p>
    <pre tabindex="0"><code>\(model.study.command)</code></pre>
    <details><summary>The plan, digest \(String(model.study.digest.prefix(12)))</summary>
    <pre tabindex="0"><code>\(model.study.plan)</code></pre></details>
    </section>
    """
  }
}
