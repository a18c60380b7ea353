import Foundation
import Measures
import Ranking

/// What `recommend` prints.
struct RecommendationRendering: Encodable {
  let evaluation: String
  let dataset: String
  let currency: String
  /// In words.
  let objective: String
  let recommendation: Recommendation
  let notes: [String]
  private let measures: [CandidateMeasure]

  private enum CodingKeys: CodingKey { case evaluation, dataset, currency, objective, recommendation, notes }

  init(
    _ recommendation: Recommendation, objective: Objective, of evaluation: String, dataset: String, currency: String,
    notes: [String]
  ) {
    self.recommendation = recommendation
    self.evaluation = evaluation
    self.dataset = dataset
    self.currency = currency
    self.notes = notes
    measures = objective.measures
    self.objective = objective.words
  }

  var text: String {
    var lines = [evaluation, "dataset  \(dataset)", "wanted   \(objective)"].map(TextTable.onOneLine)
    lines += [""] + answer.map(TextTable.onOneLine) + ["", standings]
    lines.append(
      "Over \(recommendation.rows) requests"
        + (recommendation.rowsLeftOut > 0 ? ", \(recommendation.rowsLeftOut) left out" : "")
        + "; best is how often a candidate is the best of those that meet the requirements, over resamples of the rows."
    )
    lines += FigureText.list(
      "Not measured",
      recommendation.standings.compactMap { standing in
        guard case .unmeasured(let measure, let absence) = standing.qualification else { return nil }
        return "\(standing.candidate) has no \(measure.name): \(absence.reason)"
      })
    lines += FigureText.list("Notes", notes + recommendation.notes)
    return lines.joined(separator: "\n")
  }

  /// A line a candidate: what it came to, whether it qualifies and why not, and what speaks for the one to take.
  var csv: String {
    func ends(_ value: MeasuredValue) -> [String] {
      [
        CSVText.number(value.quantity?.value), CSVText.number(value.quantity?.interval?.lower),
        CSVText.number(value.quantity?.interval?.upper),
      ]
    }
    let required = recommendation.standings.first?.requirements.map(\.requirement.description) ?? []
    let header =
      ["candidate"] + measures.flatMap { [$0.name, "\($0.name) lower", "\($0.name) upper"] }
      + required.flatMap { [$0, "\($0) met", "\($0) probability"] } + [
        "qualification", "reason", "probability_qualifies", "probability_best", "outcome", "recommended",
      ]
    var taken: String?
    if case .recommended(let choice) = recommendation.outcome { taken = choice.candidate }
    let lines = recommendation.standings.map { standing in
      [standing.candidate] + standing.values.flatMap(ends)
        + standing.requirements.flatMap { requirement in
          [
            CSVText.number(requirement.value.quantity?.value), requirement.isMet.map { "\($0)" } ?? "",
            CSVText.number(requirement.probability),
          ]
        } + [
          standing.qualification.kind, reason(standing), CSVText.number(standing.probabilityQualifies),
          CSVText.number(standing.probabilityBest), recommendation.outcome.kind, "\(standing.candidate == taken)",
        ]
    }
    return CSVText.text([header] + lines)
  }

  /// Why it does not qualify, or is not known to; empty for one that does.
  private func reason(_ standing: Recommendation.Standing) -> String {
    switch standing.qualification {
    case .qualifies: return ""
    case .unmeasured(let measure, let absence): return "no \(measure.name): \(absence.reason)"
    case .undecided(let rows):
      return rows.map { "the rows do not tell; about \($0) would" }
        ?? "the rows do not tell, and no number of them would"
    case .fails:
      let missed = standing.requirements.filter { $0.isMet == false }.map { requirement in
        let figures = FigureText(requirement.requirement.measure, currency: currency, [requirement.value])
        let value = requirement.value.quantity.map { figures.number($0.value) } ?? ""
        return "\(requirement.requirement.measure.name) is \(value)"
          + (figures.symbol.isEmpty ? "" : " \(figures.symbol)") + " where \(requirement.requirement) is required"
      }
      return missed.isEmpty ? "not surely enough within the requirements" : missed.joined(separator: "; ")
    }
  }

