import Foundation
import Testing

@testable import Reports

@Suite struct StudyReportTests {
  @Test func aStudyWithoutTrialsHasNoReport() {
    #expect(throws: ReportError.noTrials(study: "quick-attention")) {
      try StudyReport(study: FixtureStudy().study, trials: [])
    }
  }

  @Test func theJSONIsTheModel() throws {
    let report = try BrowserCase.full.report()
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    #expect(try decoder.decode(ReportModel.self, from: report.json()) == report.model)
  }

  @Test func theJSONNeedsNoFiniteNumbersFromTrials() throws {
    var trial = FixtureStudy(steps: 10).trials[0]
    trial.measures = ["Performance": .value(.init(.nan, count: 1)), "AL": .value(.init(.infinity, count: 1))]
    trial.evidence?.steps[3].loss = .nan
    let report = try StudyReport(study: FixtureStudy().study, trials: [trial])
    #expect(try !report.json().isEmpty)
    #expect(report.model.groups[0].results.rows.allSatisfy { $0.cells[0].mean == nil })
    #expect(report.model.groups[0].results.rows[0].cells[0].absence == "the value is no finite number")
  }

  @Test func countsAreOfSeedsNotOfAttempts() throws {
    let report = try BrowserCase.full.report()
    #expect(report.model.counts == .init(finished: 15, failed: 1, running: 0))
    #expect(report.model.trials.count == 16)
    #expect(report.model.groups[0].methods.map(\.seeds) == Array(repeating: [1, 2, 3], count: 5))
    #expect(report.model.groups[0].methods.allSatisfy { $0.trainedTokens == 488 * 2048 })
  }

  @Test func theFixturesAnswerIsTheOneItWasMadeFor() throws {
    let answer = try BrowserCase.full.report().model.groups[0].answer
    #expect(answer.standing == .distinct)
    #expect(answer.sentence.hasPrefix("MLA has the lowest held-out perplexity"))
    #expect(answer.sentence.contains("than MHA, the next"))
  }
}

@Suite struct ChartLibraryTests {
  @Test func whatIsNotThereOrNotABundleIsNamedWithTheMend() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("charts-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let missing = folder.appendingPathComponent("plotly.min.js")
    #expect(throws: ReportError.noChartLibrary(path: missing.path)) { try ChartLibrary(contentsOf: missing) }
    #expect("\(ReportError.noChartLibrary(path: "x"))".contains("./dev setup"))

    try Data("<html>not found</html>".utf8).write(to: missing)
    #expect(throws: ReportError.notAChartLibrary(path: missing.path)) { try ChartLibrary(contentsOf: missing) }
    try Data([0xFF, 0xFE, 0x80]).write(to: missing)
    #expect { try ChartLibrary(contentsOf: missing) } throws: { error in
      if case .unreadableChartLibrary(missing.path, _) = error as? ReportError { true } else { false }
    }
  }

  @Test func theVersionIsTheBanners() {
    #expect(PageTests.charts.version == "plotly.js v9.9.9")
  }
}
