import Measures

/// What was spent, by every attribute that tells requests apart, with the quality that it bought.
struct SpendSection: Sendable {
  let content: EvaluationReport.Content

  var html: HTML {
    let tables = content.spending.map(table)
    return """
      <section id="spend" aria-labelledby="spend-title">
      <h2 id="spend-title">Spend</h2>
      <p class="quiet">Every amount with the quality that it bought. Requests that were sent again in a later run are paid for \
      too; what judges cost stands apart.</p>
      \(tables.isEmpty ? "<p>Nothing was sent.</p>" : "" as HTML)
      \(tables)
      </section>
      """
  }

  private func table(_ spend: EvaluationReport.Spend) -> HTML {
    let evaluators = spend.groups.flatMap { $0.scores.map(\.evaluator) }.uniqued()
    let rate = NumberText.Scale(divisor: 0.01, symbol: "%")
    let plain = NumberText.Scale(divisor: 1, symbol: "")
    let rows = spend.groups.map { group -> [String] in
      let perPass: String
      switch group.costPerPassingRequest {
      case .value(let quantity):
        perPass = MeasureText.text(quantity, NumberText.Scale(divisor: 1, symbol: group.currency ?? ""))
      case .absent(let absence): perPass = "absent: \(absence.reason)"
      }
      return [
        group.name, NumberText.format(group.requests), NumberText.format(group.failed), MeasureText.bill(group.cost),
        MeasureText.bill(group.judgeCost),
      ]
        + evaluators.map { name in
          group.scores.first { $0.evaluator == name }?.mean.quantity.map { MeasureText.text($0, plain) } ?? ""
        } + [group.passRate.quantity.map { MeasureText.text($0, rate) } ?? "", perPass]
    }
    return ChartTables.table(
      "Spend by \(spend.attribute)",
      [spend.attribute.capitalisedFirst, "Requests", "Failed", "Cost", "Judges"] + evaluators
        + ["Passed", "Cost per passing request"], rows)
  }
}
