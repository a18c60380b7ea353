import Foundation
import Records
import Testing

@testable import Reports

/// The page's structure. What a browser makes of it is `BrowserTests`' to say.
@Suite struct PageTests {
  static let charts: ChartLibrary = {
    guard let library = try? ChartLibrary(source: "/*\n* plotly.js v9.9.9\n*/\nvar a = '</script>';") else {
      preconditionFailure("the banner is a bundle's")
    }
    return library
  }()

  private func html(_ browserCase: BrowserCase) throws -> String {
    try browserCase.report().html(charts: Self.charts, nonce: "fixed")
  }

  /// What stands between the end of the style element and the chart's data: the part that text gets into.
  private func body(_ html: String) throws -> String {
    let start = try #require(html.range(of: "<body>"))
    let end = try #require(html.range(of: "<script type=\"application/json\""))
    return String(html[start.lowerBound..<end.lowerBound])
  }

  @Test func theSectionsComeInTheirOrder() throws {
    let headings = try html(.full).matches(of: /<h2[^>]*>([^<]*)<\/h2>/).map { String($0.1) }
    #expect(
      headings == [
        "What was measured", "Ranks", "Ranked the published way", "Trade-offs", "Over time", "All measures",
        "Failed trials", "Every trial", "Manifest", "Run it again",
      ])
  }

  @Test func everyChartHasItsPlaceItsAlternativeAndItsData() throws {
    let html = try html(.full)
    let ids = html.matches(of: /<div class="chart" id="([^"]*)" role="img" aria-label="([^"]+)"/).map { String($0.1) }
    #expect(ids == ["frontier-1", "frontier-2", "frontier-3", "loss", "memory", "latency", "measures"])
    let data = try #require(html.firstMatch(of: /id="chart-data">(.*?)<\/script>/.dotMatchesNewlines()))
    let read = try JSONSerialization.jsonObject(with: Data(data.1.utf8)) as? [[String: Any]]
    #expect(read?.compactMap { $0["id"] as? String } == ids)
  }

  @Test func everyTableHasACaptionAndABoxToScrollIn() throws {
    let html = try html(.full)
    let tables = html.matches(of: /<table>/).count
    #expect(tables > 10)
    #expect(html.matches(of: /<table><caption><span>[^<]/).count == tables)
    #expect(html.matches(of: /<div class="scroll[^"]*" tabindex="0" role="region" aria-label="[^"]+">/).count == tables)
  }

  @Test func nothingIsFetchedAndOnlyItsOwnScriptsRun() throws {
    let html = try html(.full)
    #expect(html.contains("default-src 'none'; script-src 'nonce-fixed'"))
    #expect(html.matches(of: /<script nonce="fixed">/).count == 2)
    #expect(html.matches(of: /<script/).count == 3)
    #expect(html.matches(of: /(src|href)="(?!#|data:)/).isEmpty)
    #expect(!html.contains("@import") && !html.contains("url("))
    #expect(html.contains("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"))
  }

  @Test func noncesDifferAndAreLong() {
    let nonces = Set((0..<20).map { _ in StudyReport.makeNonce() })
    #expect(nonces.count == 20)
    #expect(nonces.allSatisfy { $0.count >= 12 && $0.allSatisfy { $0.isLetter || $0.isNumber } })
  }

  @Test func theSameRecordsGiveTheSamePage() throws {
    let fixture = FixtureStudy(methods: Array(FixtureStudy.methods.prefix(2)), steps: 20)
    let trials = fixture.trials
    let pages = try (0..<2).map { _ in
      try StudyReport(study: fixture.study, trials: trials).html(charts: Self.charts, nonce: "fixed")
    }
    #expect(pages[0] == pages[1])
  }

  @Test func theBundleCannotEndItsScript() throws {
    #expect(try html(.bare).contains("var a = '<\\/script>';"))
  }

  @Test func hostileTextStaysText() throws {
    let html = try html(.hostile)
    let body = try body(html)
    #expect(html.matches(of: /<script/).count == 3 && html.matches(of: /<\/script>/).count == 3)
    #expect(!body.contains("<img") && !body.contains("<!--"))
    let links = body.matches(of: /<a ([^>]*)>/).map { String($0.1) }
    #expect(links.allSatisfy { $0.hasPrefix("href=\"#") || $0 == "class=\"skip\" href=\"#results\"" })
    // Without what stands in quotes, tags hold names of attributes alone.
    let handlers = body.replacing(/"[^"]*"/, with: "").matches(of: /<[^>]*\bon[a-z]+=/).count
    #expect(handlers == 0)
    #expect(!html.unicodeScalars.contains("\u{202E}") && !html.unicodeScalars.contains("\u{0}"))
    // It is shown, not dropped.
    #expect(body.contains("&lt;script&gt;window.broken=1&lt;/script&gt;"))
    #expect(html.contains("<title>&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;"))
  }

  @Test func hostileTextIsNoMarkupInAChartEither() throws {
    let html = try html(.hostile)
    let data = try #require(html.firstMatch(of: /id="chart-data">(.*?)<\/script>/.dotMatchesNewlines()))
    #expect(!data.1.contains("<"))
    let charts = try #require(try JSONSerialization.jsonObject(with: Data(data.1.utf8)) as? [[String: Any]])
    var labels: [String] = []
    func walk(_ value: Any) {
      switch value {
      case let text as String: labels.append(text)
      case let list as [Any]: list.forEach(walk)
      case let object as [String: Any]: object.values.forEach(walk)
      default: break
      }
    }
    walk(charts)
    let own = /<br>|<extra><\/extra>/
    #expect(labels.allSatisfy { !$0.replacing(own, with: "").contains("<") })
    #expect(labels.contains { $0.contains("&lt;script&gt;") })
  }

  @Test func absencesAndEstimatesAreMarked() throws {
    let body = try body(html(.full))
    #expect(body.contains("<span class=\"estimate\">est.</span>"))
    #expect(body.contains("Absent for every method"))
    #expect(body.contains("the trial reported no reading of its allocator"))
    let plain = FixtureStudy(steps: 20)
    let without = try StudyReport(study: plain.study, trials: plain.trials).html(charts: Self.charts)
    #expect(!without.contains("class=\"estimate\""))
    #expect(without.contains("no energy counter is readable here; declare a TDP for an estimate"))
  }

  @Test func failuresHaveTheirReasonsAndTheRestSaysNone() throws {
    let body = try body(html(.full))
    #expect(body.contains("the loss is NaN") && body.contains("missing from the tables"))
    #expect(body.contains("15 finished trials and 1 failed"))
    let plain = FixtureStudy(steps: 20)
    #expect(
      try StudyReport(study: plain.study, trials: plain.trials).html(charts: Self.charts).contains("<p>None.</p>"))
  }

  @Test func aBareStudySaysWhatItCannotSay() throws {
    let html = try html(.bare)
    #expect(html.contains("nothing can be said about which is better"))
    #expect(html.contains("id=\"chart-data\">[]<"))
    #expect(!html.contains("href=\"#frontiers\""))
  }

  @Test func modelsAreComparedEachForItself() throws {
    let fixture = FixtureStudy(steps: 20)
    let trials = ["tiny", "small"].flatMap { model in
      fixture.seeds.flatMap { seed in
        fixture.methods.prefix(2).enumerated().map { fixture.trial($1, place: $0, seed: seed, model: model) }
      }
    }
    let report = try StudyReport(study: fixture.study, trials: trials)
    let html = report.html(charts: Self.charts)
    #expect(report.model.groups.map(\.model) == ["tiny", "small"])
    #expect(html.contains("<div class=\"model\"><h2>tiny</h2>") && html.contains("id=\"loss-2\""))
    let ids = html.matches(of: #/ id="([^"]*)"/#).map { String($0.1) }
    #expect(Set(ids).count == ids.count)
  }
}
