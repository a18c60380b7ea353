/// What every report's file is around its sections: one document that fetches nothing and lets no foreign script run.
struct PageFrame: Sendable {
  let title: String
  /// The element that the results begin at.
  var start = "results"
  let body: HTML
  let figures: [ChartValue]
  let charts: ChartLibrary
  let nonce: String

  var document: HTML {
    let data = ChartValue.array(figures).json
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
      <title>\(title) · EfficientLLM report</title>
      <style>\(HTML(trusted: PageAssets.stylesheet))</style>
      </head>
      <body>
      <a class="skip" href="#\(start)">Skip to the results</a>
      \(body)
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
}

/// The pages' stylesheet and scripts, which lie beside this file and are compiled in.
enum PageAssets {
  static let stylesheet = String(decoding: PackageResources.report_css, as: UTF8.self)
  static let script =
    String(decoding: PackageResources.frontier_js, as: UTF8.self)
    + String(decoding: PackageResources.report_js, as: UTF8.self)
}
