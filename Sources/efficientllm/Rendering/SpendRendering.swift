import Evaluations
import Foundation
import Measures
import Pricing
import Ranking

/// What `spend` prints.
struct SpendRendering {
  let spending: Spending

  init(_ spending: Spending) { self.spending = spending }

  private var groups: [Spending.Group] { spending.groups + (spending.groups.count == 1 ? [] : [spending.total]) }
  private var evaluators: [String] { spending.total.scores.map(\.evaluator) }

  private func name(_ index: Int) -> String {
    index >= spending.groups.count ? "in all" : spending.groups[index].value ?? "(none)"
  }

  private func score(_ group: Spending.Group, _ evaluator: String) -> MeasuredValue? {
    group.scores.first { $0.evaluator == evaluator }?.mean
  }

  var text: String {
    if spending.groups.isEmpty {
      return (["no requests"] + FigureText.list("Notes", spending.notes)).joined(separator: "\n")
    }
    let rates = FigureText(.passRate, currency: "", [])
    let scores = FigureText(.score(""), currency: "", [])
    var table = TextTable(
      [.left(spending.key), .right("requests"), .right("failed"), .right("cost"), .right("judges")]
        + evaluators.map { .right($0) } + [.right("passed (%)"), .right("cost per pass")])
    for (index, group) in groups.enumerated() {
      let perPass = FigureText(.costPerPassingRequest, currency: group.currency ?? "", [])
      let cost = perPass.text(group.costPerPassingRequest)
      table.append(
        [
          name(index), "\(group.requests)", "\(group.failed)",
          FigureText.bill(group.cost.known, unknown: group.cost.unknown),
          FigureText.bill(group.judgeCost.known, unknown: group.judgeCost.unknown),
        ] + evaluators.map { scores.text(score(group, $0)) } + [
          rates.text(group.passRate), cost.isEmpty ? "" : "\(cost) \(group.currency ?? "")",
        ])
    }
    let runs = spending.evaluations
    var lines = [
      "runs     " + runs.prefix(8).joined(separator: ", ") + (runs.count > 8 ? " and \(runs.count - 8) more" : "")
    ].map(TextTable.onOneLine)
    lines += ["", table.render()]
    lines += FigureText.list(
      "Absent",
      groups.enumerated().compactMap { index, group in
        group.costPerPassingRequest.absence.map { "cost per pass of \(name(index)): \($0)" }
      })
    lines += FigureText.list("Notes", spending.notes)
    return lines.joined(separator: "\n")
  }

  /// What held evaluators against people, a line a currency, with no request and nothing but what judges cost.
  private func calibrationLines(width: Int) -> [[String]] {
    guard let bill = spending.calibration?.judgeCost else { return [] }
    let known = bill.known.map { (code: $0.currency.code, amount: $0.decimalText) }
    return (known.isEmpty && bill.unknown > 0 ? [(code: "", amount: "")] : known).map { code, amount in
      let line = ["calibration", "0", "0", "0", code, "0", "0", amount, "\(bill.unknown)"]
      return line + [String](repeating: "", count: width - line.count)
    }
  }

  /// A line a group and currency: sums of several currencies are not put into one.
  var csv: String {
    func ends(_ value: MeasuredValue?) -> [String] {
      let quantity = value?.quantity
      return [
        CSVText.number(quantity?.value), CSVText.number(quantity?.interval?.lower),
        CSVText.number(quantity?.interval?.upper),
      ]
    }
    let header =
      [
        spending.key, "requests", "failed", "superseded", "currency", "cost", "cost_unknown", "judge_cost",
        "judge_cost_unknown", "pass_rate", "pass_rate_lower", "pass_rate_upper", "cost_per_pass", "cost_per_pass_lower",
        "cost_per_pass_upper",
      ] + evaluators.flatMap { [$0, "\($0) lower", "\($0) upper"] }
    let lines = groups.indices.flatMap { index -> [[String]] in
      let group = groups[index]
      let codes = Set((group.cost.known + group.judgeCost.known).map(\.currency.code)).sorted()
      return (codes.isEmpty ? [""] : codes).map { code in
        func amount(_ bill: Spending.Bill) -> String {
          bill.known.first { $0.currency.code == code }?.decimalText ?? (bill.unknown == 0 ? "0" : "")
        }
        return [
          name(index), "\(group.requests)", "\(group.failed)", "\(group.superseded)", code, amount(group.cost),
          "\(group.cost.unknown)", amount(group.judgeCost), "\(group.judgeCost.unknown)",
        ] + ends(group.passRate) + (group.currency == code ? ends(group.costPerPassingRequest) : ["", "", ""])
          + evaluators.flatMap { ends(score(group, $0)) }
      }
    }
    return CSVText.text([header] + lines + calibrationLines(width: header.count))
  }
}
