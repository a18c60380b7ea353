import Measures
import Records

extension LossCurves {
  /// The training losses of the members' trials, at most `maximumPoints` a curve.
  ///
  /// Consecutive steps are averaged, so no step is left out of the picture. A loss that is not finite has no place on
  /// a curve: it leaves a gap of its own step only. Nil when no trial reported a loss.
  init?(_ members: [TrialSelection.Member], maximumPoints: Int = 240) {
    let longest = members.flatMap(\.finished).map { Self.losses(of: $0).count }.max() ?? 0
    guard longest > 0 else { return nil }
    stepsPerPoint = (longest + maximumPoints - 1) / maximumPoints
    let size = stepsPerPoint
    methods = members.compactMap { member in
      let seeds = member.finished.compactMap { trial -> Seed? in
        let points = Self.points(Self.losses(of: trial), stepsPerPoint: size)
        return points.isEmpty ? nil : Seed(seed: trial.seed, points: points)
      }
      if seeds.isEmpty { return nil }
      return Method(method: member.label, seeds: seeds, mean: Self.mean(of: seeds))
    }
  }

  /// Tokens and seconds of training up to the end of each step, with the step's loss. Time between steps, which is
  /// evaluation and bookkeeping, is not in the seconds.
  private static func losses(of trial: TrialRecord) -> [Point] {
    var tokens = 0.0
    var seconds = 0.0
    var points: [Point] = []
    for step in trial.evidence?.steps ?? [] where step.phase == .train {
      tokens += Double(step.tokens)
      seconds += step.seconds
      if let loss = step.loss, loss.isFinite { points.append(Point(tokens: tokens, seconds: seconds, loss: loss)) }
    }
    return points
  }

  private static func points(_ losses: [Point], stepsPerPoint: Int) -> [Point] {
    stride(from: 0, to: losses.count, by: stepsPerPoint).map { start in
      let bucket = losses[start..<min(start + stepsPerPoint, losses.count)]
      return Point(
        tokens: bucket.last?.tokens ?? 0, seconds: bucket.last?.seconds ?? 0,
        loss: bucket.reduce(0) { $0 + $1.loss } / Double(bucket.count))
    }
  }

  private static func mean(of seeds: [Seed]) -> [Point] {
    let shared = seeds.map(\.points.count).min() ?? 0
    let count = Double(seeds.count)
    return (0..<shared).map { index in
      let points = seeds.map { $0.points[index] }
      return Point(
        tokens: points.reduce(0) { $0 + $1.tokens } / count, seconds: points.reduce(0) { $0 + $1.seconds } / count,
        loss: points.reduce(0) { $0 + $1.loss } / count)
    }
  }
}

extension StepObservation {
  /// How long it took. A step whose end lies before its start has no length.
  var seconds: Double {
    endNanoseconds > startNanoseconds ? Double(endNanoseconds - startNanoseconds) / 1e9 : 0
  }
}