  private var answer: [String] {
    switch recommendation.outcome {
    case .recommended(let choice):
      var lines = [
        "Take \(choice.candidate): it meets every requirement with a probability of "
          + "\(FigureText.probability(choice.probabilityQualifies)), and is the best with one of "
          + "\(FigureText.probability(choice.probabilityBest))."
      ]
      if let lead = choice.lead { lines.append(self.lead(lead)) } else { lines.append("No other candidate qualifies.") }
      if !choice.contenders.isEmpty {
        lines.append(
          "Better still if they qualify, which the rows do not tell: \(choice.contenders.joined(separator: ", ")).")
      }
      return lines
    case .noneQualifies(let miss):
      let figures = FigureText(miss.requirement.measure, currency: currency, [])
      func amount(_ value: Double) -> String {
        figures.number(value) + (figures.symbol.isEmpty ? "" : " \(figures.symbol)")
      }
      return [
        "No candidate qualifies.",
        "The nearest is \(miss.candidate), whose \(miss.requirement.measure.name) is \(amount(miss.value)) where "
          + "\(miss.requirement) is required"
          + (miss.shortBy > 0 ? ": short by \(amount(miss.shortBy))" : "")
          + "; that it qualifies has a probability of \(FigureText.probability(miss.probabilityQualifies)).",
      ]
    case .notEnoughData(let shortfall):
      let rows = shortfall.rowsNeeded.map { " It would take about \($0) rows." } ?? ""
      return ["Not enough data: \(shortfall.explanation).\(rows)"]
    }
  }

  private func lead(_ lead: Recommendation.Lead) -> String {
    let difference: String
    if measures.count == 1 {
      let figures = FigureText(measures[0], currency: currency, [.value(Quantity(lead.difference, count: 0))])
      difference =
        figures.number(lead.difference) + (lead.interval.map { " " + figures.text($0) } ?? "")
        + (figures.symbol.isEmpty ? "" : " \(figures.symbol)")
    } else {
      difference =
        TextTable.number(lead.difference, digits: 4)
        + (lead.interval.map { " [\(TextTable.number($0.lower, digits: 4)), \(TextTable.number($0.upper, digits: 4))]" }
          ?? "") + " in the logarithm of the weighted product"
    }
    let rows = lead.isClear ? "" : lead.rowsToSeparate.map { "; about \($0) rows would part the two" } ?? ""
    return "Against \(lead.runnerUp), the next: a difference of \(difference), ahead with a probability of "
      + "\(FigureText.probability(lead.probabilityAhead))\(rows)."
  }

  private var standings: String {
    let scales = measures.indices.map { index in
      FigureText(measures[index], currency: currency, recommendation.standings.map { $0.values[index] })
    }
    let required = recommendation.standings.first?.requirements.map(\.requirement) ?? []
    let requirementScales = required.indices.map { index in
      FigureText(
        required[index].measure, currency: currency, recommendation.standings.map { $0.requirements[index].value })
    }
    var table = TextTable(
      [.left("candidate"), .left("")]
        + zip(measures, scales).map { .right($0.name + ($1.symbol.isEmpty ? "" : " (\($1.symbol))")) }
        + required.map { .right($0.description) } + [.right("qualifies"), .right("best")])
    for standing in recommendation.standings {
      table.append(
        [standing.candidate, Self.words(standing.qualification)] + zip(standing.values, scales).map { $1.text($0) }
          + zip(standing.requirements, requirementScales).map { requirement, scale in
            guard let value = requirement.value.quantity else { return "" }
            return "\(scale.number(value.value)) \(scale.symbol)".trimmingCharacters(in: .whitespaces)
              + (requirement.probability.map { " (\(FigureText.probability($0)))" } ?? "")
          } + [
            FigureText.probability(standing.probabilityQualifies), FigureText.probability(standing.probabilityBest),
          ])
    }
    return table.render()
  }

  private static func words(_ qualification: Recommendation.Qualification) -> String {
    switch qualification {
    case .qualifies: "qualifies"
    case .fails: "is out"
    case .undecided(let rows): "undecided" + (rows.map { ", \($0) rows would tell" } ?? "")
    case .unmeasured: "not measured"
    }
  }
}
