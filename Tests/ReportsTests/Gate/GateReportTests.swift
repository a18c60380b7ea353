import Foundation
import Measures
import Ranking
import Testing

@testable import Reports

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct GateReportTests {
  private static let relevancy: MeasureID = "AnswerRelevancy"

  /// A run of one candidate: scores around `quality`, a pass in all rows but the last `lost`.
  private func run(
    _ candidates: [String], quality: Double, lost: Int, rows: Int = 200, seed: UInt64
  ) throws -> CandidateTable {
    var generator = SeededGenerator(seed: seed)
    return try CandidateTable(
      dataset: "support@1", rows: (0..<rows).map { "row \($0)" },
      candidates: candidates.map { name in
        CandidateTable.Candidate(
          name: name,
          outcomes: (0..<rows).map { row in
            .answered(
              .init(
                scores: [Self.relevancy: .value(quality + 0.1 * (generator.unit() - 0.5))], passed: row < rows - lost,
                cost: .exact(picos: 1_000_000_000 + Int64(generator.index(below: 1000)) * 1000),
                latencies: ["latency": 1 + 0.1 * generator.unit()]))
          })
      })
  }

  private func gate(
    _ candidates: [String] = ["small"], worse: Double = 0, lost: Int = 0, rows: Int = 200,
    names: (baseline: String, current: String) = ("support@2026-08", "support@2026-11")
  ) throws -> RegressionGate {
    var options = DecisionOptions()
    options.resamples = 200
    options.flips = 1000
    return try RegressionGate(
      baseline: run(candidates, quality: 0.8, lost: 0, rows: rows, seed: 1),
      current: run(candidates, quality: 0.8 - worse, lost: lost, rows: rows, seed: 2), names: names, options: options)
  }

  @Test func markdownSaysWhatHappened() throws {
    let failed = try gate(worse: 0.2, lost: 30).markdown
    #expect(failed.hasPrefix("## Regression gate: failed\n"))
    #expect(failed.contains("support\\@2026-08 → support\\@2026-11, 200 shared rows."))
    #expect(failed.contains("| small | AnswerRelevancy |") && failed.contains("**fail**"))
    #expect(failed.contains("by Holm") && failed.contains("< 0.001"))
    #expect(failed.contains("passed and do so no more (30)") && failed.contains("- small: row 170\n"))
    #expect(failed.contains("- and 10 more"))
    let passed = try gate().markdown
    #expect(
      passed.hasPrefix("## Regression gate: passed\n") && !passed.contains("**fail**") && !passed.contains("Undecided"))
    let open = try gate(rows: 10).markdown
    #expect(open.hasPrefix("## Regression gate: undecided\n") && open.contains("Undecided:"))
    #expect(open.contains("About 20 rows would tell."))
  }

  @Test func everyRowOfTheTableHasItsCells() throws {
    let markdown = try gate(["a|b", "`c`"], worse: 0.2).markdown
    let table = markdown.split(separator: "\n").filter { $0.hasPrefix("|") }
    #expect(table.count == 2 + 2 * 5)
    for line in table {
      let bars = line.replacingOccurrences(of: "\\|", with: "").filter { $0 == "|" }
      #expect(bars.count == 9, "\(line)")
    }
  }

  private final class Counter: NSObject, XMLParserDelegate {
    var elements: [String: Int] = [:]
    var attributes: [[String: String]] = []
    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      elements[name, default: 0] += 1
      self.attributes.append(attributes)
    }
  }

  private func parse(_ xml: String) -> Counter? {
    let (parser, counter) = (XMLParser(data: Data(xml.utf8)), Counter())
    parser.delegate = counter
    return parser.parse() ? counter : nil
  }

  @Test func junitIsReadByAnXMLParser() throws {
    let failed = try #require(parse(try gate(["a", "b"], worse: 0.2, lost: 60).junit()))
    #expect(failed.elements["testsuites"] == 1 && failed.elements["testsuite"] == 2)
    #expect(failed.elements["testcase"] == 10 && failed.elements["failure"] == 4)
    #expect(failed.attributes[0]["tests"] == "10" && failed.attributes[0]["failures"] == "4")
    let passed = try #require(parse(try gate().junit()))
    #expect(passed.elements["failure"] == nil && passed.elements["skipped"] == nil)
  }

  @Test func undecidedIsSkippedOrFails() throws {
    let open = try gate(rows: 10)
    let skipped = try #require(parse(open.junit()))
    #expect(skipped.elements["skipped"] == 5 && skipped.attributes[0]["skipped"] == "5")
    let failing = try #require(parse(open.junit(undecidedFails: true)))
    #expect(failing.elements["failure"] == 5 && failing.attributes[0]["skipped"] == "0")
  }

  @Test func hostileNamesStayText() throws {
    let name = "<script>]]>&\"'\u{0}\u{1B}[31m\n| @all [x](y) `z` \u{202E}"
    let hostile = try gate([name], worse: 0.2, lost: 9, names: (name, name))
    let found = try #require(parse(hostile.junit()))
    let suite = try #require(found.attributes.first { $0["failures"] != nil && $0["errors"] != nil })
    #expect(suite["name"]?.hasPrefix("<script>]]>&\"'") == true)
    let markdown = hostile.markdown
    #expect(!markdown.contains("<script>") && !markdown.contains("\u{1B}") && !markdown.contains("\u{202E}"))
    #expect(!markdown.contains(" @all") && !markdown.contains(" [x]") && !markdown.contains(" `z`"))
  }
}
