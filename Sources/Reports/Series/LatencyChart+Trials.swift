import Measures
import Records

extension LatencyChart {
  /// The lengths of the members' training steps, or of all their steps where none trained; warm-up left out. Nil
  /// when no step was timed.
  init?(_ members: [TrialSelection.Member], maximumQuantiles: Int = 301) {
    methods = members.compactMap { member in
      let steps = member.finished.flatMap { $0.evidence?.steps ?? [] }.filter { !$0.isWarmup && $0.seconds > 0 }
      let training = steps.filter { $0.phase == .train }
      let seconds = (training.isEmpty ? steps : training).map(\.seconds).sorted()
      guard let first = seconds.first, let last = seconds.last else { return nil }
      let count = min(seconds.count, maximumQuantiles)
      return Method(
        method: member.label, count: seconds.count, minimum: first, p50: Self.quantile(seconds, 0.5),
        p90: Self.quantile(seconds, 0.9), p99: Self.quantile(seconds, 0.99), maximum: last,
        quantiles: (0..<count).map { Self.quantile(seconds, count == 1 ? 0.5 : Double($0) / Double(count - 1)) })
    }
    if methods.isEmpty { return nil }
  }

  private static func quantile(_ seconds: [Double], _ share: Double) -> Double {
    Statistics.quantile(seconds, share) ?? 0
  }
}
