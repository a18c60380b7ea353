import ArgumentParser
import Evaluations
import Foundation
import Ranking
import Testing

@testable import efficientllm

/// Looks at stored runs with the built program, as a user would.
@Suite(.serialized) struct EvaluationCommandTests {
  private static let three: [EvaluationScene.Behaviour] = [
    .init(name: "large", passes: 95, dollars: 0.01, seconds: 1.2),
    .init(name: "small", passes: 90, dollars: 0.001, seconds: 0.4),
    .init(name: "poor", passes: 40, dollars: 0.002, seconds: 0.8, failures: 3),
  ]

  private func scene(_ candidates: [EvaluationScene.Behaviour] = three) throws -> EvaluationScene {
    let scene = try EvaluationScene()
    try scene.add(candidates, label: "2026-11-01")
    return scene
  }

  @Test func showSaysWhatEveryCandidateCameTo() throws {
    let scene = try scene()
    let shown = try scene.run("evaluate", "show", "support", "--resamples", "200")
    #expect(shown.status == 0, "\(shown.errors)")
    for text in [
      "support@2026-11-01", "dataset  questions@sha256:aa", "rows     60, finished", "Relevancy", "pass-rate",
      "cost-per-passing-request", "p99", "TTFT.p50", "energy-per-passing-request", "timeout", "spent in all",
    ] { #expect(shown.output.contains(text), "\(text)") }

    let json = try scene.object(scene.run("evaluate", "show", "support@2026", "--format", "json", "--resamples", "200"))
    let candidates = try #require(json["candidates"] as? [[String: Any]])
    #expect(candidates.compactMap { $0["name"] as? String } == ["large", "small", "poor"])
    let figures = try #require(candidates[1]["figures"] as? [[String: Any]])
    let rate = try #require(figures.first { $0["measure"] as? String == "pass-rate" }?["value"] as? [String: Any])
    #expect(rate["value"] as? Double == 0.9 && rate["interval"] is [String: Any] && rate["count"] as? Int == 60)
    // The tail of a candidate that failed more than one request in a hundred has no value, and says why.
    let tail = try #require(
      (candidates[2]["figures"] as? [[String: Any]])?.first { $0["measure"] as? String == "p99" }?["value"])
    #expect((tail as? [String: String])?["absent"]?.contains("3 of 60 requests failed") == true)

    let csv = try scene.run(
      "evaluate", "show", "support", "--format", "csv", "--measure", "p90,Relevancy", "--resamples", "200")
    let lines = csv.output.split(separator: "\n")
    #expect(lines.count == 1 + 3 * 2 && lines[0].hasPrefix("evaluation,dataset,candidate,measure,unit"))

    let rows = try scene.run("evaluate", "show", "support", "--by-row", "--format", "csv")
    #expect(rows.output.split(separator: "\n").count == 1 + 3 * 60)
    #expect(try scene.run("evaluate", "show", "support", "--by-row").output.contains("Relevancy 0.2"))
  }

