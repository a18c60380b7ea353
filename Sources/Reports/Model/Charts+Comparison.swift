import Measures
import Ranking

extension FrontierChart {
  /// Perplexity against throughput, against memory and against energy, as far as at least two methods have both.
  static func charts(_ comparison: Comparison) -> [FrontierChart] {
    guard let quality = comparison.quality else { return [] }
    let against: [[MeasureID]] = [
      ["TT.tokensPerSecond"], ["AMU.peak", "AMU.tensor", "AMU"], ["AEC.joulesPerToken"],
    ]
    return against.compactMap { candidates in
      candidates.lazy.compactMap { id in
        comparison.column(id).flatMap { FrontierChart(comparison, x: $0, y: quality) }
      }.first
    }
  }

  private init?(_ comparison: Comparison, x: Comparison.Column, y: Comparison.Column) {
    guard let xDirection = x.direction, let yDirection = y.direction else { return nil }
    let summaries = comparison.methods.map { ($0, comparison.summary(x.id, $0), comparison.summary(y.id, $0)) }
    let frontier = ParetoFrontier(
      summaries.map { ParetoFrontier.Point(name: $0.0, values: [$0.1?.mean, $0.2?.mean]) }, [xDirection, yDirection])
    points = summaries.compactMap { method, x, y in
      guard let x, let y else { return nil }
      return Point(
        method: method, x: x.mean, y: y.mean, xInterval: x.interval, yInterval: y.interval,
        isOnFrontier: frontier.members.contains(method))
    }
    if points.count < 2 { return nil }
    left = frontier.absent
    self.x = Axis(
      measure: x.id, title: x.title, unit: x.unit, direction: xDirection,
      isEstimate: summaries.contains { $0.1?.isEstimate ?? false })
    self.y = Axis(
      measure: y.id, title: y.title, unit: y.unit, direction: yDirection,
      isEstimate: summaries.contains { $0.2?.isEstimate ?? false })
  }
}

extension MeasureProfile {
  /// Every measure with a direction that at least two methods have a value of. Nil when there are fewer than two.
  init?(_ comparison: Comparison) {
    axes = comparison.columns.compactMap { column in
      guard let direction = column.direction, let ordered = comparison.ordered(column.id), ordered.count > 1,
        let best = ordered.first, let worst = ordered.last
      else { return nil }
      return Axis(
        measure: column.id, title: column.title, unit: column.unit, direction: direction,
        definition: column.definition, best: best.mean, worst: worst.mean)
    }
    if axes.count < 2 { return nil }
    let axes = axes
    lines = comparison.methods.compactMap { method in
      let values = axes.map { comparison.summary($0.measure, method)?.mean }
      if values.allSatisfy({ $0 == nil }) { return nil }
      let positions = zip(axes, values).map { axis, value in
        value.map { axis.best == axis.worst ? 0.5 : ($0 - axis.worst) / (axis.best - axis.worst) }
      }
      return Line(method: method, values: values, positions: positions)
    }
  }
}
