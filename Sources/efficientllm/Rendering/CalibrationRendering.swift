import Evaluations
import Evaluators
import Foundation
import Measures

/// How far evaluators say what people say, as a table or as JSON.
struct CalibrationRendering: Encodable {
  struct Judge: Encodable {
    var models: [String]
    var requests: Int
    var failures: Int
    var retried: MeasuredValue
    var unusable: MeasuredValue
    var problems: [String: Int]
    var positionFlips: MeasuredValue
    var lengthCorrelation: MeasuredValue
    var selfJudged: Int
  }

  struct Best: Encodable {
    var threshold: Double
    var f1: Double?
    var precision: Double?
    var recall: Double?
  }

  struct Line: Encodable {
    var evaluator: String
    var version: Int
    var threshold: Double
    var rows: Int
    var good: Int
    var bad: Int
    var withoutScore: Int
    var unclearLabels: Int
    var agreement: MeasuredValue
    var kappa: MeasuredValue
    var precision: MeasuredValue
    var recall: MeasuredValue
    var areaUnderCurve: MeasuredValue
    var best: Best?
    var judge: Judge?
  }

  var dataset: String
  var evaluators: [Line]
  var unlabelled: [String]

  init(agreement: LabelledAgreement, dataset: String) {
    self.dataset = dataset
    unlabelled = agreement.unlabelled
    evaluators = agreement.lines.map { line in
      let found = line.agreement
      return Line(
        evaluator: line.evaluator, version: line.version, threshold: found.threshold, rows: found.rows,
        good: found.positives, bad: found.negatives, withoutScore: found.absent, unclearLabels: line.unclear,
        agreement: found.agreement, kappa: found.kappa, precision: found.precision, recall: found.recall,
        areaUnderCurve: found.areaUnderCurve,
        best: line.calibration?.best.point.map {
          Best(threshold: $0.threshold, f1: $0.f1, precision: $0.precision, recall: $0.recall)
        },
        judge: line.diagnostics.map {
          Judge(
            models: $0.models, requests: $0.requests, failures: $0.failures, retried: $0.retried,
            unusable: $0.unusable,
            problems: Dictionary(uniqueKeysWithValues: $0.problems.map { ($0.key.rawValue, $0.value) }),
            positionFlips: $0.positionFlips, lengthCorrelation: $0.lengthCorrelation, selfJudged: $0.selfJudged)
        })
    }
  }

  func text() -> String {
    var table = TextTable([
      .left("evaluator"), .right("threshold"), .right("rows"), .right("good"), .right("agreement"), .right("kappa"),
      .right("precision"), .right("recall"), .right("AUC"), .right("best threshold"),
    ])
    var notes: [String] = []
    for line in evaluators {
      let figures = [
        ("agreement", line.agreement), ("kappa", line.kappa), ("precision", line.precision), ("recall", line.recall),
        ("AUC", line.areaUnderCurve),
      ]
      table.append(
        [line.evaluator, Self.text(line.threshold), "\(line.rows)", "\(line.good)"] + figures.map { Self.text($0.1) }
          + [line.best.map { "\(Self.text($0.threshold)) (F1 \(Self.text($0.f1 ?? 0)))" } ?? ""])
      if let reason = figures.compactMap({ $0.1.reason }).first { notes.append("\(line.evaluator): \(reason)") }
      if line.withoutScore > 0 { notes.append("\(line.evaluator): \(line.withoutScore) labelled rows have no score") }
      if line.unclearLabels > 0 {
        notes.append("\(line.evaluator): the labels of \(line.unclearLabels) rows say nothing clear")
      }
      if let judge = line.judge { notes.append("\(line.evaluator): \(Self.text(judge))") }
    }
    if !unlabelled.isEmpty { notes.append("nobody has labelled: \(unlabelled.joined(separator: ", "))") }
    let lines = ["dataset  \(dataset)", "", table.render(), "Intervals in brackets, at 95 %."]
    return (lines + (notes.isEmpty ? [] : ["", "Notes:"] + notes.map { "  " + $0 })).joined(separator: "\n")
  }

  private static func text(_ judge: Judge) -> String {
    var parts = [
      "judged by \(judge.models.joined(separator: ", ")) in \(judge.requests) requests",
      "asked again \(text(judge.retried))",
    ]
    if let flips = judge.positionFlips.quantity { parts.append("swayed by places \(text(.value(flips)))") }
    if let length = judge.lengthCorrelation.quantity {
      parts.append("correlation of score and length \(text(.value(length)))")
    }
    if judge.selfJudged > 0 { parts.append("\(judge.selfJudged) answers were of its own model") }
    return parts.joined(separator: "; ")
  }

  private static func text(_ number: Double) -> String { number.formatted(.number.precision(.fractionLength(0...3))) }

  private static func text(_ value: MeasuredValue) -> String {
    guard let quantity = value.quantity else { return "" }
    let interval = quantity.interval.map { " [\(text($0.lower)), \(text($0.upper))]" } ?? ""
    return text(quantity.value) + interval
  }
}

extension MeasuredValue {
  fileprivate var reason: String? { if case .absent(let absence) = self { absence.reason } else { nil } }
}