  @Test func pricesCanBeOthers() throws {
    let scene = try scene()
    let repriced = try scene.object(
      scene.run(
        "evaluate", "show", "support", "--prices", "latest", "--priced-at", "2025-11-25", "--format", "json",
        "--resamples", "200"))
    #expect((repriced["price_versions"] as? [String])?.first?.hasPrefix("genai-prices") == true)
    let figures = try #require(((repriced["candidates"] as? [[String: Any]])?[0]["figures"]) as? [[String: Any]])
    let cost = try #require(
      figures.first { $0["measure"] as? String == "cost-per-request" }?["value"] as? [String: Any])
    // 1,000 tokens in at 1.25 dollars and 100 out at 10 dollars for a million.
    #expect(abs(try #require(cost["value"] as? Double) - 0.00225) < 1e-12)
    let unknown = try scene.run("evaluate", "show", "support", "--prices", "nonsense")
    #expect(unknown.status == 2 && unknown.errors.contains("nonsense"))
  }

  @Test func theFrontierNamesWhoDominates() throws {
    let scene = try scene()
    let shown = try scene.run(
      "frontier", "support", "--quality", "Relevancy", "--cost", "cost-per-request", "--latency", "p50", "--resamples",
      "200")
    #expect(shown.status == 0, "\(shown.errors)")
    let poor = try #require(shown.output.split(separator: "\n").first { $0.hasPrefix("poor") })
    #expect(poor.contains("dominated") && poor.contains("small (100 %)"))
    let json = try scene.object(
      scene.run("frontier", "support", "--format", "json", "--latency", "p50", "--latency-axis", "--resamples", "200"))
    let frontier = try #require(json["frontier"] as? [String: Any])
    #expect((frontier["standings"] as? [Any])?.count == 3 && frontier["is_latency_an_axis"] as? Bool == true)
    #expect(
      try scene.run("frontier", "support", "--format", "csv", "--resamples", "200").output.split(separator: "\n").count
        == 4)
    #expect(try scene.run("frontier", "support", "--quality", "Speed").status == 2)
    #expect(try scene.run("frontier", "support", "--latency-axis").status == 2)
  }

  @Test func recommendationsAreAnswersOfAllKinds() throws {
    let scene = try scene()
    func recommend(_ more: String...) throws -> EvaluationScene.Result {
      try scene.run(list: ["recommend", "support", "--resamples", "400"] + more)
    }
    let taken = try recommend(
      "--require", "Relevancy>=0.7", "--require", "p50<=2s", "--minimise", "cost-per-passing-request")
    #expect(taken.status == 0 && taken.output.contains("Take small:"), "\(taken.output)\(taken.errors)")
    #expect(taken.output.contains("Against large, the next"))
    let none = try recommend("--require", "p50<=100ms", "--minimize", "cost-per-request")
    #expect(none.status == 0 && none.output.contains("No candidate qualifies."))
    #expect(
      try recommend("--require", "p50<=100ms", "--minimise", "cost-per-request", "--fail-unless-recommended").status
        == 1)
    let few = try recommend("--minimum-rows", "100", "--maximise", "pass-rate")
    #expect(few.status == 0 && few.output.contains("Not enough data"))
    let weighed = try scene.object(recommend("--weigh", "pass-rate=3, cost-per-request=1", "--format", "json"))
    let outcome = try #require((weighed["recommendation"] as? [String: Any])?["outcome"] as? [String: Any])
    #expect(outcome["kind"] as? String == "recommended")
    for wrong in [
      [], ["--minimise", "pass-rate"], ["--minimise", "p50", "--maximise", "pass-rate"], ["--weigh", "pass-rate"],
      ["--weigh", "pass-rate=-1"], ["--minimise", "p50", "--require", "p50<=2"],
      ["--minimise", "p50", "--assurance", "2"],
    ] {
      #expect(try scene.run(list: ["recommend", "support"] + wrong).status == 2, "\(wrong)")
    }
  }

  @Test func recommendationsAreRowsForPrograms() throws {
    let scene = try scene()
    func lines(_ more: String...) throws -> [String] {
      let shown = try scene.run(
        list: ["recommend", "support", "--resamples", "400", "--format", "csv", "--minimise", "cost-per-request"] + more
      )
      #expect(shown.status == 0, "\(shown.errors)")
      return shown.output.split(separator: "\n").map(String.init)
    }
    let taken = try lines("--require", "Relevancy>=0.7", "--require", "p50<=1s")
    #expect(
      taken[0] == "candidate,cost-per-request,cost-per-request lower,cost-per-request upper,Relevancy>=0.7,"
        + "Relevancy>=0.7 met,Relevancy>=0.7 probability,p50<=1.0s,p50<=1.0s met,p50<=1.0s probability,qualification,reason,"
        + "probability_qualifies,probability_best,outcome,recommended")
    #expect(taken.count == 4 && taken[1].hasPrefix("large,") && taken[1].hasSuffix(",recommended,false"))
    #expect(taken[1].contains(",fails,p50 is ") && taken[1].contains(" s where p50<=1.0s is required,"))
    #expect(taken[2].hasPrefix("small,") && taken[2].contains(",qualifies,,1.0,"))
    #expect(taken[2].hasSuffix(",recommended,true"))
    #expect(taken[3].contains("Relevancy is ") && taken[3].hasSuffix(",recommended,false"))
    let none = try lines("--require", "p50<=100ms")
    #expect(none.dropFirst().allSatisfy { $0.hasSuffix(",none-qualifies,false") })
    // Who has no such measure is not measured, and has blanks.
    try scene.add([.init(name: "unpriced", passes: 90, dollars: nil, seconds: 1)], label: "unpriced", name: "unpriced")
    let unmeasured = try scene.run(
      "recommend", "unpriced", "--minimise", "cost-per-request", "--format", "csv", "--resamples", "200")
    #expect(unmeasured.output.contains("\nunpriced,,,,unmeasured,no cost-per-request: "))
  }

  @Test func compareLeavesWithTheVerdict() throws {
    let scene = try scene()
    try scene.add(Self.three, label: "same")
    var worse = Self.three
    worse[0].passes = 30
    try scene.add(worse, label: "worse")

    let failed = try scene.run(
      "compare", "support@same", "support@worse", "--markdown", "gates/gate.md", "--junit", "gates/gate.xml",
      "--resamples",
      "400")
    #expect(failed.status == 1 && failed.output.contains("support@same -> support@worse: fail"))
    #expect(failed.output.contains("Passed before and no more"))
    let markdown = try String(contentsOf: scene.home.appendingPathComponent("gates/gate.md"), encoding: .utf8)
    #expect(markdown.hasPrefix("## Regression gate: failed"))
    let junit = try String(contentsOf: scene.home.appendingPathComponent("gates/gate.xml"), encoding: .utf8)
    #expect(junit.contains("<testsuites") && junit.contains("<failure"))

    let same = try scene.run(
      "compare", "support@2026-11-01", "support@same", "--measure", "Relevancy", "--measure", "cost-per-request",
      "--resamples", "400")
    #expect(same.status == 0 && same.output.contains(": pass,"))
    // Sixty rows do not rule out what is tolerated of an error rate.
    let undecided = ["compare", "support@2026-11-01", "support@same", "--measure", "error-rate", "--resamples", "400"]
    #expect(try scene.run(list: undecided).status == 0)
    #expect(try scene.run(list: undecided + ["--undecided-fails"]).status == 1)
    #expect(try scene.run(list: undecided + ["--tolerate", "error-rate=0.9"]).output.contains(": pass,"))
    #expect(try scene.run(list: undecided + ["--tolerate", "error-rate"]).status == 2)
    #expect(try scene.run("compare", "support@same", "support@nowhere").status == 2)
  }

  @Test func otherDatasetsAndEvaluatorsAreSaidAloud() throws {
    let scene = try scene()
    try scene.add(Self.three, label: "other", rows: 50, dataset: "questions@sha256:bb", evaluatorVersion: 2)
    let compared = try scene.run(
      "compare", "support@2026-11-01", "support@other", "--markdown", "gate.md", "--junit", "gate.xml", "--resamples",
      "200")
    #expect(compared.errors.contains("warning: THE DATASETS DIFFER"))
    #expect(compared.errors.contains("Relevancy is not compared: Relevancy changed: version 1 became 2"))
    for file in ["gate.md", "gate.xml"] {
      let text = try String(contentsOf: scene.home.appendingPathComponent(file), encoding: .utf8)
      #expect(text.contains("THE DATASETS DIFFER"), "\(file)")
    }
    let refused = try scene.run("compare", "support@2026-11-01", "support@other", "--measure", "Relevancy")
    #expect(refused.status == 2 && refused.errors.contains("does not mean the same in both runs"))
  }

  @Test func spendIsToldApart() throws {
    let scene = try scene()
    let byCustomer = try scene.run("spend", "support", "--by", "customer", "--resamples", "200")
    #expect(byCustomer.status == 0, "\(byCustomer.errors)")
    for text in ["acme", "bolt", "core", "in all", "cost per pass"] { #expect(byCustomer.output.contains(text)) }
    let json = try scene.object(scene.run("spend", "--by", "tag.team", "--format", "json", "--resamples", "200"))
    let groups = try #require(json["groups"] as? [[String: Any]])
    #expect(Set(groups.compactMap { $0["value"] as? String }) == ["red", "blue"])
    let none = try scene.run("spend", "--from", "2030-01-01")
    #expect(none.status == 0 && none.output.contains("no requests"))
    let part = try scene.object(
      scene.run("spend", "support", "--from", "2025-11-21T04:40:10Z", "--format", "json", "--resamples", "200"))
    #expect((part["total"] as? [String: Any])?["requests"] as? Int == 150)
    #expect(try scene.run("spend", "--by", "colour").status == 2)
    #expect(try scene.run("spend", "--from", "2026-11-02", "--until", "2026-11-01").status == 2)
    #expect(try scene.run("spend", "--by", "route", "--format", "csv").output.hasPrefix("route,requests,failed"))
  }

  @Test func aReportIsFoundByItsName() throws {
    let scene = try scene()
    let library = scene.home.appendingPathComponent("cache/plotly.min.js")
    try FileManager.default.createDirectory(at: library.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data("/* plotly.js v3.1.1 */".utf8).write(to: library)
    let written = try scene.run("report", "support", "--resamples", "200", "--require", "pass-rate>=70%")
    #expect(written.status == 0, "\(written.errors)")
    let path = written.output.trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(path.hasSuffix("reports/support-2026-11-01.html"))
    let page = try String(contentsOfFile: path, encoding: .utf8)
    #expect(page.contains("Which model?") && page.contains("Take small"))
    let json = try scene.object(scene.run("report", "support", "--format", "json", "--resamples", "200"))
    #expect(json["summary"] is [String: Any] && json["recommendation"] is [String: Any])
    let unknown = try scene.run("report", "nothing")
    #expect(unknown.status == 2 && unknown.errors.contains("Evaluations: support"))
  }

  @Test func hostileNamesStayOnTheirLines() throws {
    let scene = try scene([
      .init(name: "a\u{1B}[2Jb\nc", passes: 50, dollars: nil, seconds: 1, text: "\u{1B}]0;x\u{07}\nsecond line"),
      .init(name: "=1+1", passes: 50, dollars: nil, seconds: 1),
    ])
    for arguments in [
      ["evaluate", "show", "support"], ["evaluate", "show", "support", "--by-row"], ["frontier", "support"],
      ["recommend", "support", "--maximise", "pass-rate"], ["spend", "--by", "candidate"],
    ] {
      let shown = try scene.run(list: arguments)
      #expect(shown.status == 0, "\(arguments) \(shown.errors)")
      #expect(!shown.output.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" }, "\(arguments)")
    }
  }

  @Test(arguments: [
    ("p99=300ms", RegressionGate.Tolerance.absolute(0.3)), ("Relevancy=0.02", .absolute(0.02)),
    ("cost-per-request = 20%", .relative(0.2)), ("a=b=1e-3", .absolute(0.001)),
  ])
  func tolerancesAreRead(_ text: String, _ expected: RegressionGate.Tolerance) throws {
    #expect(try #require(ToleranceArgument(argument: text)).tolerance == expected)
  }

  @Test(arguments: ["", "=1", "p99", "p99=", "p99=-1", "p99=1parsec", "p99=nan"])
  func whatIsNoToleranceIsRefused(_ text: String) { #expect(ToleranceArgument(argument: text) == nil) }

  @Test func undecidedFailsOnlyWhenAsked() {
    #expect(CompareCommand.fails(.fail, undecidedFails: false) && !CompareCommand.fails(.pass, undecidedFails: true))
    #expect(!CompareCommand.fails(.undecided, undecidedFails: false))
    #expect(CompareCommand.fails(.undecided, undecidedFails: true))
  }
}
