public import Measures

/// Who is beaten by nobody in quality and cost, and how sure that is.
public struct CandidateFrontier: Sendable, Hashable, Encodable {
  /// Another candidate that is at least as good on every axis and better on one.
  public struct Dominator: Sendable, Hashable, Encodable {
    public let candidate: String
    /// How often it dominates over the resamples. Nil without resamples.
    public let probability: Double?
  }

  public struct Standing: Sendable, Hashable, Encodable {
    public let candidate: String
    public let quality: MeasuredValue
    public let cost: MeasuredValue
    /// Nil where no latency was asked for.
    public let latency: MeasuredValue?
    public let isMember: Bool
    /// Empty for members.
    public let dominatedBy: [Dominator]
    /// How often it is on the frontier over the resamples, each of which takes the same rows for all candidates. Nil under two
    /// rows.
    public let membershipProbability: Double?
  }

  /// A candidate that lacks an axis, and takes no part.
  public struct Unplaced: Sendable, Hashable, Encodable {
    public let candidate: String
    public let measure: CandidateMeasure
    public let absence: Absence
  }

  public let quality: CandidateMeasure
  public let cost: CandidateMeasure
  public let latency: CandidateMeasure?
  /// Whether latency is an axis of its own, or is only shown.
  public let isLatencyAnAxis: Bool
  /// In the order of the table.
  public let standings: [Standing]
  public let unplaced: [Unplaced]
  public let rows: Int
  public let rowsLeftOut: Int
  public let notes: [String]

  public var members: [String] { standings.filter(\.isMember).map(\.candidate) }

  /// - Parameters:
  ///   - latency: shown beside the two axes, or the third.
  ///   - isLatencyAnAxis: whether a faster candidate can be on the frontier for that alone.
  /// - Throws: ``DecisionError/repeatedMeasure(name:askedBy:)``.
  public init(
    _ table: CandidateTable, quality: CandidateMeasure, cost: CandidateMeasure, latency: CandidateMeasure? = nil,
    isLatencyAnAxis: Bool = false, options: DecisionOptions = DecisionOptions()
  ) throws(DecisionError) {
    let shown = [quality, cost] + (latency.map { [$0] } ?? [])
    for (place, measure) in shown.enumerated() where shown.firstIndex(of: measure) != place {
      throw .repeatedMeasure(name: measure.name, askedBy: "the frontier")
    }
    let axes = isLatencyAnAxis ? shown : [quality, cost]
    let evaluation = JointEvaluation(table, shown, options)
    var placed: [Int] = []
    var unplaced: [Unplaced] = []
    for candidate in table.candidates.indices {
      let lacking = axes.first { evaluation.series(candidate, $0) == nil }
      if let lacking, let absence = evaluation.absence(candidate, lacking) {
        unplaced.append(
          Unplaced(candidate: evaluation.candidates[candidate], measure: lacking, absence: absence))
      } else {
        placed.append(candidate)
      }
    }
    let points = placed.map { candidate in axes.map { evaluation.series(candidate, $0)! } }
    let dominations = Dominations(points, axes.map(\.direction))

    standings = placed.enumerated().map { place, candidate in
      let betters = placed.indices.filter { dominations.holds($0, place) }
      return Standing(
        candidate: evaluation.candidates[candidate], quality: evaluation.value(candidate, quality),
        cost: evaluation.value(candidate, cost), latency: latency.map { evaluation.value(candidate, $0) },
        isMember: betters.isEmpty,
        dominatedBy: betters.map {
          Dominator(
            candidate: evaluation.candidates[placed[$0]], probability: dominations.probability($0, place))
        }, membershipProbability: dominations.membership(place))
    }
    self.unplaced = unplaced
    self.quality = quality
    self.cost = cost
    self.latency = latency
    self.isLatencyAnAxis = isLatencyAnAxis
    rows = evaluation.rows.count
    rowsLeftOut = evaluation.rowsLeftOut
    notes = evaluation.notes
  }
}

/// Who dominates whom, in the sample and over its resamples.
private struct Dominations {
  private let inSample: [[Bool]]
  private var counts: [[Int]]
  private var memberships: [Int]
  private let draws: Int

  init(_ points: [[JointBootstrap.Series]], _ directions: [Direction]) {
    let estimates = points.map { $0.map(\.estimate) }
    inSample = estimates.map { first in estimates.map { ParetoFrontier.dominates(first, $0, directions) } }
    counts = points.map { _ in Array(repeating: 0, count: points.count) }
    memberships = Array(repeating: 0, count: points.count)
    draws = points.first?.first?.draws.count ?? 0
    for draw in 0..<draws {
      let values = points.map { $0.map { $0.draws[draw] } }
      for second in values.indices {
        var isMember = true
        for first in values.indices where ParetoFrontier.dominates(values[first], values[second], directions) {
          counts[first][second] += 1
          isMember = false
        }
        if isMember { memberships[second] += 1 }
      }
    }
  }

  func holds(_ first: Int, _ second: Int) -> Bool { inSample[first][second] }

  func probability(_ first: Int, _ second: Int) -> Double? {
    draws == 0 ? nil : Double(counts[first][second]) / Double(draws)
  }

  func membership(_ candidate: Int) -> Double? {
    draws == 0 ? nil : Double(memberships[candidate]) / Double(draws)
  }
}
