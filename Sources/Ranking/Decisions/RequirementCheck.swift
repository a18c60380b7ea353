import Measures

/// How probable it is that a candidate meets one requirement, and how many rows would settle it.
///
/// The bootstrap cannot see what the sample does not hold: where 30 of 30 rows passed, every resample passes, and the
/// largest latency of a resample is never above the sample's. So rates are judged by the posterior of a share under
/// Jeffreys' prior, and so are quantiles, as `p99 <= 2 s` says that at least 99 % of requests take 2 s at most. Scores that
/// are all one number are judged by the share of rows that may still be different. Everything else is judged by the share
/// of resamples that meet the bound.
struct RequirementCheck: Sendable {
  let requirement: Requirement
  let estimate: Double
  let probability: Double
  /// Whether the probability is a share of resamples, which can be had jointly with others'.
  let isBootstrapped: Bool
  /// Rows until the probability reaches the assurance or its opposite. Nil where no number would do.
  let rowsNeeded: Int?

  var isMet: Bool { requirement.isMet(by: estimate) }

  /// - Parameters:
  ///   - rows: compared.
  ///   - units: independent ones among them.
  init(
    _ requirement: Requirement, _ column: CandidateColumn, _ series: JointBootstrap.Series, rows: Int, units: Int,
    assurance: Double
  ) {
    self.requirement = requirement
    estimate = series.estimate
    if let share = Share(requirement, column, estimate: series.estimate) {
      // Clustered rows count as many as there are clusters.
      let weight = Double(units) / Double(max(rows, 1))
      let above = Proportion.probability(
        ofAtLeast: share.bound, successes: share.successes * weight, trials: share.trials * weight)
      probability = share.wantsAtLeast ? above : 1 - above
      isBootstrapped = false
      rowsNeeded = RequiredRows.share(
        share.trials > 0 ? share.successes / share.trials : 0, bound: share.bound, assurance: assurance
      ).map { Int((Double($0) / weight).rounded(.up)) }
    } else {
      let met = series.draws.count { requirement.isMet(by: $0) }
      probability =
        series.draws.isEmpty
        ? (requirement.isMet(by: series.estimate) ? 1 : 0) : Double(met) / Double(series.draws.count)
      isBootstrapped = true
      rowsNeeded = series.standardError.flatMap {
        RequiredRows.assured(
          rows: rows, standardError: $0, distance: series.estimate - requirement.bound, assurance: assurance)
      }
    }
  }
}

/// A requirement as one on a share of rows.
private struct Share {
  let successes: Double
  let trials: Double
  let bound: Double
  let wantsAtLeast: Bool

  init?(_ requirement: Requirement, _ column: CandidateColumn, estimate: Double) {
    let bound = requirement.bound
    let count = Double(column.count)
    switch requirement.measure {
    case .passRate, .errorRate:
      successes = (estimate * count).rounded()
      self.bound = bound
      wantsAtLeast = requirement.measure == .passRate
    case .latency(_, .quantile(let probability)):
      guard let kept = column.countAtMost(bound) else { return nil }
      successes = Double(kept)
      self.bound = probability
      wantsAtLeast = true
    case .score:
      guard let only = column.onlyValue else { return nil }
      // The share of other rows that there may be, of score 0 at worst, or that there would have to be, of score 1.
      successes = 0
      wantsAtLeast = only < bound
      self.bound = only < bound ? (bound - only) / (1 - only) : only > 0 ? 1 - bound / only : 1
    default: return nil
    }
    trials = count
  }
}
