import Measures

/// How a ``Recommendation`` comes about.
struct Decision {
  private let objective: Objective
  private let requirements: [Requirement]
  private let options: DecisionOptions
  private let evaluation: JointEvaluation
  /// By candidate. Empty where a measure is absent.
  private let checks: [[RequirementCheck]]
  private let lacking: [(measure: CandidateMeasure, absence: Absence)?]
  private let measured: [Int]
  /// Of the objective's measures, by the place in ``measured``.
  private let objectives: [[JointBootstrap.Series]]

  init(
    _ table: CandidateTable, _ objective: Objective, _ requirements: [Requirement], _ options: DecisionOptions
  ) {
    let measures = (requirements.map(\.measure) + objective.measures).uniqued()
    let evaluation = JointEvaluation(table, measures, options)
    let lacking = table.candidates.indices.map { candidate in
      measures.lazy.compactMap { measure in
        evaluation.absence(candidate, measure).map { (measure: measure, absence: $0) }
      }.first
    }
    checks = table.candidates.indices.map { candidate in
      lacking[candidate] != nil
        ? []
        : requirements.map {
          RequirementCheck(
            $0, evaluation.column(candidate, $0.measure)!, evaluation.series(candidate, $0.measure)!,
            rows: evaluation.rows.count, units: evaluation.units, assurance: options.assurance)
        }
    }
    measured = table.candidates.indices.filter { lacking[$0] == nil }
    objectives = measured.map { candidate in objective.measures.map { evaluation.series(candidate, $0)! } }
    self.lacking = lacking
    self.objective = objective
    self.requirements = requirements
    self.options = options
    self.evaluation = evaluation
  }

  var recommendation: Recommendation {
    let best = probabilitiesBest()
    let standings = evaluation.candidates.indices.map { standing($0, probabilityBest: best[$0]) }
    return Recommendation(
      outcome: outcome(standings), standings: standings, rows: evaluation.rows.count,
      rowsLeftOut: evaluation.rowsLeftOut, notes: evaluation.notes)
  }

  private func outcome(_ standings: [Recommendation.Standing]) -> Recommendation.Outcome {
    let rows = evaluation.rows.count
    guard evaluation.units >= options.minimumRows else {
      let what = evaluation.units == rows ? "rows" : "clusters of rows"
      return .notEnoughData(
        .init(
          reason: .tooFewRows, rows: rows, rowsNeeded: rowsFor(units: options.minimumRows), candidate: nil,
          explanation: "\(evaluation.units) \(what) that every candidate has run are too few to decide on: it takes at "
            + "least \(options.minimumRows)"))
    }
    let qualified = measured.filter { standings[$0].qualification == .qualifies }
    let places = Set(qualified)
    let estimates = objectives.map { $0.map(\.estimate) }
    if let winner = objective.best(estimates, isAllowed: { places.contains(measured[$0]) }).first {
      return .recommended(choice(winner, standings, places, estimates))
    }
    let undecided = measured.filter { if case .undecided = standings[$0].qualification { true } else { false } }
    if !undecided.isEmpty { return .notEnoughData(shortfall(undecided, standings)) }
    if let miss = nearestMiss(standings) { return .noneQualifies(miss) }
    let absences = zip(evaluation.candidates, lacking).compactMap { name, lack in
      lack.map { "\(name) has no \($0.measure.name) (\($0.absence.reason))" }
    }
    return .notEnoughData(
      .init(
        reason: .unmeasured, rows: rows, rowsNeeded: nil, candidate: nil,
        explanation: absences.joined(separator: "; ")))
  }

