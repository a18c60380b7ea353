import Foundation
import Measures
import Pricing
import Ranking

/// Measured values for people: all of one row in one scale, each with its interval.
struct FigureText {
  /// What values are multiplied by, and the unit's symbol then.
  let factor: Double
  let symbol: String

  /// - Parameter values: those that stand together.
  init(_ measure: CandidateMeasure, currency: String, _ values: [MeasuredValue]) {
    let largest = values.compactMap { $0.quantity.map { abs($0.value) } }.max() ?? 0
    switch measure {
    case .passRate, .errorRate: (factor, symbol) = (100, "%")
    case .score: (factor, symbol) = (1, "")
    default:
      switch measure.dimension {
      case .time where largest < 1 && largest > 0: (factor, symbol) = (1e3, "ms")
      case .time: (factor, symbol) = (1, "s")
      case .energy: (factor, symbol) = (1, "J")
      case .money: (factor, symbol) = (1, currency)
      case .fraction: (factor, symbol) = (1, "")
      }
    }
  }

  /// `0.831 [0.78, 0.875]`; blank without a value.
  func text(_ value: MeasuredValue?) -> String {
    guard let quantity = value?.quantity else { return "" }
    let mark = quantity.isEstimate ? " est" : ""
    return number(quantity.value) + mark + (quantity.interval.map { " " + text($0) } ?? "")
  }

  func text(_ interval: Interval) -> String {
    "[\(number(interval.lower, digits: 3)), \(number(interval.upper, digits: 3))]"
  }

  func number(_ value: Double, digits: Int = 4) -> String {
    guard value.isFinite else { return value < 0 ? "-inf" : "inf" }
    let scaled = value * factor
    return TextTable.number(scaled, digits: digits)
  }

  /// A share as a whole percentage, which is never a certainty that is not there.
  static func probability(_ value: Double?) -> String {
    guard let value else { return "" }
    if value > 0, value < 0.01 { return "<1 %" }
    if value < 1, value > 0.99 { return ">99 %" }
    return String(format: "%.0f %%", value * 100)
  }

  /// Exact sums, one a currency.
  static func bill(_ amounts: [Money], unknown: Int) -> String {
    let known = amounts.map { "\(number(of: $0)) \($0.currency)" }.joined(separator: " + ")
    let missing = unknown == 0 ? "" : "\(unknown) unknown"
    return [known.isEmpty && unknown == 0 ? "0" : known, missing].filter { !$0.isEmpty }.joined(separator: ", ")
  }

  static func number(of money: Money) -> String { TextTable.number(money.approximateValue, digits: 6) }

  /// Lines under a title, each with an indent; nothing where there are none.
  static func list(_ title: String, _ lines: [String]) -> [String] {
    var seen: Set<String> = []
    let fresh = lines.filter { seen.insert($0).inserted }
    return fresh.isEmpty ? [] : ["", "\(title):"] + fresh.map { "  " + TextTable.onOneLine($0) }
  }
}

extension CandidateMeasure {
  /// Which way is better, for the head of a row.
  var better: String { direction == .higherIsBetter ? "more" : "less" }
}

extension MeasuredValue {
  var absence: String? { if case .absent(let absence) = self { absence.reason } else { nil } }
}
