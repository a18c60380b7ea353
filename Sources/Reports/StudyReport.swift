public import Foundation
public import Measures
public import Records

/// A study's report: pure functions from its records to one HTML file that needs no network, or to JSON.
public struct StudyReport: Sendable {
  public let model: ReportModel

  /// - Parameters:
  ///   - study: what was asked.
  ///   - trials: every attempt, whatever became of it, in the order in which they were started.
  ///   - units: of measures that only the trials know, such as an accuracy that a command reports.
  /// - Throws: ``ReportError/noTrials(study:)`` when there are none.
  public init(
    study: StudyRecord, trials: [TrialRecord], units: [MeasureID: Measures.Unit] = [:]
  ) throws(ReportError) {
    guard !trials.isEmpty else { throw .noTrials(study: study.name) }
    model = ReportModel(study: study, trials: trials, units: units)
  }

  /// The report as one file for a browser, a phone or paper.
  ///
  /// - Parameters:
  ///   - charts: the charting library, which is written into the file.
  ///   - nonce: what marks the file's own scripts as such. Its security policy lets no other script run and nothing
  ///     be fetched, so it should be unguessable; tests give a fixed one.
  public func html(charts: ChartLibrary, nonce: String = StudyReport.makeNonce()) -> String {
    Page(model: model, charts: charts, nonce: nonce).document.markup
  }

  /// The report's values as JSON: keys sorted, dates as ISO 8601.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    return try encoder.encode(model)
  }

  public static func makeNonce() -> String {
    (0..<4).map { _ in String(UInt32.random(in: .min ... .max), radix: 36) }.joined()
  }
}
