public import Measures

/// By how much one candidate differs from another in one measure, over the same rows.
public struct CandidateDifference: Sendable, Hashable, Encodable {
  public enum Test: String, Sendable, Hashable, Encodable {
    /// McNemar's exact test, for rates.
    case mcNemar = "mcnemar-exact"
    /// The sign-flip permutation test of the mean difference.
    case permutation
    /// The share of joint resamples on the other side of zero, for ratios and quantiles.
    case bootstrap
  }

  public let measure: CandidateMeasure
  public let candidate: String
  /// What it is compared with.
  public let reference: String
  public let value: MeasuredValue
  public let referenceValue: MeasuredValue
  /// `candidate - reference`, with its interval; absent where one of the two is. Its count is the rows both have a value for.
  public let difference: MeasuredValue
  public let test: Test?
  /// Two-sided. Nil where there is no difference to test.
  public let pValue: Double?
  /// After the correction for all the comparisons made together.
  public let adjustedPValue: Double?
  /// Cohen's d of the paired rows, for means. Nil elsewhere.
  public let effectSize: Double?
  /// Which rows were passed (or, for the error rate, failed) by which, the candidate being the first. Nil but for rates.
  public let outcomes: PairedOutcomes?
  /// Rows it would take to tell the two apart if the difference is what it seems. Nil where none would do.
  public let rowsToSeparate: Int?

  /// Whether the adjusted test tells the two apart.
  public func isSignificant(at significance: Double = 0.05) -> Bool { (adjustedPValue ?? 1) <= significance }

  /// Positive when the candidate is worse. Nil without a difference.
  public var worsening: Double? {
    difference.quantity.map { measure.direction == .higherIsBetter ? -$0.value : $0.value }
  }

  /// The most by which it may be worse, by the interval.
  public var greatestWorsening: Double? {
    difference.quantity?.interval.map { measure.direction == .higherIsBetter ? -$0.lower : $0.upper }
  }

  fileprivate func adjusted(_ pValue: Double?) -> CandidateDifference {
    CandidateDifference(
      measure: measure, candidate: candidate, reference: reference, value: value, referenceValue: referenceValue,
      difference: difference, test: test, pValue: self.pValue, adjustedPValue: pValue, effectSize: effectSize,
      outcomes: outcomes, rowsToSeparate: rowsToSeparate)
  }
}

extension [CandidateDifference] {
  /// With the p-values corrected for all of them together.
  public func corrected(_ correction: MultipleComparisons) -> [CandidateDifference] {
    let tested = indices.filter { self[$0].pValue != nil }
    var result = self
    for (index, adjusted) in zip(tested, correction.adjusted(tested.map { self[$0].pValue! })) {
      result[index] = self[index].adjusted(adjusted)
    }
    return result
  }
}

extension CandidateTable {
  /// Every other candidate against `reference` in each measure, corrected for all these comparisons together.
  ///
  /// - Parameter reference: a candidate's name.
  /// - Throws: ``DecisionError/nothingShared(what:)`` where there is no such candidate.
  public func differences(
    of measures: [CandidateMeasure], from reference: String, correction: MultipleComparisons = .holm,
    options: DecisionOptions = DecisionOptions()
  ) throws(DecisionError) -> [CandidateDifference] {
    guard let base = candidates.firstIndex(where: { $0.name == reference }) else {
      throw .nothingShared(what: "candidate '\(reference)'")
    }
    let measures = measures.uniqued()
    let evaluation = JointEvaluation(self, measures, options)
    let differences = candidates.indices.filter { $0 != base }.flatMap { candidate in
      measures.map { evaluation.difference(candidate, base, $0, clusters: clusters) }
    }
    return differences.corrected(correction)
  }
}

extension JointEvaluation {
  /// - Parameter clusters: those of the whole table.
  func difference(
    _ candidate: Int, _ reference: Int, _ measure: CandidateMeasure, clusters: [String]?
  ) -> CandidateDifference {
    var result = Parts()
    if let column = column(candidate, measure), let other = self.column(reference, measure) {
      if let values = column.rowValues, let others = other.rowValues {
        result = parts(values, others, measure, clusters: clusters)
      } else {
        result = parts(series(candidate, measure)!.minus(series(reference, measure)!), column, other)
      }
    } else {
      result.absence = absence(candidate, measure) ?? absence(reference, measure)
    }
    return CandidateDifference(
      measure: measure, candidate: candidates[candidate], reference: candidates[reference],
      value: value(candidate, measure), referenceValue: value(reference, measure),
      difference: result.difference.map { .value($0) }
        ?? .absent(result.absence ?? Absence("no row has a value for both")), test: result.test,
      pValue: result.pValue, adjustedPValue: result.pValue, effectSize: result.effectSize,
      outcomes: result.outcomes, rowsToSeparate: result.rowsToSeparate)
  }

