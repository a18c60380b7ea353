import ArgumentParser
import Evaluations
import Foundation
import Measures
import Records
import Reports

/// `efficientllm report`: one HTML file that needs no network, or its values as JSON.
struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Writes the report on a study or an evaluation as one HTML file.",
    discussion: """
      The file holds everything it shows, charts included, and needs no network. It lies in the reports folder of \
      EFFICIENTLLM_HOME, unless --output says where; its path is printed.

      On an evaluation it begins with a recommendation: under --require by --minimise, --maximise or --weigh, as \
      'recommend' has them; where nothing is said, by the least cost per passing request.

      The charts are drawn by plotly.js, which './dev setup' puts into the cache. EFFICIENTLLM_PLOTLY names another copy.
      """
  )

  /// What is written.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case html, json
  }

  /// What a name means.
  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case study, evaluation
  }

  /// What is wrong with a name.
  enum Failure: Error, Hashable, CustomStringConvertible {
    case ambiguous(String)
    case nothingSoCalled(String, studies: [String], evaluations: [String])

    var description: String {
      switch self {
      case .ambiguous(let name):
        "There is a study and an evaluation named \(name). Say which: --kind study or --kind evaluation."
      case .nothingSoCalled(let name, let studies, let evaluations):
        "There is neither a study nor an evaluation named \(name). Studies: \(Self.list(studies)). Evaluations: "
          + "\(Self.list(evaluations))."
      }
    }

    private static func list(_ names: [String]) -> String {
      names.isEmpty
        ? "none" : names.prefix(20).joined(separator: ", ") + (names.count > 20 ? " and more" : "")
    }
  }

  @Argument(
    help:
      "The name of a study or an evaluation; NAME@DIGEST picks one of several plans, NAME@LABEL one of several runs.")
  var name: String

  @Option(help: "study or evaluation, where both have the name.")
  var kind: Kind?

  @Option(help: ArgumentHelp("Where the report goes.", valueName: "file"))
  var output: String?

  @Option(help: "html writes a file and prints its path; json prints the report's values, or writes them to --output.")
  var format: Format = .html

  @OptionGroup(title: "Options for evaluations") var wanted: ObjectiveArguments
  @OptionGroup(title: "Options for evaluations") var costs: CostArguments
  @OptionGroup(title: "Options for evaluations") var decisions: DecisionArguments

  func run() async throws {
    let home = Home()
    let store = try RecordStore(existingAt: home.records.path)
    switch try kind ?? Self.kind(of: name, in: store) {
    case .study: try writeStudy(home, store)
    case .evaluation: try writeEvaluation(home, store)
    }
  }

  private func writeStudy(_ home: Home, _ store: RecordStore) throws {
    let report = try loadStudy(name, from: store)
    switch format {
    case .html:
      try write(html: report.model.study.name, home) { report.html(charts: $0) }
    case .json: try write(json: report.json())
    }
  }

  private func writeEvaluation(_ home: Home, _ store: RecordStore) throws {
    let results = try costs.results(name, in: store)
    let maker = EvaluationReportMaker(
      results: results, judgeCost: costs.judgeCost, options: decisions.options,
      texts: EvaluationReportMaker.texts(ofDataset: results.evaluation.dataset),
      agreement: EvaluationReportMaker.agreement(of: results, in: store), isRepriced: costs.prices != nil)
    switch format {
    case .html:
      let report = try EvaluationReport(maker.content(wanted))
      try write(html: results.evaluation.reference, home) { report.html(charts: $0) }
    case .json: try write(json: Data(DecisionJSON.text(EvaluationReportValues(maker, wanted)).utf8))
    }
  }

  private func write(html name: String, _ home: Home, _ page: (ChartLibrary) -> String) throws {
    let charts = try ChartLibrary(contentsOf: Self.chartLibrary(home))
    let file =
      output.map { URL(fileURLWithPath: $0) } ?? home.reports.appendingPathComponent(Self.fileName(name))
    try Self.write(Data(page(charts).utf8), to: file)
    print(file.path)
  }

  private func write(json: Data) throws {
    if let output {
      try Self.write(json, to: URL(fileURLWithPath: output))
      print(output)
    } else {
      FileHandle.standardOutput.write(json + Data("\n".utf8))
    }
  }

  /// Whether a name is a study's or an evaluation's.
  static func kind(of name: String, in store: RecordStore) throws -> Kind {
    let plain = name.split(separator: "@", maxSplits: 1).first.map(String.init) ?? name
    let studies = try store.studies().map(\.name)
    let evaluations = try store.evaluations().map(\.name)
    switch (studies.contains(plain), evaluations.contains(plain)) {
    case (true, false): return .study
    case (false, true): return .evaluation
    case (true, true): throw Failure.ambiguous(plain)
    case (false, false):
      throw Failure.nothingSoCalled(
        plain, studies: Set(studies).sorted(), evaluations: Set(evaluations).sorted())
    }
  }

  /// The report on a study by a name such as `quick-attention` or `quick-attention@3fa94c`, over every attempt at its
  /// trials.
  private func loadStudy(_ name: String, from store: RecordStore) throws -> StudyReport {
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

  /// A name as a file's: what could leave the folder or trouble a shell becomes a dash.
  static func fileName(_ name: String) -> String {
    let plain = name.unicodeScalars.map { scalar -> Character in
      let isPlain =
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil || "-_.".unicodeScalars.contains(scalar)
      return isPlain ? Character(scalar) : "-"
    }
    let trimmed = String(plain.prefix(100).drop { $0 == "." })
    return (trimmed.isEmpty ? "report" : trimmed) + ".html"
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
