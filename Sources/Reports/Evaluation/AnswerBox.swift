import Measures
import Ranking

/// The recommendation, or why there is none, at the head of the page.
struct AnswerBox: Sendable {
  let model: EvaluationModel

  var html: HTML {
    guard let asked = model.content.recommendation else { return .empty }
    let said = words(asked)
    return """
      <div class="answer" role="region" aria-label="The answer">
      <p class="sentence">\(said.sentence)</p>
      <ul>\(said.details.map { "<li>\($0)</li>" as HTML })</ul>
      <p class="small quiet" style="margin:.75rem 0 0"><span class="badge\(said.isClear ? " distinct" : "" as HTML)">\
      \(said.badge)</span></p>
      </div>
      """
  }

  private struct Words {
    var sentence: String
    var details: [String]
    var badge: String
    var isClear = false
  }

  private func words(_ asked: EvaluationReport.Recommended) -> Words {
    let required = asked.recommendation.standings.first?.requirements.map(\.requirement.description) ?? []
    let terms =
      "Asked for: \(asked.objective)"
      + (required.isEmpty ? ", without requirements." : ", under \(NumberText.list(required)).")
    switch asked.recommendation.outcome {
    case .recommended(let choice):
      var details = [terms]
      if !required.isEmpty {
        details.append(
          "It meets all requirements with a probability of \(NumberText.percent(choice.probabilityQualifies)).")
      }
      if let lead = choice.lead { details.append(self.lead(lead, asked)) }
      if !choice.contenders.isEmpty {
        details.append(
          "Better still if they qualify, which the rows do not tell: \(NumberText.list(choice.contenders)).")
      }
      let isClear = choice.lead?.isClear ?? true
      return Words(
        sentence: "Take \(choice.candidate): the best of those that qualify with a probability of "
          + "\(NumberText.percent(choice.probabilityBest)).",
        details: details,
        badge: choice.lead == nil
          ? "the only one that qualifies" : isClear ? "clear of the next" : "cannot be told apart from the next",
        isClear: isClear)
    case .noneQualifies(let miss):
      let scale = MeasureText.scale(
        miss.requirement.measure, [.value(Quantity(miss.value, count: 1))], currency: model.content.table.currency)
      return Words(
        sentence: "No candidate qualifies.",
        details: [
          terms,
          "The nearest is \(miss.candidate), whose \(MeasureText.title(miss.requirement.measure).lowercasedFirst) is "
            + "\(MeasureText.text(Quantity(miss.value, count: 1), scale)) where \(miss.requirement) is required.",
        ], badge: "no candidate qualifies")
    case .notEnoughData(let shortfall):
      let rows = shortfall.rowsNeeded.map { " It would take about \(NumberText.count($0, "row"))." } ?? ""
      return Words(
        sentence: "There is not enough data to recommend a candidate.",
        details: [terms, shortfall.explanation.capitalisedFirst + "." + rows], badge: "not enough data")
    }
  }

  private func lead(_ lead: Recommendation.Lead, _ asked: EvaluationReport.Recommended) -> String {
    let rows =
      lead.isClear ? "" : lead.rowsToSeparate.map { "; about \(NumberText.count($0, "row")) would part the two" } ?? ""
    guard asked.measures.count == 1 else {
      return
        "Ahead of \(lead.runnerUp), the next, with a probability of \(NumberText.percent(lead.probabilityAhead))\(rows)."
    }
    let quantity = Quantity(lead.difference, interval: lead.interval, count: 1)
    let scale = MeasureText.scale(asked.measures[0], [.value(quantity)], currency: model.content.table.currency)
    return "Against \(lead.runnerUp), the next, the difference is \(MeasureText.text(quantity, scale)); ahead with a "
      + "probability of \(NumberText.percent(lead.probabilityAhead))\(rows)."
  }
}
