import Evaluations
import Foundation
import Measures
import Ranking

/// What `evaluate show` prints: a row a measure, a column a candidate.
struct EvaluationRendering {
  let summary: EvaluationSummary

  init(_ summary: EvaluationSummary) { self.summary = summary }

  var text: String {
    let times = summary.repetitions > 1 ? " x \(summary.repetitions) repetitions" : ""
    var lines = [
      summary.evaluation, "dataset  \(summary.dataset)",
      "rows     \(summary.rows)\(times), \(summary.isFinished ? "finished" : "not finished")",
      "passes   " + (summary.evaluators.isEmpty ? "nothing was judged" : summary.passes ?? "what all evaluators pass"),
      "prices   \(summary.priceVersions.isEmpty ? "none known" : summary.priceVersions.joined(separator: ", ")), judges "
        + (summary.judgeCost == "include" ? "included" : "apart"),
    ].map(TextTable.onOneLine)
    lines += ["", measures, "", counts]
    lines.append(
      "Intervals in brackets; measures are over \(summary.comparedRows) requests that every candidate was sent.")
    lines += FigureText.list("Absent", absences) + FigureText.list("No score", unscored)
    lines += FigureText.list("Notes", summary.notes)
    return lines.joined(separator: "\n")
  }

  private var measures: String {
    var table = TextTable(
      [.left("measure"), .left("unit"), .left("better")] + summary.candidates.map { .right($0.name) })
    for (index, measure) in summary.measures.enumerated() {
      let values = summary.candidates.map { $0.figures[index].value }
      if values.allSatisfy({ $0.quantity == nil }) { continue }
      let figures = FigureText(measure, currency: summary.currency, values)
      table.append([measure.name, figures.symbol, measure.better] + values.map(figures.text))
    }
    return table.render()
  }

  private var counts: String {
    var table = TextTable([.left("")] + summary.candidates.map { .right($0.name) })
    func row(_ name: String, _ value: (EvaluationSummary.Candidate) -> String) {
      let cells = summary.candidates.map(value)
      if cells.contains(where: { !$0.isEmpty }) { table.append([name] + cells) }
    }
    func count(_ number: Int) -> String { number == 0 ? "" : "\(number)" }
    row("answered by") { $0.answeredBy.joined(separator: ", ") }
    row("requests") { "\($0.requests)" }
    row("not asked yet") { count($0.missing) }
    row("failed") { count($0.failed) }
    for kind in Set(summary.candidates.flatMap { $0.failures.map(\.kind) }).sorted() {
      row("  \(kind)") { candidate in count(candidate.failures.first { $0.kind == kind }?.count ?? 0) }
    }
    row("retries") { count($0.retries) }
    row("sent again later") { count($0.superseded) }
    row("spent in all") { FigureText.bill($0.spent.known, unknown: $0.spent.unknown) }
    row("judges") { candidate in
      let bill = FigureText.bill(candidate.judgeSpent.known, unknown: candidate.judgeSpent.unknown)
      return bill == "0" ? "" : bill
    }
    return table.render()
  }

  private var absences: [String] {
    summary.measures.indices.flatMap { index -> [String] in
      let name = summary.measures[index].name
      let reasons = summary.candidates.map { $0.figures[index].value.absence }
      if let first = reasons.first ?? nil, reasons.allSatisfy({ $0 == first }) { return ["\(name): \(first)"] }
      return zip(summary.candidates, reasons).compactMap { candidate, reason in
        reason.map { "\(name) of \(candidate.name): \($0)" }
      }
    }
  }

  private var unscored: [String] {
    summary.candidates.flatMap { candidate in
      candidate.absences.map { "\(candidate.name), \($0.evaluator): \($0.count) \($0.cause)" }
    }
  }

  /// A line a candidate and measure.
  var csv: String {
    let header = [
      "evaluation", "dataset", "candidate", "measure", "unit", "better", "value", "lower", "upper", "confidence", "n",
      "estimate", "absent",
    ]
    let lines = summary.candidates.flatMap { candidate in
      candidate.figures.map { figure in
        let quantity = figure.value.quantity
        return [
          summary.evaluation, summary.dataset, candidate.name, figure.measure.name, figure.unit, figure.measure.better,
          CSVText.number(quantity?.value), CSVText.number(quantity?.interval?.lower),
          CSVText.number(quantity?.interval?.upper), CSVText.number(quantity?.interval?.confidence),
          quantity.map { "\($0.count)" } ?? "", quantity.map { "\($0.isEstimate)" } ?? "", figure.value.absence ?? "",
        ]
      }
    }
    return CSVText.text([header] + lines)
  }
}

/// What `evaluate show --by-row` prints.
struct RowRendering {
  let rows: [RowResults]

  var text: String {
    var table = TextTable([
      .left("row"), .left("candidate"), .left(""), .left("scores"), .right("cost"), .right("latency s"),
      .left("answer"),
    ])
    for row in rows {
      for (index, answer) in row.answers.enumerated() {
        let name = row.repetition == 0 ? row.row : "\(row.row) (\(row.repetition + 1))"
        let state = answer.failure ?? answer.passed.map { $0 ? "pass" : "fail" } ?? answer.status
        table.append([
          index == 0 ? DatasetRendering.shortened(name, to: 24) : "", answer.candidate, state,
          answer.scores.map { "\($0.evaluator) \($0.score.map { TextTable.number($0, digits: 3) } ?? "-")" }
            .joined(separator: ", "),
          TextTable.number(answer.costPicos.map { Double($0) / 1e12 }, digits: 4),
          TextTable.number(answer.latencySeconds, digits: 3),
          DatasetRendering.shortened(answer.text ?? "", to: 60),
        ])
      }
    }
    return table.render()
  }

  /// A line a row, candidate and evaluator; one without an evaluator for what nobody judged.
  var csv: String {
    let header = [
      "row", "repetition", "cluster", "candidate", "status", "failure", "passed", "evaluator", "score", "reason",
      "cost_picos", "latency_s", "answered_by", "text",
    ]
    let lines = rows.flatMap { row in
      row.answers.flatMap { answer -> [[String]] in
        let judged = answer.scores.isEmpty ? [nil] : answer.scores.map(Optional.some)
        return judged.map { score in
          [
            row.row, "\(row.repetition)", row.cluster ?? "", answer.candidate, answer.status, answer.failure ?? "",
            answer.passed.map { "\($0)" } ?? "", score?.evaluator ?? "", CSVText.number(score?.score),
            score?.reason ?? "", answer.costPicos.map { "\($0)" } ?? "", CSVText.number(answer.latencySeconds),
            answer.answeredBy ?? "", answer.text ?? "",
          ]
        }
      }
    }
    return CSVText.text([header] + lines)
  }
}
