import ArgumentParser
import Foundation
import Measures
import Records
import Reports

/// `efficientllm report`: one HTML file that needs no network, or its values as JSON.
struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Writes a study's report as one HTML file.",
    discussion: """
      The file holds everything it shows, charts included, and needs no network. It lies in the reports folder of \
      EFFICIENTLLM_HOME, unless --output says where; its path is printed.

      The charts are drawn by plotly.js, which './dev setup' puts into the cache. EFFICIENTLLM_PLOTLY names another copy.
      """
  )

  /// What is written.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case html, json
  }

  @Argument(help: "The study's name; NAME@DIGEST picks one of several plans under the same name.")
  var name: String

  @Option(help: ArgumentHelp("Where the report goes.", valueName: "file"))
  var output: String?

  @Option(help: "html writes a file and prints its path; json prints the report's values, or writes them to --output.")
  var format: Format = .html

  func run() async throws {
    let home = Home()
    let report = try loadStudy(name, from: home.records)
    switch format {
    case .html:
      let charts = try ChartLibrary(contentsOf: Self.chartLibrary(home))
      let file =
        output.map { URL(fileURLWithPath: $0) }
        ?? home.reports.appendingPathComponent(Self.fileName(report.model.study.name))
      try Self.write(Data(report.html(charts: charts).utf8), to: file)
      print(file.path)
    case .json:
      let json = try report.json()
      if let output {
        try Self.write(json, to: URL(fileURLWithPath: output))
        print(output)
      } else {
        FileHandle.standardOutput.write(json + Data("\n".utf8))
      }
    }
  }

  /// The report on a study by a name such as `quick-attention` or `quick-attention@3fa94c`, over every attempt at its
  /// trials.
  private func loadStudy(_ name: String, from records: URL) throws -> StudyReport {
    let store = try RecordStore(existingAt: records.path)
    let parts = name.split(separator: "@", maxSplits: 1).map(String.init)
    let study = try store.study(named: parts.first ?? name, digestPrefix: parts.count > 1 ? parts[1] : nil)
    guard let id = study.id else { throw ReportError.noTrials(study: name) }
    let trials = try store.trials(of: id)
    var units: [MeasureID: Measures.Unit] = [:]
    for trial in trials {
      for measure in try trial.id.map({ try store.measures(ofTrial: $0) }) ?? [] where measure.isReported {
        units[measure.id] = measure.unit
      }
    }
    return try StudyReport(study: study, trials: trials, units: units)
  }

  private static func chartLibrary(_ home: Home) -> URL {
    if let path = ProcessInfo.processInfo.environment["EFFICIENTLLM_PLOTLY"], !path.isEmpty {
      return URL(fileURLWithPath: path)
    }
    return home.cache.appendingPathComponent("plotly.min.js")
  }

  /// A study's name as a file's: what could leave the folder or trouble a shell becomes a dash.
  static func fileName(_ name: String) -> String {
    let plain = name.unicodeScalars.map { scalar -> Character in
      let isPlain =
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil || "-_.".unicodeScalars.contains(scalar)
      return isPlain ? Character(scalar) : "-"
    }
    let trimmed = String(plain.prefix(100).drop { $0 == "." })
    return (trimmed.isEmpty ? "study" : trimmed) + ".html"
  }

  /// Writes the whole file or nothing, making the folders above it.
  private static func write(_ data: Data, to file: URL) throws {
    do {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try data.write(to: file, options: .atomic)
    } catch {
      throw ReportError.cannotWrite(path: file.path, reason: error.localizedDescription)
    }
  }
}
