public import Foundation

/// The charting library that a report carries inside itself: plotly.js, as its Python wheel ships it.
public struct ChartLibrary: Sendable {
  /// The script's source.
  public let source: String

  /// - Throws: ``ReportError/notAChartLibrary(path:)`` when the text isn't a plotly bundle.
  public init(source: String, path: String = "the charting library") throws(ReportError) {
    guard source.prefix(400).contains("plotly.js v") else { throw .notAChartLibrary(path: path) }
    self.source = source
  }

  /// Reads the bundle that `scripts/reports/fetch-plotly` put there.
  /// - Throws: ``ReportError/noChartLibrary(path:)`` when there is no such file,
  ///   ``ReportError/unreadableChartLibrary(path:reason:)`` when it cannot be read, and
  ///   ``ReportError/notAChartLibrary(path:)`` when it holds something else.
  public init(contentsOf url: URL) throws(ReportError) {
    guard FileManager.default.fileExists(atPath: url.path) else { throw .noChartLibrary(path: url.path) }
    let source: String
    do {
      source = try String(contentsOf: url, encoding: .utf8)
    } catch {
      throw .unreadableChartLibrary(path: url.path, reason: error.localizedDescription)
    }
    try self.init(source: source, path: url.path)
  }

  /// Which version it is, from its banner, such as "plotly.js v3.1.1".
  public var version: String {
    guard let range = source.prefix(400).firstRange(of: "plotly.js v") else { return "plotly.js" }
    return String(source[range.lowerBound...].prefix { !$0.isNewline }).trimmingCharacters(in: .whitespaces)
  }
}

/// What can keep a report from being written.
public enum ReportError: Error, CustomStringConvertible, Hashable {
  case noChartLibrary(path: String)
  case unreadableChartLibrary(path: String, reason: String)
  case notAChartLibrary(path: String)
  case noTrials(study: String)
  case cannotWrite(path: String, reason: String)

  public var description: String {
    switch self {
    case .noChartLibrary(let path):
      "no charting library at \(path): run './dev setup', which puts it there, or set EFFICIENTLLM_PLOTLY to the path "
        + "of a plotly.min.js"
    case .unreadableChartLibrary(let path, let reason):
      "the charting library at \(path) cannot be read (\(reason)): remove it and run './dev setup'"
    case .notAChartLibrary(let path):
      "\(path) isn't plotly's bundle: remove it and run './dev setup', or set EFFICIENTLLM_PLOTLY to the path of a "
        + "plotly.min.js"
    case .noTrials(let study):
      "the study '\(study)' has no trials to report on yet: run it with 'efficientllm study run'"
    case .cannotWrite(let path, let reason):
      "the report cannot be written to \(path) (\(reason)): name another file with --output"
    }
  }
}
