import Foundation
import Measures
import Records
import Studies

/// What `study show` prints: each measure of each method, mean and standard deviation over the seeds, and the ranks.
struct SummaryRendering {
  let summary: StudySummary
  let ranks: StudyRanks

  /// - Parameter trials: every attempt, as the records give them; evidence isn't needed.
  init(study: StudyRecord, trials: [TrialRecord]) {
    summary = StudySummary(study: study, trials: trials)
    ranks = StudyRanks(trials: trials)
  }

  func text() -> String {
    let study = summary.study
    var lines = ["\(study.name)@\(study.digest.prefix(12))"]
    if !study.question.isEmpty { lines.append(study.question) }
    lines.append(status)
    let without = summary.methods.filter { $0.finished == 0 }.map(name)
    if !without.isEmpty { lines.append("no trial has finished of: \(without.joined(separator: ", "))") }
    if !shown.isEmpty {
      for model in models {
        if namesModels { lines += ["", model] } else { lines.append("") }
        lines.append(measures(of: shown.filter { summary.methods[$0].model == model }))
      }
      lines += ["Mean +- standard deviation over seeds; est marks an estimate. n is the seeds finished."]
    }
    let ranked = ranks.text()
    if !ranked.isEmpty { lines += ["", ranked] }
    let absences = absences
    if !absences.isEmpty { lines += ["", "Absent:"] + absences.map { "  \($0)" } }
    if !summary.failures.isEmpty {
      lines += ["", "Failed:"]
      for failure in summary.failures {
        let step = failure.failure.step.map { " at step \($0)" } ?? ""
        let message = failure.failure.message.split(whereSeparator: \.isNewline).joined(separator: "\n    ")
        lines.append(
          "  \(failure.method) seed \(failure.seed), attempt \(failure.attempt): \(failure.failure.kind)\(step): "
            + message)
      }
    }
    return lines.joined(separator: "\n")
  }

  private var status: String {
    var parts = ["\(summary.methods.reduce(0) { $0 + $1.finished }) trials finished"]
    if !summary.failures.isEmpty { parts.append("\(summary.failures.count) failed") }
    if summary.running > 0 { parts.append("\(summary.running) begun and not ended") }
    if let missing = summary.missing, missing > 0 { parts.append("\(missing) not run") }
    return parts.joined(separator: ", ")
  }

  /// Whether models have to be named: not when there is only one.
  private var namesModels: Bool { Set(summary.methods.map(\.model)).count > 1 }

  private func name(_ method: StudySummary.Method) -> String {
    namesModels && !method.model.isEmpty ? "\(method.method) / \(method.model)" : method.method
  }

  /// The methods that have a finished trial: the columns of the table.
  private var shown: [Int] { summary.methods.indices.filter { summary.methods[$0].finished > 0 } }

  /// The models in the plan's order. Each has a table of its own, so that methods stand side by side on equal terms and
  /// the table stays as narrow as their number.
  private var models: [String] {
    var seen: Set<String> = []
    return shown.map { summary.methods[$0].model }.filter { seen.insert($0).inserted }
  }

  /// A table of what some methods came to, those of one model.
  private func measures(of columns: [Int]) -> String {
    var table = TextTable(
      [.left("measure"), .left(""), .left("unit"), .left("better")]
        + columns.map { .right(summary.methods[$0].method) })
    table.append(["n", "seeds finished", "", ""] + columns.map { "\(summary.methods[$0].finished)" })
    for row in summary.rows where columns.contains(where: { row.values[$0].mean != nil }) {
      let title = row.definition == .published ? row.title + " (as published)" : row.title
      table.append(
        [row.id.rawValue, title == row.id.rawValue ? "" : title, row.unit.symbol, row.direction?.rawValue ?? ""]
          + columns.map { Self.text(row.values[$0]) })
    }
    return table.render()
  }

  private static func text(_ value: StudySummary.Value) -> String {
    guard let mean = value.mean else { return "absent" }
    var text = TextTable.number(mean, digits: 5)
    if let deviation = value.deviation { text += " +- " + TextTable.number(deviation, digits: 2) }
    if value.isEstimate { text += " est" }
    return text
  }

