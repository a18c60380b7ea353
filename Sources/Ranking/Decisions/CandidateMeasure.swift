public import Measures

/// What can be asked of a candidate over the rows of a ``CandidateTable``.
public enum CandidateMeasure: Sendable, Hashable {
  public enum LatencyStatistic: Sendable, Hashable {
    case mean
    /// Above 0 and below 1.
    case quantile(Double)
  }

  /// The mean of an evaluator's scores.
  case score(MeasureID)
  /// Rows passed, of those with a verdict.
  case passRate
  /// Requests that got no answer, of all.
  case errorRate
  case costPerRequest
  /// Total cost by rows passed.
  case costPerPassingRequest
  case energyPerRequest
  case energyPerPassingRequest
  case latency(MeasureID, LatencyStatistic)

  public var direction: Direction {
    switch self {
    case .score, .passRate: .higherIsBetter
    case .errorRate, .costPerRequest, .costPerPassingRequest, .energyPerRequest, .energyPerPassingRequest, .latency:
      .lowerIsBetter
    }
  }

  /// What the measure's values are in.
  public enum Dimension: Sendable, Hashable { case fraction, money, energy, time }

  public var dimension: Dimension {
    switch self {
    case .score, .passRate, .errorRate: .fraction
    case .costPerRequest, .costPerPassingRequest: .money
    case .energyPerRequest, .energyPerPassingRequest: .energy
    case .latency: .time
    }
  }

  /// The unit of its values. Money is in whole units of `currency`.
  public func unit(currency: String) -> Measures.Unit {
    switch dimension {
    case .fraction: .fraction
    case .money: Measures.Unit(rawValue: currency)
    case .energy: .joules
    case .time: .seconds
    }
  }

  /// As it is written on a command line: `AnswerRelevancy`, `pass-rate`, `p99`, `TTFT.p99`.
  public var name: String {
    switch self {
    case .score(let evaluator): evaluator.rawValue
    case .passRate: "pass-rate"
    case .errorRate: "error-rate"
    case .costPerRequest: "cost-per-request"
    case .costPerPassingRequest: "cost-per-passing-request"
    case .energyPerRequest: "energy-per-request"
    case .energyPerPassingRequest: "energy-per-passing-request"
    case .latency(CandidateTable.endToEnd, let statistic): statistic.name
    case .latency(let kind, let statistic): "\(kind).\(statistic.name)"
    }
  }

  /// Those that need no evaluator and no latency to be named.
  static let plain: [CandidateMeasure] = [
    .passRate, .errorRate, .costPerRequest, .costPerPassingRequest, .energyPerRequest, .energyPerPassingRequest,
  ]
}

extension CandidateMeasure: Encodable {
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }
}

extension CandidateMeasure.LatencyStatistic {
  /// `mean`, `p50`, `p99.9`.
  public var name: String {
    switch self {
    case .mean: return "mean"
    case .quantile(let probability):
      // Rounded, as 0.999 * 100 is not quite 99.9.
      let percent = (probability * 1e8).rounded() / 1e6
      return percent == percent.rounded() ? "p\(Int(percent))" : "p\(percent)"
    }
  }

  /// - Parameter name: in small letters. Nil for what is no statistic of latencies.
  init?(name: some StringProtocol) {
    if name == "mean" {
      self = .mean
      return
    }
    let digits = name.dropFirst()
    guard name.first == "p", digits.count <= 8, digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
      // Read as a hundredth of the digits, as 99.9 / 100 is not quite 0.999.
      let probability = Double(digits + "e-2"), probability > 0, probability < 1
    else { return nil }
    self = .quantile(probability)
  }
}

extension CandidateTable {
  /// Every measure that a name can ask for, the usual statistics of each latency among them.
  public var measures: [CandidateMeasure] {
    let statistics: [CandidateMeasure.LatencyStatistic] = [
      .mean, .quantile(0.5), .quantile(0.9), .quantile(0.99),
    ]
    return evaluators.map(CandidateMeasure.score) + CandidateMeasure.plain
      + latencyKinds.flatMap { kind in statistics.map { CandidateMeasure.latency(kind, $0) } }
  }

  /// The measure that a user names, whatever its capitals; `_` is as good as `-`. `p99` means the end-to-end latency, or the
  /// only kind there is.
  ///
  /// - Parameter askedBy: the option, for the error.
  /// - Throws: ``DecisionError/unknownMeasure(name:askedBy:known:)`` with those that there are, and
  ///   ``DecisionError/ambiguousMeasure(name:askedBy:candidates:)``.
  public func measure(named name: String, askedBy: String) throws(DecisionError) -> CandidateMeasure {
    if let exact = measures.first(where: { $0.name == name }) { return exact }
    let wanted = Self.folded(name)
    let matches = measures.filter { Self.folded($0.name) == wanted }
    if matches.count > 1 {
      throw .ambiguousMeasure(name: name, askedBy: askedBy, candidates: matches.map(\.name))
    }
    if let match = matches.first { return match }
    return try latency(named: wanted, asWritten: name, askedBy: askedBy)
  }

  private func latency(
    named wanted: String, asWritten name: String, askedBy: String
  ) throws(DecisionError) -> CandidateMeasure {
    let kinds = latencyKinds
    if let statistic = CandidateMeasure.LatencyStatistic(name: wanted) {
      if kinds.contains(Self.endToEnd) { return .latency(Self.endToEnd, statistic) }
      if kinds.count > 1 {
        throw .ambiguousMeasure(name: name, askedBy: askedBy, candidates: kinds.map { "\($0).\(statistic.name)" })
      }
      if let only = kinds.first { return .latency(only, statistic) }
    }
    for kind in kinds {
      let prefix = Self.folded(kind.rawValue) + "."
      if wanted.hasPrefix(prefix),
        let statistic = CandidateMeasure.LatencyStatistic(name: wanted.dropFirst(prefix.count))
      {
        return .latency(kind, statistic)
      }
    }
    throw .unknownMeasure(name: name, askedBy: askedBy, known: measures.map(\.name))
  }

  private static func folded(_ name: String) -> String {
    String(name.lowercased().map { $0 == "_" ? "-" : $0 })
  }
}
