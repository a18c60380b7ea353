import Evaluations
import Foundation
import Measures
import Ranking

/// What `compare` prints.
struct GateRendering: Encodable {
  let verdict: String
  let warnings: [String]
  let leftOut: [CandidateMeasure]
  let currency: String
  let gate: RegressionGate

  private enum CodingKeys: CodingKey { case verdict, warnings, leftOut, currency, gate }

  init(_ comparison: RunComparison) {
    gate = comparison.gate
    verdict = comparison.gate.verdict.rawValue
    warnings = comparison.warnings
    leftOut = comparison.leftOut
    currency = comparison.currency
  }

  private static let namedRows = 20

  var text: String {
    var table = TextTable([
      .left("candidate"), .left("measure"), .right("before"), .right("after"), .right("change"), .right("tolerated"),
      .right("p"), .left("verdict"),
    ])
    for check in gate.checks {
      let difference = check.difference
      let figures = FigureText(
        difference.measure, currency: currency, [difference.value, difference.referenceValue])
      let unit = figures.symbol.isEmpty ? "" : " \(figures.symbol)"
      func shown(_ value: MeasuredValue) -> String { value.quantity.map { figures.number($0.value) + unit } ?? "-" }
      table.append([
        check.candidate, difference.measure.name, shown(difference.referenceValue), shown(difference.value),
        figures.text(difference.difference), check.tolerated.map { figures.number($0) + unit } ?? "-",
        difference.adjustedPValue.map { $0 < 0.001 ? "<0.001" : String(format: "%.3f", $0) } ?? "-",
        check.verdict.rawValue,
      ])
    }
    var lines = ["\(gate.baseline) -> \(gate.current): \(verdict), over \(gate.rows) shared requests"]
      .map(TextTable.onOneLine)
    lines += ["", table.render()]
    lines += FigureText.list(
      "Undecided",
      gate.checks.filter { $0.verdict == .undecided }.map { check in
        "\(check.candidate), \(check.difference.measure.name): \(check.reason)"
          + (check.rowsNeeded.map { "; about \($0) rows would tell" } ?? "")
      })
    lines += FigureText.list(
      "Passed before and no more",
      gate.lostRows.prefix(Self.namedRows).map { "\($0.candidate): \($0.row)" }
        + (gate.lostRows.count > Self.namedRows ? ["and \(gate.lostRows.count - Self.namedRows) more"] : []))
    lines += FigureText.list("Warnings", warnings)
    lines += FigureText.list("Notes", gate.notes)
    return lines.joined(separator: "\n")
  }

  var csv: String {
    let header = [
      "candidate", "measure", "before", "after", "difference", "lower", "upper", "tolerated", "p", "adjusted_p",
      "verdict",
      "reason",
    ]
    return CSVText.text(
      [header]
        + gate.checks.map { check in
          let difference = check.difference
          let interval = difference.difference.quantity?.interval
          return [
            check.candidate, difference.measure.name, CSVText.number(difference.referenceValue.quantity?.value),
            CSVText.number(difference.value.quantity?.value), CSVText.number(difference.difference.quantity?.value),
            CSVText.number(interval?.lower), CSVText.number(interval?.upper), CSVText.number(check.tolerated),
            CSVText.number(difference.pValue), CSVText.number(difference.adjustedPValue), check.verdict.rawValue,
            check.reason,
          ]
        })
  }
}