  /// - Parameters:
  ///   - winner: a place in ``measured``, like those of `estimates`.
  ///   - qualified: candidates.
  private func choice(
    _ winner: Int, _ standings: [Recommendation.Standing], _ qualified: Set<Int>, _ estimates: [[Double]]
  ) -> Recommendation.Choice {
    let utilities = objective.utilities(estimates)
    let next = objective.best(estimates) { $0 != winner && qualified.contains(measured[$0]) }.first
    let contenders = measured.indices.filter { place in
      guard case .undecided = standings[measured[place]].qualification else { return false }
      return objective.direction.isBetter(utilities[place], than: utilities[winner])
    }
    let standing = standings[measured[winner]]
    return Recommendation.Choice(
      candidate: standing.candidate, probabilityBest: standing.probabilityBest,
      probabilityQualifies: standing.probabilityQualifies ?? 0, lead: next.map { lead(winner, over: $0) },
      contenders: contenders.map { evaluation.candidates[measured[$0]] })
  }

  private func lead(_ winner: Int, over next: Int) -> Recommendation.Lead {
    let difference: Double
    let draws: [Double]
    let interval: Interval?
    if case .best = objective {
      let series = objectives[winner][0].minus(objectives[next][0])
      difference = series.estimate
      draws = series.draws
      interval = series.interval(confidence: options.confidence)
    } else {
      let estimates = objective.utilities(objectives.map { $0.map(\.estimate) })
      difference = estimates[winner] - estimates[next]
      draws = drawCount.map { draw in
        let utilities = objective.utilities(objectives.map { $0.map { $0.draws[draw] } })
        return utilities[winner] - utilities[next]
      }
      interval = JointBootstrap.Series.percentile(draws, confidence: options.confidence)
    }
    let ahead = draws.reduce(0.0) {
      $0 + (objective.direction.isBetter($1, than: 0) ? 1 : $1 == 0 || $1.isNaN ? 0.5 : 0)
    }
    let error = draws.allSatisfy(\.isFinite) ? Statistics.standardDeviation(draws) : nil
    return Recommendation.Lead(
      runnerUp: evaluation.candidates[measured[next]], difference: difference, interval: interval,
      probabilityAhead: draws.isEmpty ? 0.5 : ahead / Double(draws.count),
      rowsToSeparate: error.flatMap {
        RequiredRows.scaled(
          rows: evaluation.rows.count, standardError: $0, difference: difference,
          significance: 1 - options.confidence, power: options.power)
      })
  }

  private func shortfall(
    _ undecided: [Int], _ standings: [Recommendation.Standing]
  ) -> Recommendation.Shortfall {
    func needed(_ candidate: Int) -> Int {
      if case .undecided(let rows?) = standings[candidate].qualification { rows } else { .max }
    }
    let nearest = undecided.min { needed($0) < needed($1) }!
    let rows = needed(nearest)
    let name = evaluation.candidates[nearest]
    let probability = Int(((standings[nearest].probabilityQualifies ?? 0) * 100).rounded())
    return Recommendation.Shortfall(
      reason: .undecided, rows: evaluation.rows.count, rowsNeeded: rows == .max ? nil : rows, candidate: name,
      explanation: "no candidate surely qualifies; \(name) may, with a probability of \(probability) %"
        + (rows == .max ? ", and lies on the bound" : ": about \(rows) rows would tell"))
  }

  /// The candidate whose largest relative shortfall is the least.
  private func nearestMiss(_ standings: [Recommendation.Standing]) -> Recommendation.NearestMiss? {
    let misses = measured.compactMap { candidate -> (candidate: Int, check: RequirementCheck, gap: Double)? in
      // A candidate may be out by its probabilities though its estimates meet the bounds: then its least sure bound is the miss.
      let worst = checks[candidate].max {
        (Self.relativeGap($0), -$0.probability) < (Self.relativeGap($1), -$1.probability)
      }
      return worst.map { (candidate, $0, Self.relativeGap($0)) }
    }
    guard let nearest = misses.min(by: { $0.gap < $1.gap }) else { return nil }
    let check = nearest.check
    let shortBy = check.isMet ? 0 : abs(check.requirement.bound - check.estimate)
    return Recommendation.NearestMiss(
      candidate: evaluation.candidates[nearest.candidate], requirement: check.requirement, value: check.estimate,
      shortBy: shortBy, relative: check.requirement.bound == 0 ? nil : shortBy / check.requirement.bound,
      probabilityQualifies: standings[nearest.candidate].probabilityQualifies ?? 0)
  }

