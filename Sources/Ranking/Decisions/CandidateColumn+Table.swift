import Measures

/// A column, or the reason why the candidate has none; and what a reader should know of it.
struct CompiledMeasure: Sendable {
  let column: CandidateColumn?
  let absence: Absence?
  let notes: [String]

  init(_ column: CandidateColumn, notes: [String] = []) {
    self.column = column
    absence = nil
    self.notes = notes
  }

  init(absent reason: String) {
    column = nil
    absence = Absence(reason)
    notes = []
  }
}

extension CandidateTable.Candidate {
  /// The measure over some rows, none of which is missing.
  func compiled(
    _ measure: CandidateMeasure, rows: [Int], failures: DecisionOptions.Failures
  ) -> CompiledMeasure {
    let outcomes = rows.map { self.outcomes[$0] }
    switch measure {
    case .errorRate:
      let errors = outcomes.map { if case .failed = $0 { 1.0 } else { 0.0 } }
      return CompiledMeasure(CandidateColumn(mean: errors, direction: .lowerIsBetter))
    case .score(let evaluator):
      let scores = outcomes.map { outcome -> Double? in
        switch outcome {
        case .answered(let observation): observation.scores[evaluator]?.value
        case .failed: failures == .worst ? 0 : nil
        case .missing: nil
        }
      }
      return averaged(scores, .higherIsBetter, "score of \(evaluator)", reason(outcomes, evaluator))
    case .passRate:
      return averaged(
        outcomes.map { $0.passed(failures).map { $0 ? 1 : 0 } }, .higherIsBetter, "verdict", "no row has a verdict")
    case .costPerRequest:
      return amounts(outcomes, "cost", perPass: false, failures) { $0.cost }
    case .costPerPassingRequest:
      return amounts(outcomes, "cost", perPass: true, failures) { $0.cost }
    case .energyPerRequest:
      return amounts(outcomes, "energy", perPass: false, failures) { $0.energy }
    case .energyPerPassingRequest:
      return amounts(outcomes, "energy", perPass: true, failures) { $0.energy }
    case .latency(let kind, let statistic):
      return latencies(outcomes, kind, statistic, failures)
    }
  }

  private func averaged(
    _ values: [Double?], _ direction: Direction, _ what: String, _ absence: String
  ) -> CompiledMeasure {
    let column = CandidateColumn(mean: values, direction: direction)
    guard column.count > 0 else { return CompiledMeasure(absent: absence) }
    return CompiledMeasure(column, notes: lacking(values.count - column.count, values.count, what))
  }

  private func lacking(_ lacking: Int, _ total: Int, _ what: String) -> [String] {
    lacking == 0 ? [] : ["\(name): \(lacking) of \(total) rows have no \(what), and are left out of it"]
  }

  private func reason(_ outcomes: [CandidateTable.Outcome], _ evaluator: MeasureID) -> String {
    for case .answered(let observation) in outcomes {
      if case .absent(let absence) = observation.scores[evaluator] {
        return "no row has a score of \(evaluator): \(absence.reason)"
      }
    }
    return "no row has a score of \(evaluator)"
  }

