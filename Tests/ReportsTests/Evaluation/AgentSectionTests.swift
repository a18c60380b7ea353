import Foundation
import Testing

@testable import Reports

@Suite struct AgentSectionTests {
  private func section(_ agents: EvaluationReport.Agents?) throws -> String {
    var content = try FixtureEvaluation().content()
    content.agents = agents
    let page = try EvaluationReport(content).html(charts: PageTests.charts, nonce: "fixed")
    guard let start = page.range(of: "<section id=\"agents\"") else { return "" }
    let end = try #require(page.range(of: "</section>", range: start.upperBound..<page.endIndex))
    return String(page[start.lowerBound..<end.lowerBound])
  }

  @Test func stepsAreToldApartByKindToolAndPlace() throws {
    let html = try section(FixtureAgents.agents(names: ["large", "small"]))
    for caption in ["Steps of a task", "By kind of step", "By tool", "Steps of large by their place in the task"] {
      #expect(html.contains("<caption><span>\(caption)</span></caption>"), "\(caption)")
    }
    #expect(html.contains("<td>2.50 to 3</td><td>2 to 3</td><td>125 %</td>"))
    let tool = try #require(html.firstMatch(of: /<tr><th scope="row">find_order<\/th>(.*?)<\/tr>/))
    #expect(tool.1.hasPrefix("<td>2</td><td>2</td><td>1</td><td>1</td>"))
    #expect(tool.1.contains("25 %, 1 step unknown"))
    #expect(html.contains("large: 3 tools called less often not shown."))
  }

  @Test func whatIsNotKnownIsNoZero() throws {
    let html = try section(FixtureAgents.agents(names: ["large"]))
    let kind = try #require(html.firstMatch(of: /<tr><th scope="row">tool call<\/th>(.*?)<\/tr>/))
    #expect(kind.1.matches(of: />unknown</).count == 4)
    #expect(html.contains("large: there are no shares of cost"))
    // Of the task as a whole, and of its third step.
    #expect(html.contains("timeout, 90 steps, unknown latency, unknown cost</summary>"))
    #expect(
      html.contains("<span class=\"value\">unknown</span></td><td>unknown</td><td><span class=\"value\">unknown</span>")
    )
  }

  @Test func tasksAreListedStepByStep() throws {
    let html = try section(FixtureAgents.agents(names: ["large", "small"]))
    #expect(html.matches(of: /<details class="dispute">/).count == 2)
    #expect(html.contains("2 tasks of 12, the slowest of each candidate; 10 not shown."))
    #expect(html.contains("And 87 more steps, not shown."))
    #expect(html.contains("<strong>Failed:</strong> It was returned.") && html.contains(">again</span>"))
    #expect(html.contains("style=\"width:100%\"") && html.contains("style=\"width:50%\""))
    #expect(html.contains("<strong>Asked:</strong> It was returned."))
  }

  @Test func hostileToolsAndAnswersStayTextAndShort() throws {
    let hostile = FixtureStudy.hostileText.joined(separator: " ")
    let html = try section(
      FixtureAgents.agents(
        names: [hostile], tool: hostile, text: hostile + String(repeating: "e\u{301}\u{301}", count: 100_000)))
    #expect(!html.contains("<script") && !html.contains("<img") && !html.contains("<!--"))
    #expect(html.replacing(/"[^"]*"/, with: "").matches(of: /<[^>]*\bon[a-z]+=/).isEmpty)
    #expect(!html.unicodeScalars.contains("\u{202E}") && !html.unicodeScalars.contains("\u{0}"))
    #expect(html.utf8.count < 40_000)
  }

  @Test func aRunWithoutStepsHasNoSuchSection() throws {
    #expect(try section(nil).isEmpty)
    var content = try FixtureEvaluation().content()
    content.agents = nil
    #expect(!(try EvaluationReport(content).html(charts: PageTests.charts).contains("href=\"#agents\"")))
  }
}