  private static func relativeGap(_ check: RequirementCheck) -> Double {
    if check.isMet { return 0 }
    let bound = check.requirement.bound
    return bound == 0 ? .infinity : abs(bound - check.estimate) / bound
  }

  private func standing(_ candidate: Int, probabilityBest: Double) -> Recommendation.Standing {
    let probability = probabilityQualifies(candidate)
    return Recommendation.Standing(
      candidate: evaluation.candidates[candidate],
      values: objective.measures.map { evaluation.value(candidate, $0) },
      requirements: requirements.map { requirement in
        let check = checks[candidate].first { $0.requirement == requirement }
        return Recommendation.RequirementStanding(
          requirement: requirement, value: evaluation.value(candidate, requirement.measure), isMet: check?.isMet,
          probability: check?.probability, rowsNeeded: check.flatMap { isOpen($0.probability) ? $0.rowsNeeded : nil })
      }, qualification: qualification(candidate, probability), probabilityQualifies: probability,
      probabilityBest: probabilityBest)
  }

  private func isOpen(_ probability: Double) -> Bool {
    probability > 1 - options.assurance && probability < options.assurance
  }

  private func qualification(_ candidate: Int, _ probability: Double?) -> Recommendation.Qualification {
    guard let probability else {
      let lack = lacking[candidate]!
      return .unmeasured(lack.measure, lack.absence)
    }
    let checks = checks[candidate]
    if checks.allSatisfy(\.isMet), probability >= options.assurance { return .qualifies }
    let leastSure = checks.map(\.probability).min() ?? 1
    if min(leastSure, jointShare(candidate)) <= 1 - options.assurance { return .fails }
    // Several that are each nearly sure may be unsure together: then the one that takes longest stands for them.
    let open = checks.filter { isOpen($0.probability) }
    let needed = (open.isEmpty ? checks : open).map(\.rowsNeeded)
    let most = needed.compactMap { $0 }.max()
    return .undecided(rowsNeeded: needed.contains(nil) ? nil : most.map { max($0, evaluation.rows.count + 1) })
  }

  /// That all requirements are met. Those judged by resamples are judged jointly, the others apart.
  private func probabilityQualifies(_ candidate: Int) -> Double? {
    guard lacking[candidate] == nil else { return nil }
    return checks[candidate].filter { !$0.isBootstrapped }.reduce(jointShare(candidate)) { $0 * $1.probability }
  }

  /// The share of resamples that meet all requirements that resamples can judge.
  private func jointShare(_ candidate: Int) -> Double {
    let judged = checks[candidate].filter(\.isBootstrapped).map {
      ($0.requirement, evaluation.series(candidate, $0.requirement.measure)!.draws)
    }
    guard let count = judged.first?.1.count, count > 0 else {
      return checks[candidate].allSatisfy { !$0.isBootstrapped || $0.isMet } ? 1 : 0
    }
    let met = (0..<count).count { draw in judged.allSatisfy { $0.0.isMet(by: $0.1[draw]) } }
    return Double(met) / Double(count)
  }

  private var drawCount: Range<Int> { 0..<(objectives.first?.first?.draws.count ?? 0) }

  /// By candidate: how often it is the best of those that meet the requirements in a resample.
  private func probabilitiesBest() -> [Double] {
    var shares = Array(repeating: 0.0, count: evaluation.candidates.count)
    let bounds = measured.map { candidate in
      requirements.map { ($0, evaluation.series(candidate, $0.measure)!.draws) }
    }
    for draw in drawCount {
      let values = objectives.map { $0.map { $0.draws[draw] } }
      let best = objective.best(values) { place in bounds[place].allSatisfy { $0.0.isMet(by: $0.1[draw]) } }
      for place in best { shares[measured[place]] += 1 / Double(best.count) }
    }
    return shares.map { $0 / Double(max(1, drawCount.count)) }
  }

  private func rowsFor(units: Int) -> Int {
    guard evaluation.units > 0 else { return units }
    return Int((Double(units) * Double(evaluation.rows.count) / Double(evaluation.units)).rounded(.up))
  }
}