  /// A mean amount a request, or the total by the number of passes.
  ///
  /// An answer whose amount is not known leaves the measure without a value: a total without it would be too low. A failed
  /// request of unknown cost is left out, as one request that timed out would otherwise hide the cost of all others.
  private func amounts(
    _ outcomes: [CandidateTable.Outcome], _ what: String, perPass: Bool, _ failures: DecisionOptions.Failures,
    _ amount: (CandidateTable.Outcome) -> CandidateTable.Reading
  ) -> CompiledMeasure {
    var (above, below) = ([Double](), [Double]())
    var (unknownFailures, unjudged, passes, count) = (0, 0, 0, 0)
    for outcome in outcomes {
      var (numerator, denominator) = (0.0, 0.0)
      let passed = outcome.passed(.worst)
      switch amount(outcome) {
      case .absent(let absence):
        if case .answered = outcome { return CompiledMeasure(absent: "a row has no known \(what): \(absence.reason)") }
        unknownFailures += 1
      case .value(let value):
        if perPass, passed == nil {
          unjudged += 1
        } else {
          numerator = value
          denominator = !perPass || passed == true ? 1 : 0
          if passed == true { passes += 1 }
          count += 1
        }
      }
      above.append(numerator)
      below.append(denominator)
    }
    if count == 0 { return CompiledMeasure(absent: "no row has a known \(what)") }
    if perPass, passes == 0 {
      return CompiledMeasure(absent: "no request passed, so that \(what) per passing request has no value")
    }
    let column =
      perPass
      ? CandidateColumn(sumOf: above, by: below, count: count, direction: .lowerIsBetter)
      : CandidateColumn(mean: zip(above, below).map { $1 > 0 ? $0 : nil }, direction: .lowerIsBetter)
    return CompiledMeasure(
      column,
      notes: lacking(unknownFailures, outcomes.count, "known \(what) as they failed")
        + lacking(unjudged, outcomes.count, "verdict"))
  }

  private func latencies(
    _ outcomes: [CandidateTable.Outcome], _ kind: MeasureID, _ statistic: CandidateMeasure.LatencyStatistic,
    _ failures: DecisionOptions.Failures
  ) -> CompiledMeasure {
    var (failed, lacking) = (0, 0)
    let seconds = outcomes.map { outcome -> Double? in
      switch outcome {
      case .answered(let observation):
        if observation.latencies[kind] == nil { lacking += 1 }
        return observation.latencies[kind]
      case .failed:
        failed += 1
        return nil
      case .missing: return nil
      }
    }
    guard seconds.contains(where: { $0 != nil }) else { return CompiledMeasure(absent: "no row has a \(kind)") }
    let notes = self.lacking(lacking, outcomes.count, "\(kind)")
    guard case .quantile(let probability) = statistic else {
      let failures =
        failed == 0 ? [] : ["\(name): the mean \(kind) is of answered requests, without \(failed) that failed"]
      return CompiledMeasure(CandidateColumn(mean: seconds, direction: .lowerIsBetter), notes: notes + failures)
    }
    let counted = zip(outcomes, seconds).map { outcome, seconds -> Double? in
      if case .failed = outcome { return failures == .worst ? .infinity : nil }
      return seconds
    }
    let column = CandidateColumn(values: counted, probability: probability)
    guard column.value(counted.map { _ in 1 }).isFinite else {
      return CompiledMeasure(
        absent: "\(failed) of \(outcomes.count) requests failed, so that the \(statistic.name) of \(kind) has no value")
    }
    return CompiledMeasure(column, notes: notes)
  }
}

extension CandidateTable.Outcome {
  /// Nil without a verdict.
  func passed(_ failures: DecisionOptions.Failures) -> Bool? {
    switch self {
    case .answered(let observation): observation.passed
    case .failed: failures == .worst ? false : nil
    case .missing: nil
    }
  }

  /// In whole units of the currency.
  var cost: CandidateTable.Reading {
    switch self {
    case .answered(let observation): observation.cost.reading
    case .failed(_, let cost, _): cost.reading
    case .missing: .absent(Absence("the row was not run"))
    }
  }

  var energy: CandidateTable.Reading {
    switch self {
    case .answered(let observation): observation.energy
    case .failed(_, _, let energy): energy
    case .missing: .absent(Absence("the row was not run"))
    }
  }
}

extension CandidateTable.Cost {
  /// Picos in a unit of the currency.
  static let picosPerUnit = 1e12

  var reading: CandidateTable.Reading {
    switch self {
    case .exact(let picos): .value(Double(picos) / Self.picosPerUnit)
    case .absent(let absence): .absent(absence)
    }
  }
}
