public import Measures

/// Every candidate's measures over the rows that all have run.
public struct CandidateSummary: Sendable, Hashable, Encodable {
  public struct Line: Sendable, Hashable, Encodable {
    public let candidate: String
    /// In the order of the summary's measures.
    public let values: [MeasuredValue]
    /// Rows that it was asked and gave no answer to.
    public let errors: Int
    /// The exact cost of all shared rows in millionths of a millionth of the currency's unit. Nil where a row's cost is not
    /// known.
    public let totalCostPicos: Int64?
  }

  public let dataset: String
  public let currency: String
  public let measures: [CandidateMeasure]
  public let lines: [Line]
  /// Rows that all candidates have run.
  public let rows: Int
  /// Rows that some candidate has not run.
  public let rowsLeftOut: Int
  /// What a reader should know, such as rows without a verdict.
  public let notes: [String]
}

extension CandidateTable {
  /// The measures of every candidate with their intervals: BCa bootstrap over rows for means and ratios, Wilson's for rates,
  /// the percentile bootstrap for quantiles.
  public func summary(
    of measures: [CandidateMeasure], options: DecisionOptions = DecisionOptions()
  ) -> CandidateSummary {
    let measures = measures.uniqued()
    let evaluation = JointEvaluation(self, measures, options)
    return CandidateSummary(
      dataset: dataset, currency: currency, measures: measures,
      lines: candidates.indices.map { index in
        let outcomes = evaluation.rows.map { candidates[index].outcomes[$0] }
        return CandidateSummary.Line(
          candidate: candidates[index].name, values: measures.map { evaluation.value(index, $0) },
          errors: outcomes.count { if case .failed = $0 { true } else { false } },
          totalCostPicos: Self.total(outcomes))
      },
      rows: evaluation.rows.count, rowsLeftOut: evaluation.rowsLeftOut, notes: evaluation.notes)
  }

  private static func total(_ outcomes: [Outcome]) -> Int64? {
    var total: Int64 = 0
    for outcome in outcomes {
      let cost: Cost
      switch outcome {
      case .answered(let observation): cost = observation.cost
      case .failed(_, let paid, _): cost = paid
      case .missing: continue
      }
      guard let picos = cost.picos else { return nil }
      let (sum, overflow) = total.addingReportingOverflow(picos)
      if overflow { return nil }
      total = sum
    }
    return total
  }
}
