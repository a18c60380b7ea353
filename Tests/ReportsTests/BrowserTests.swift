import Foundation
import Reports
import Testing

/// The report as a browser sees it: `scripts/reports/check-in-chromium` over a fixture's file. Needs Chromium and
/// plotly's bundle, which `./dev setup` installs.
@Suite(.serialized) struct BrowserTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static let bundle: URL? = {
    let environment = ProcessInfo.processInfo.environment
    let home =
      environment["EFFICIENTLLM_HOME"].map { URL(fileURLWithPath: $0) }
      ?? FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".efficientllm")
    let candidates = [
      environment["EFFICIENTLLM_PLOTLY"].map { URL(fileURLWithPath: $0) },
      home.appendingPathComponent("cache/plotly.min.js"),
    ]
    return candidates.compactMap(\.self).first { FileManager.default.fileExists(atPath: $0.path) }
  }()

  static let hasChromium = {
    let environment = ProcessInfo.processInfo.environment
    if let named = environment["CHROMIUM"], FileManager.default.isExecutableFile(atPath: named) { return true }
    return (environment["PATH"] ?? "").split(separator: ":").contains { folder in
      ["chromium", "chromium-browser", "google-chrome"].contains {
        FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)")
      }
    }
  }()

  @Test(
    .enabled(if: hasChromium, "no Chromium here: install Debian's package chromium"),
    .enabled(if: bundle != nil, "no plotly bundle here: run './dev setup'"),
    .timeLimit(.minutes(5)), arguments: BrowserCase.allCases)
  func showsNoErrorAtAnyWidth(_ browserCase: BrowserCase) throws {
    let charts = try ChartLibrary(contentsOf: #require(Self.bundle))
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("report-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("report.html")
    try check(browserCase.report().html(charts: charts), named: browserCase.rawValue, file)
  }

  @Test(
    .enabled(if: hasChromium, "no Chromium here: install Debian's package chromium"),
    .enabled(if: bundle != nil, "no plotly bundle here: run './dev setup'"),
    .timeLimit(.minutes(5)), arguments: ["full", "bare", "hostile"])
  func showsEvaluationsWithoutError(_ name: String) throws {
    let charts = try ChartLibrary(contentsOf: #require(Self.bundle))
    let report =
      switch name {
      case "full": try FixtureEvaluation().report()
      case "bare": try FixtureEvaluation.bare()
      default: try FixtureEvaluation.hostile()
      }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("report-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try check(
      report.html(charts: charts), named: "evaluation-\(name)", folder.appendingPathComponent("report.html"))
  }

  private func check(_ html: String, named name: String, _ file: URL) throws {
    try Data(html.utf8).write(to: file)
    let shots = ProcessInfo.processInfo.environment["EFFICIENTLLM_SCREENSHOTS"].map { "\($0)/\(name)" }
    let process = Process()
    process.executableURL = Self.root.appendingPathComponent("scripts/reports/check-in-chromium")
    process.arguments = [file.path] + (shots.map { [$0] } ?? [])
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    if let shots { try Data(contentsOf: file).write(to: URL(fileURLWithPath: "\(shots)/report.html")) }
    #expect(process.terminationStatus == 0, "\(output)")
  }
}

/// The reports that a browser is shown.
enum BrowserCase: String, CaseIterable, CustomTestStringConvertible {
  /// A whole study with a failure and estimates.
  case full
  /// Nothing that can be compared: one trial, no evidence.
  case bare
  /// Names and messages that try to break out.
  case hostile

  var testDescription: String { rawValue }

  /// Made once: measuring a whole study takes a moment.
  private static let reports = allCases.reduce(into: [BrowserCase: Result<StudyReport, any Error>]()) { made, one in
    made[one] = Result { try one.makeReport() }
  }

  func report() throws -> StudyReport {
    try #require(Self.reports[self]).get()
  }

  private func makeReport() throws -> StudyReport {
    var fixture = FixtureStudy()
    switch self {
    case .full:
      fixture.hasEnergy = true
      return try StudyReport(study: fixture.study, trials: fixture.trials + [FixtureStudy.failedTrial])
    case .bare:
      var trial = FixtureStudy().trials[0]
      trial.evidence = nil
      trial.measures = [:]
      return try StudyReport(study: fixture.study, trials: [trial])
    case .hostile:
      return try FixtureStudy.hostileReport()
    }
  }
}
