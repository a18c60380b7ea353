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
    let data = ChartValue.array(figures.map(\.json)).json
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-\(nonce)'; \
      style-src 'unsafe-inline'; img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'">
      <meta name="generator" content="EfficientLLM">
      <meta name="color-scheme" content="light dark">
      <link rel="icon" href="data:,">
      <title>\(model.study.name) · EfficientLLM report</title>
      <style>\(HTML(trusted: PageAssets.stylesheet))</style>
      </head>
      <body>
      <a class="skip" href="#results">Skip to the results</a>
      \(heading)
      <main>
      \(sections.map(\.html))
      \(FailureSection(failures: model.failures, showsModel: model.groups.count > 1).html)
      \(TrialSection(trials: model.trials, groups: model.groups).html)
      \(ManifestPart(sections: model.manifest).html)
      \(reproduction)
      </main>
      <footer>
      <p>Written by EfficientLLM. Charts by \(charts.version). Absent is not zero: a value that could not be measured is \
      shown as absent, with its reason. GiB are 2³⁰ bytes, GB are 10⁹.</p>
      </footer>
      <noscript><p>The charts need scripts; every number in them is in the tables as well.</p></noscript>
      <script type="application/json" id="chart-data">\(HTML(trusted: TextEscaping.scriptData(data)))</script>
      <script nonce="\(nonce)">\(HTML(trusted: TextEscaping.scriptSource(charts.source)))</script>
      <script nonce="\(nonce)">\(HTML(trusted: TextEscaping.scriptSource(PageAssets.script)))</script>
      </body>
      </html>

      """
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

/// The page's stylesheet and script, which lie beside this file and are compiled in.
enum PageAssets {
  static let stylesheet = String(decoding: PackageResources.report_css, as: UTF8.self)
  static let script = String(decoding: PackageResources.report_js, as: UTF8.self)
}