  /// Each reason once, with the measures it keeps away and, where not all methods lack them, the methods.
  private var absences: [String] {
    var order: [String] = []
    var measures: [String: [String]] = [:]
    for row in summary.rows {
      let reasons = Set(shown.flatMap { row.values[$0].absences })
      for reason in reasons.sorted() {
        let lacking = shown.filter { row.values[$0].absences.contains(reason) }
        let everywhere = lacking.count == shown.count
        let text = everywhere ? row.id.rawValue : "\(row.id.rawValue) of \(names(lacking).joined(separator: ", "))"
        if measures[reason] == nil { order.append(reason) }
        measures[reason, default: []].append(text)
      }
    }
    return order.map { "\((measures[$0] ?? []).joined(separator: ", ")): \($0)" }
  }

  /// The names of some columns: a method whose every model is among them is named once.
  private func names(_ columns: [Int]) -> [String] {
    var seen: Set<String> = []
    return columns.compactMap { column in
      let method = summary.methods[column].method
      let all = shown.filter { summary.methods[$0].method == method }
      guard all.allSatisfy(columns.contains) else { return name(summary.methods[column]) }
      return seen.insert(method).inserted ? method : nil
    }
  }

  /// One line for each method and measure.
  func csv() -> String {
    let columns = [
      "method", "model", "measure", "unit", "direction", "definition", "mean", "standard_deviation", "n",
      "is_estimate", "absence",
    ]
    var rows: [[ExportedValue]] = []
    for (index, method) in summary.methods.enumerated() {
      for row in summary.rows {
        let value = row.values[index]
        rows.append([
          .text(method.method), .text(method.model), .text(row.id.rawValue), .text(row.unit.symbol),
          row.direction.map { .text($0.rawValue) } ?? .blank, row.definition.map { .text($0.rawValue) } ?? .blank,
          value.mean.map { .number($0) } ?? .blank, value.deviation.map { .number($0) } ?? .blank,
          .integer(Int64(value.count)), .boolean(value.isEstimate),
          value.absences.isEmpty ? .blank : .text(value.absences.joined(separator: "; ")),
        ])
      }
    }
    return ExportedRows(columns: columns, rows: rows).csv
  }

  func json() throws -> String {
    try StudyJSON.text(
      Document(
        study: summary.study.name, digest: summary.study.digest, question: summary.study.question,
        command: summary.study.command, missing: summary.missing, running: summary.running,
        methods: summary.methods.enumerated().map { index, method in
          Document.Method(
            method: method.method, model: method.model, finished: method.finished, failed: method.failed,
            measures: Dictionary(
              uniqueKeysWithValues: summary.rows.map { row in
                let value = row.values[index]
                return (
                  row.id.rawValue,
                  Document.Value(
                    unit: row.unit.symbol, direction: row.direction?.rawValue, definition: row.definition?.rawValue,
                    mean: value.mean, standardDeviation: value.deviation, n: value.count,
                    isEstimate: value.isEstimate, absences: value.absences)
                )
              }))
        },
        failures: summary.failures.map {
          Document.Failure(
            method: $0.method, model: $0.model, seed: $0.seed, attempt: $0.attempt, kind: $0.failure.kind,
            message: $0.failure.message, step: $0.failure.step)
        },
        ranking: ranks.groups))
  }

  private struct Document: Encodable {
    struct Value: Encodable {
      var unit: String
      var direction: String?
      var definition: String?
      var mean: Double?
      var standardDeviation: Double?
      var n: Int
      var isEstimate: Bool
      var absences: [String]
    }

    struct Method: Encodable {
      var method: String
      var model: String
      var finished: Int
      var failed: Int
      var measures: [String: Value]
    }

    struct Failure: Encodable {
      var method: String
      var model: String
      var seed: Int
      var attempt: Int
      var kind: String
      var message: String
      var step: Int?
    }

    var study: String
    var digest: String
    var question: String
    var command: String
    var missing: Int?
    var running: Int
    var methods: [Method]
    var failures: [Failure]
    var ranking: [StudyRanks.Group]
  }
}
