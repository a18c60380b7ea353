import Foundation
import Measures
import Ranking

/// How a candidate's measures are called and written in a report.
enum MeasureText {
  static func title(_ measure: CandidateMeasure) -> String {
    switch measure {
    case .score(let evaluator): evaluator.rawValue
    case .passRate: "Pass rate"
    case .errorRate: "Error rate"
    case .costPerRequest: "Cost per request"
    case .costPerPassingRequest: "Cost per passing request"
    case .energyPerRequest: "Energy per request"
    case .energyPerPassingRequest: "Energy per passing request"
    case .latency(CandidateTable.endToEnd, let statistic): "Latency, \(statistic.name)"
    case .latency(let kind, let statistic): "\(kind), \(statistic.name)"
    }
  }

  /// A scale for values that stand together. Scores stay between 0 and 1; rates are percentages.
  static func scale(_ measure: CandidateMeasure, _ values: [MeasuredValue], currency: String) -> NumberText.Scale {
    if case .score = measure { return NumberText.Scale(divisor: 1, symbol: "") }
    return NumberText.scale(
      for: values.compactMap { $0.quantity?.value }, unit: measure.unit(currency: currency))
  }

  /// `0.0038 USD`, with its interval in brackets.
  static func text(_ quantity: Quantity, _ scale: NumberText.Scale) -> String {
    let unit = scale.symbol.isEmpty ? "" : " \(scale.symbol)"
    return NumberText.format(quantity.value / scale.divisor) + unit
      + (quantity.interval.map { " [\(ends($0, scale))]" } ?? "")
  }

  static func ends(_ interval: Interval, _ scale: NumberText.Scale) -> String {
    "\(NumberText.format(interval.lower / scale.divisor)) to \(NumberText.format(interval.upper / scale.divisor))"
  }

  static func bill(_ bill: EvaluationReport.Bill) -> String {
    let known = bill.known.map { "\(NumberText.format($0.amount)) \($0.currency)" }
    let unknown = bill.unknown == 0 ? [] : ["\(NumberText.format(bill.unknown)) unknown"]
    return known.isEmpty && unknown.isEmpty ? "0" : (known + unknown).joined(separator: ", ")
  }

  static func pValue(_ value: Double?) -> String {
    value.map { $0 < 0.001 ? "< 0.001" : String(format: "%.3f", $0) } ?? ""
  }
}
