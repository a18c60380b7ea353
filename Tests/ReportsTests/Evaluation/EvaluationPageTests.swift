import Foundation
import Measures
import Ranking
import Testing

@testable import Reports

@Suite struct EvaluationPageTests {
  private static let pages = [
    "full": Result { try FixtureEvaluation().report().html(charts: PageTests.charts, nonce: "fixed") },
    "bare": Result { try FixtureEvaluation.bare().html(charts: PageTests.charts, nonce: "fixed") },
    "hostile": Result { try FixtureEvaluation.hostile().html(charts: PageTests.charts, nonce: "fixed") },
  ]

  private func html(_ name: String) throws -> String { try #require(Self.pages[name]).get() }

  private func body(_ html: String) throws -> String {
    let start = try #require(html.range(of: "<body>"))
    let end = try #require(html.range(of: "<script type=\"application/json\""))
    return String(html[start.lowerBound..<end.lowerBound])
  }

  private func data(_ html: String) throws -> [[String: Any]] {
    let data = try #require(html.firstMatch(of: /id="chart-data">(.*?)<\/script>/.dotMatchesNewlines()))
    #expect(!data.1.contains("<"))
    return try #require(try JSONSerialization.jsonObject(with: Data(data.1.utf8)) as? [[String: Any]])
  }

  @Test func theSectionsComeInTheirOrder() throws {
    let html = try html("full")
    #expect(
      html.matches(of: /<h2[^>]*>([^<]*)<\/h2>/).map { String($0.1) } == [
        "The frontier", "The candidates", "Differences from small", "Spend",
        "Where agents' time and money went", "Failed requests", "Where candidates disagree", "Evaluators",
        "What to know of these numbers", "Manifest", "Run it again",
      ])
    for link in html.matches(of: /<a href="#([^"]*)"/).map({ String($0.1) }) {
      #expect(html.contains("id=\"\(link)\""), "\(link)")
    }
  }

  @Test func theRecommendationStandsAtTheHead() throws {
    let body = try body(html("full"))
    #expect(body.contains("Take small: the best of those that qualify"))
    #expect(body.contains("under pass-rate&gt;=0.6."))
    #expect(!(try html("bare").contains("class=\"answer\"")))
  }

  @Test func everyPairOfMeasuresHasItsFrontier() throws {
    let explore = try #require(try data(html("full"))[0]["explore"] as? [String: Any])
    let qualities = try #require(explore["quality"] as? [[String: Any]])
    let costs = try #require(explore["cost"] as? [[String: Any]])
    #expect(qualities.compactMap { $0["title"] as? String } == ["Pass rate (%)", "Exact", "Relevancy"])
    #expect(costs.count == 2)
    let frontiers = try #require(explore["frontiers"] as? [[[Any]]])
    #expect(frontiers.count == 3 && frontiers.allSatisfy { $0.count == 2 && $0.allSatisfy { $0.count == 5 } })
    // The slow and poor one is dominated, the one without a price takes no part.
    let poor = try #require(frontiers[0][0][3] as? [String: Any])
    #expect(poor["member"] as? Bool == false && (poor["by"] as? [Any])?.isEmpty == false)
    #expect(frontiers[0][0][4] is NSNull)
    let body = try body(html("full"))
    #expect(body.contains("not placed: no cost per request"))
    #expect(body.matches(of: /<select data-explore="frontier" data-choice="/).count == 3)
  }

  @Test func nothingIsFetchedAndOnlyItsOwnScriptsRun() throws {
    for name in ["full", "bare"] {
      let html = try html(name)
      #expect(html.contains("default-src 'none'; script-src 'nonce-fixed'"))
      #expect(html.matches(of: /<script nonce="fixed">/).count == 2 && html.matches(of: /<script/).count == 3)
      #expect(html.matches(of: /(src|href)="(?!#|data:)/).isEmpty)
      #expect(!html.contains("@import") && !html.contains("url("))
    }
  }

  @Test func hostileTextStaysText() throws {
    let html = try html("hostile")
    let body = try body(html)
    #expect(html.matches(of: /<script/).count == 3 && html.matches(of: /<\/script>/).count == 3)
    #expect(!body.contains("<img") && !body.contains("<!--"))
    #expect(body.matches(of: /<a ([^>]*)>/).map { String($0.1) }.allSatisfy { $0.contains("href=\"#") })
    let handlers = body.replacing(/"[^"]*"/, with: "").matches(of: /<[^>]*\bon[a-z]+=/).count
    #expect(handlers == 0)
    #expect(!html.unicodeScalars.contains("\u{202E}") && !html.unicodeScalars.contains("\u{0}"))
    #expect(body.contains("<blockquote>&lt;script&gt;window.broken=1&lt;/script&gt;"))
    #expect(html.contains("<title>&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;@"))
  }

  @Test func hostileTextIsNoMarkupInAChartEither() throws {
    var labels: [String] = []
    func walk(_ value: Any) {
      switch value {
      case let text as String: labels.append(text)
      case let list as [Any]: list.forEach(walk)
      case let object as [String: Any]: object.values.forEach(walk)
      default: break
      }
    }
    walk(try data(html("hostile")))
    #expect(!labels.contains { $0.contains("<") } && labels.contains { $0.contains("&lt;script&gt;") })
    #expect(!labels.contains { $0.contains("%{") })
  }

  @Test func judgesAreHeldAgainstPeople() throws {
    let body = try body(html("full"))
    #expect(body.contains("How far they say what people say") && body.contains("<th scope=\"col\">Kappa</th>"))
    #expect(body.contains("What the verdicts say of the judges") && body.contains("3 unreadable"))
    #expect(body.contains("absent: no pair was shown in both orders"))
    #expect(!(try html("bare").contains("What the verdicts say of the judges")))
  }

  @Test func aLongAnswerIsCut() throws {
    var fixture = FixtureEvaluation(rows: 20)
    fixture.text = String(repeating: "x", count: 100_000)
    let page = try fixture.report(recommending: false).html(charts: PageTests.charts)
    #expect(page.utf8.count < 600_000 && page.contains("x…"))
  }

  @Test func aBareRunSaysWhatItCannotSay() throws {
    let body = try body(html("bare"))
    #expect(body.contains("there is no frontier") && body.contains("There is no other candidate."))
    #expect(body.contains("No answer was judged.") && body.contains("No price is known"))
    #expect(try data(html("bare")).isEmpty)
  }

  @Test func noneQualifyingAndTooLittleDataAreAnswers() throws {
    func head(_ requirement: Requirement?, minimumRows: Int = 20) throws -> String {
      var content = try FixtureEvaluation().content()
      content.options.minimumRows = minimumRows
      content.recommendation = .init(
        try content.table.recommendation(
          .best(.costPerPassingRequest), requirements: requirement.map { [$0] } ?? [], options: content.options),
        objective: "the least cost-per-passing-request", measures: [.costPerPassingRequest])
      return try body(EvaluationReport(content).html(charts: PageTests.charts))
    }
    let fast = Requirement(.latency("latency", .quantile(0.5)), bound: 0.01)
    #expect(try head(fast).contains("No candidate qualifies."))
    #expect(try head(nil, minimumRows: 1_000).contains("There is not enough data to recommend a candidate."))
  }
}
