import Foundation
import Measures
import Ranking

/// What `frontier` prints.
struct FrontierRendering: Encodable {
  let evaluation: String
  let dataset: String
  let currency: String
  let frontier: CandidateFrontier
  let notes: [String]

  init(_ frontier: CandidateFrontier, of evaluation: String, dataset: String, currency: String, notes: [String]) {
    self.frontier = frontier
    self.evaluation = evaluation
    self.dataset = dataset
    self.currency = currency
    self.notes = notes
  }

  private var measures: [CandidateMeasure] {
    [frontier.quality, frontier.cost] + (frontier.latency.map { [$0] } ?? [])
  }

  private func values(_ standing: CandidateFrontier.Standing) -> [MeasuredValue] {
    [standing.quality, standing.cost] + (standing.latency.map { [$0] } ?? [])
  }

  var text: String {
    let scales = measures.indices.map { index in
      FigureText(measures[index], currency: currency, frontier.standings.map { values($0)[index] })
    }
    var table = TextTable(
      [.left("candidate")]
        + zip(measures, scales).map { .right($0.name + ($1.symbol.isEmpty ? "" : " (\($1.symbol))")) }
        + [.left("frontier"), .right("probability"), .left("dominated by")])
    for standing in frontier.standings {
      let better = standing.dominatedBy.map { dominator in
        dominator.candidate + (dominator.probability.map { " (\(FigureText.probability($0)))" } ?? "")
      }
      table.append(
        [standing.candidate] + zip(values(standing), scales).map { $1.text($0) } + [
          standing.isMember ? "member" : "dominated", FigureText.probability(standing.membershipProbability),
          better.joined(separator: ", "),
        ])
    }
    var lines = [evaluation, "dataset  \(dataset)"].map(TextTable.onOneLine)
    lines += ["", table.render()]
    lines.append(
      "Over \(frontier.rows) requests"
        + (frontier.rowsLeftOut > 0 ? ", \(frontier.rowsLeftOut) left out" : "")
        + "; probabilities are shares of resamples of the rows. "
        + (frontier.latency == nil || frontier.isLatencyAnAxis ? "" : "Latency is shown, and is no axis."))
    lines += FigureText.list(
      "Not placed", frontier.unplaced.map { "\($0.candidate) has no \($0.measure.name): \($0.absence.reason)" })
    lines += FigureText.list("Notes", notes + frontier.notes)
    return lines.joined(separator: "\n")
  }

  var csv: String {
    let header =
      ["candidate"] + measures.flatMap { [$0.name, "\($0.name) lower", "\($0.name) upper"] } + [
        "member", "probability", "dominated_by",
      ]
    let lines = frontier.standings.map { standing in
      [standing.candidate]
        + values(standing).flatMap {
          [
            CSVText.number($0.quantity?.value), CSVText.number($0.quantity?.interval?.lower),
            CSVText.number($0.quantity?.interval?.upper),
          ]
        } + [
          "\(standing.isMember)", CSVText.number(standing.membershipProbability),
          standing.dominatedBy.map(\.candidate).joined(separator: "; "),
        ]
    }
    return CSVText.text([header] + lines)
  }
}