  private struct Parts {
    var difference: Quantity?
    var test: CandidateDifference.Test?
    var pValue: Double?
    var effectSize: Double?
    var outcomes: PairedOutcomes?
    var rowsToSeparate: Int?
    var absence: Absence?
  }

  /// Of a mean: over the rows for which both have a value.
  private func parts(
    _ values: [Double?], _ others: [Double?], _ measure: CandidateMeasure, clusters: [String]?
  ) -> Parts {
    var pairs: [(first: Double, second: Double)] = []
    var clustersOfPairs: [String] = []
    for (place, (value, other)) in zip(values, others).enumerated() {
      guard let value, let other else { continue }
      pairs.append((first: value, second: other))
      if let clusters { clustersOfPairs.append(clusters[rows[place]]) }
    }
    guard
      let comparison = PairedComparison(
        pairs, clusters: clusters == nil ? nil : clustersOfPairs, confidence: options.confidence,
        resamples: options.resamples, flips: options.flips, seed: options.seed)
    else { return Parts() }
    var parts = Parts(
      difference: Quantity(comparison.difference, interval: comparison.interval, count: comparison.rows),
      test: .permutation, pValue: comparison.permutationTest.pValue, effectSize: comparison.effectSize)
    let significance = 1 - options.confidence
    if measure == .passRate || measure == .errorRate {
      let outcomes = PairedOutcomes(pairs.map { (first: $0.first == 1, second: $0.second == 1) })
      parts.outcomes = outcomes
      parts.effectSize = nil
      // Rows of a cluster are no independent evidence: then the clusters' flips are the test.
      if clusters == nil {
        parts.test = .mcNemar
        parts.pValue = outcomes.exactPValue
        parts.difference = Quantity(
          comparison.difference, interval: outcomes.differenceInterval(confidence: options.confidence),
          count: comparison.rows)
        parts.rowsToSeparate = RequiredRows.mcNemar(
          firstOnly: Double(outcomes.firstOnly) / Double(outcomes.rows),
          secondOnly: Double(outcomes.secondOnly) / Double(outcomes.rows), significance: significance,
          power: options.power)
        return parts
      }
    }
    if clusters == nil {
      parts.rowsToSeparate = comparison.deviation.flatMap {
        RequiredRows.pairedMeans(
          difference: comparison.difference, standardDeviation: $0, significance: significance, power: options.power)
      }
    } else if let interval = comparison.interval {
      // The interval's width knows how rows of a cluster hang together; a normal one of that width has this error.
      let reach = (interval.upper - interval.lower) / 2
      let error = reach / RequiredRows.reach(confidence: options.confidence)
      parts.rowsToSeparate = RequiredRows.scaled(
        rows: comparison.rows, standardError: error, difference: comparison.difference, significance: significance,
        power: options.power)
    }
    return parts
  }

  /// Of a ratio or a quantile: from the joint resamples.
  private func parts(
    _ series: JointBootstrap.Series, _ column: CandidateColumn, _ other: CandidateColumn
  ) -> Parts {
    let count = min(column.count, other.count)
    return Parts(
      difference: Quantity(
        series.estimate, interval: series.interval(confidence: options.confidence), count: count), test: .bootstrap,
      pValue: series.pValue,
      rowsToSeparate: series.standardError.flatMap {
        RequiredRows.scaled(
          rows: rows.count, standardError: $0, difference: series.estimate, significance: 1 - options.confidence,
          power: options.power)
      })
  }
}

extension JointBootstrap.Series {
  /// Twice the share of draws on the rarer side of zero, with one draw added to each side so that it is never zero. Nil
  /// without draws.
  var pValue: Double? {
    let draws = draws.filter { !$0.isNaN }
    guard !draws.isEmpty else { return nil }
    let atMost = draws.count { $0 <= 0 }
    let atLeast = draws.count { $0 >= 0 }
    return min(1, 2 * Double(min(atMost, atLeast) + 1) / Double(draws.count + 1))
  }
}
