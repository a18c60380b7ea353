import Foundation
import Measures

/// What makes one qualifying candidate better than another.
public enum Objective: Sendable, Hashable {
  /// The best value of one measure, by its direction.
  case best(CandidateMeasure)
  /// The best weighted product of several (Bridgman, 1922): each value, or its inverse where less is better, to the power of
  /// its weight.
  ///
  /// A weight says what a relative change is worth: with weights 2 and 1, losing 1 % of the first is made up by 2 % of the
  /// second. So units have no say, no candidate's presence changes the order of two others, and a candidate that is better in
  /// all is always the better one. Values of zero are lifted by half the least positive value among the candidates.
  case weighted([Term])

  public struct Term: Sendable, Hashable, Encodable {
    public let measure: CandidateMeasure
    /// Above zero, in relation to the others'.
    public let weight: Double

    public init(_ measure: CandidateMeasure, weight: Double) {
      self.measure = measure
      self.weight = weight
    }
  }

  /// - Throws: ``DecisionError/againstDirection(text:measure:betterIs:)`` where less of the measure is not better.
  public static func minimise(_ measure: CandidateMeasure) throws(DecisionError) -> Objective {
    guard measure.direction == .lowerIsBetter else {
      throw .againstDirection(text: "minimise \(measure.name)", measure: measure.name, betterIs: "more")
    }
    return .best(measure)
  }

  /// - Throws: ``DecisionError/againstDirection(text:measure:betterIs:)`` where more of the measure is not better.
  public static func maximise(_ measure: CandidateMeasure) throws(DecisionError) -> Objective {
    guard measure.direction == .higherIsBetter else {
      throw .againstDirection(text: "maximise \(measure.name)", measure: measure.name, betterIs: "less")
    }
    return .best(measure)
  }

  /// - Throws: ``DecisionError`` for no terms, a measure named twice, and a weight that is not above zero.
  public static func weighing(_ terms: [Term]) throws(DecisionError) -> Objective {
    if terms.isEmpty { throw .noTerms }
    var seen: Set<CandidateMeasure> = []
    for term in terms {
      guard term.weight.isFinite, term.weight > 0 else {
        throw .invalidWeight(measure: term.measure.name, weight: "\(term.weight)")
      }
      guard seen.insert(term.measure).inserted else {
        throw .repeatedMeasure(name: term.measure.name, askedBy: "the weights")
      }
    }
    return .weighted(terms)
  }

  public var measures: [CandidateMeasure] {
    switch self {
    case .best(let measure): [measure]
    case .weighted(let terms): terms.map(\.measure)
    }
  }

  /// Whether more of ``utilities(_:)`` is better; they are the measure itself where there is one.
  var direction: Direction {
    if case .best(let measure) = self { measure.direction } else { .higherIsBetter }
  }

  /// One number a candidate, that orders them.
  /// - Parameter values: one row a candidate, in the order of ``measures``.
  func utilities(_ values: [[Double]]) -> [Double] {
    guard case .weighted(let terms) = self else { return values.map { $0[0] } }
    let total = terms.reduce(0) { $0 + $1.weight }
    var utilities = Array(repeating: 0.0, count: values.count)
    for (index, term) in terms.enumerated() {
      let column = values.map { $0[index] }
      // Only where there is a zero: then no ratio to it exists.
      let least = column.filter { $0 > 0 && $0.isFinite }.min()
      let lift = column.contains(0) ? (least ?? 1) / 2 : 0
      for (candidate, value) in column.enumerated() {
        let size = value < 0 ? -Double.infinity : log(value + lift)
        utilities[candidate] += term.weight / total * (term.measure.direction == .higherIsBetter ? size : -size)
      }
    }
    return utilities
  }

  /// The best of the candidates that `isAllowed` lets take part: several where they are equal. Utilities that are equal to
  /// rounding are told apart by dominance, so that a candidate that is better in all never loses by a last bit.
  func best(_ values: [[Double]], isAllowed: (Int) -> Bool) -> [Int] {
    let utilities = utilities(values)
    let allowed = values.indices.filter(isAllowed)
    guard var top = allowed.first.map({ utilities[$0] }) else { return [] }
    for candidate in allowed where direction.isBetter(utilities[candidate], than: top) { top = utilities[candidate] }
    guard case .weighted(let terms) = self else { return allowed.filter { utilities[$0] == top } }
    let near = allowed.filter { utilities[$0] == top || abs(utilities[$0] - top) <= 1e-12 * max(1, abs(top)) }
    let directions = terms.map(\.measure.direction)
    return near.filter { candidate in
      !near.contains { ParetoFrontier.dominates(values[$0], values[candidate], directions) }
    }
  }
}
