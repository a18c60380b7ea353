import Measures

extension Figure {
  /// How long steps took: the shape of the distribution, and three of its quantiles.
  init(_ chart: LatencyChart, id: String, slots: [String: Int]) {
    let scale = NumberText.scale(for: chart.methods.map(\.p50), unit: .seconds)
    func written(_ seconds: Double) -> String {
      "\(NumberText.format(seconds / scale.divisor, digits: 3)) \(scale.symbol)"
    }
    // Categories go upwards: the first method belongs on top.
    let order = Array(chart.methods.reversed())
    let lowest = chart.methods.map(\.minimum).min() ?? 0
    let tail = chart.methods.map(\.p99).max() ?? 0
    let slowest = chart.methods.map(\.maximum).max() ?? 0
    let margin = max((tail - lowest) * 0.15, tail * 0.02)
    let end = min(slowest, tail + margin) + margin * 0.2
    let range = [max(0, lowest - margin) / scale.divisor, end / scale.divisor]
    let layout: ChartValue = [
      "hovermode": "closest", "violinmode": "overlay",
      "xaxis": ["title": Self.axisTitle("time per step (\(scale.symbol))"), "range": .numbers(range)],
      "yaxis": ["automargin": true, "type": "category", "showgrid": false],
    ]
    let shapes = order.map { Self.shape($0, slot: slots[$0.method] ?? 0, divisor: scale.divisor) }
    let marks = [
      Self.mark("p50", "circle", order, scale, \.p50), Self.mark("p90", "diamond", order, scale, \.p90),
      Self.mark("p99", "line-ns-open", order, scale, \.p99),
    ]
    let medians = chart.methods.map { "\($0.method) \(written($0.p50))" }
    self.init(
      id: id, title: "Time per step",
      summary: "How long training steps took, warm-up left out, all seeds together. "
        + "The middle step: \(NumberText.list(medians)).",
      views: [View(label: "", traces: shapes + marks, layout: layout)], height: 140 + 64 * chart.methods.count,
      note: slowest > end
        ? "The axis ends after the slowest p99; the slowest step of all took \(written(slowest))." : nil)
  }

  private static func shape(_ method: LatencyChart.Method, slot: Int, divisor: Double) -> ChartValue {
    [
      "type": "violin", "orientation": "h", "side": "positive", "width": 1.5, "points": false, "spanmode": "hard",
      "showlegend": false, "hoverinfo": "skip", "name": .label(method.method), "y0": .label(method.method),
      "x": .numbers(method.quantiles.map { $0 / divisor }), "line": ["color": colour(slot), "width": 1.5],
      "fillcolor": colour(slot, alpha: 0.25),
    ]
  }

  private static func mark(
    _ name: String, _ symbol: String, _ methods: [LatencyChart.Method], _ scale: NumberText.Scale,
    _ path: KeyPath<LatencyChart.Method, Double>
  ) -> ChartValue {
    [
      "type": "scatter", "mode": "markers", "name": .string(name),
      "x": .numbers(methods.map { $0[keyPath: path] / scale.divisor }),
      "y": .array(methods.map { .label($0.method) }),
      "marker": [
        "color": "text", "symbol": .string(symbol), "size": 10, "line": ["color": "text", "width": 2],
      ],
      "hovertemplate": .string("%{y}: \(name) %{x:.4g} \(scale.symbol)<extra></extra>"),
    ]
  }
}
