import Measures

extension Figure {
  /// Training loss: thin lines are seeds, the thick one their mean.
  init(_ curves: LossCurves, id: String, slots: [String: Int]) {
    let last = curves.methods.compactMap { method in
      method.mean.last.map { "\(method.method) ends at \(NumberText.format($0.loss)) nats" }
    }
    self.init(
      id: id, title: "Training loss",
      summary: "Training loss in nats a token; thin lines are single seeds, thick lines their mean. "
        + "\(NumberText.list(last)).",
      views: [
        Self.lossView(curves, slots, label: "Over tokens", axis: "tokens trained on") { $0.tokens },
        Self.lossView(curves, slots, label: "Over seconds", axis: "seconds of training steps") { $0.seconds },
      ],
      height: 420,
      note: curves.stepsPerPoint > 1 ? "Each point is the mean of \(curves.stepsPerPoint) consecutive steps." : nil)
  }

  private static func lossView(
    _ curves: LossCurves, _ slots: [String: Int], label: String, axis: String,
    x: (LossCurves.Point) -> Double
  ) -> View {
    var seeds: [ChartValue] = []
    var means: [ChartValue] = []
    for method in curves.methods {
      let slot = slots[method.method] ?? 0
      for seed in method.seeds where method.seeds.count > 1 {
        seeds.append([
          "type": "scatter", "mode": "lines", "legendgroup": .string("m\(slot)"), "showlegend": false,
          "hoverinfo": "skip", "x": .numbers(seed.points.map(x)), "y": .numbers(seed.points.map(\.loss)),
          "line": ["color": colour(slot, alpha: 0.35), "width": 1],
        ])
      }
      means.append([
        "type": "scatter", "mode": "lines", "name": .label(method.method), "legendgroup": .string("m\(slot)"),
        "x": .numbers(method.mean.map(x)), "y": .numbers(method.mean.map(\.loss)),
        "line": ["color": colour(slot), "width": 2.5, "dash": dash(slot)],
        "hovertemplate": "%{y:.4f}",
      ])
    }
    return View(
      label: label, traces: seeds + means,
      layout: [
        "hovermode": "x unified",
        "xaxis": ["title": axisTitle(axis), "rangemode": "tozero"],
        "yaxis": ["title": axisTitle("loss (nats a token)")],
      ])
  }

  /// Memory over the seconds of every trial: a line a seed, a colour a method.
  init(_ charts: [MemoryChart], id: String, slots: [String: Int]) {
    let largest = charts.map { chart in
      let peak = chart.traces.max { $0.peakBytes < $1.peakBytes }
      let scale = NumberText.scale(for: chart.traces.map(\.peakBytes), unit: .bytes)
      return peak.map {
        "\(chart.kind.title) peaks at \(NumberText.format($0.peakBytes / scale.divisor, digits: 3)) \(scale.symbol)"
          + " in \($0.method), seed \($0.seed)"
      } ?? ""
    }
    let samples = charts.map(\.samplesPerPoint).max() ?? 1
    self.init(
      id: id, title: "Memory over time",
      summary: "Memory of every trial over its seconds, a line a seed. \(NumberText.list(largest)).",
      views: charts.map { Self.memoryView($0, slots) }, height: 420,
      note: samples > 1 ? "Each point shows the largest of up to \(samples) samples, so no peak is lost." : nil)
  }

  private static func memoryView(_ chart: MemoryChart, _ slots: [String: Int]) -> View {
    let scale = NumberText.scale(for: chart.traces.map(\.peakBytes), unit: .bytes)
    var named: Set<String> = []
    let traces = chart.traces.map { trace -> ChartValue in
      let slot = slots[trace.method] ?? 0
      return [
        "type": "scatter", "mode": "lines", "name": .label(trace.method), "legendgroup": .string("m\(slot)"),
        "showlegend": .boolean(named.insert(trace.method).inserted), "x": .numbers(trace.seconds),
        "y": .numbers(trace.bytes.map { $0 / scale.divisor }),
        "line": ["color": colour(slot, alpha: 0.85), "width": 1.5, "dash": dash(slot)],
        "hovertemplate": .string(
          TextEscaping.chartLabel(trace.method)
            + ", seed \(trace.seed)<br>%{x:.1f} s: %{y:.4g} \(scale.symbol)<extra></extra>"),
      ]
    }
    return View(
      label: chart.kind.title, traces: traces,
      layout: [
        "hovermode": "closest",
        "xaxis": ["title": axisTitle("seconds since the trial began"), "rangemode": "tozero"],
        "yaxis": ["title": axisTitle("\(chart.kind.title.lowercased()) (\(scale.symbol))"), "rangemode": "tozero"],
      ])
  }

  /// How long steps took: the shape of the distribution, and three of its quantiles.
  init(_ chart: LatencyChart, id: String, slots: [String: Int]) {
    let scale = NumberText.scale(for: chart.methods.map(\.p50), unit: .seconds)
    let order = Array(chart.methods.reversed())
    var traces = order.map { method -> ChartValue in
      let slot = slots[method.method] ?? 0
      return [
        "type": "violin", "orientation": "h", "side": "positive", "width": 1.5, "points": false,
        "spanmode": "hard", "showlegend": false, "hoverinfo": "skip", "name": .label(method.method),
        "y0": .label(method.method),
        "x": .numbers(method.quantiles.map { $0 / scale.divisor }),
        "line": ["color": colour(slot), "width": 1.5], "fillcolor": colour(slot, alpha: 0.25),
      ]
    }
    let marks: [(String, String, KeyPath<LatencyChart.Method, Double>)] = [
      ("p50", "circle", \.p50), ("p90", "diamond", \.p90), ("p99", "line-ns-open", \.p99),
    ]
    for (name, symbol, path) in marks {
      traces.append([
        "type": "scatter", "mode": "markers", "name": .string(name),
        "x": .numbers(order.map { $0[keyPath: path] / scale.divisor }), "y": .array(order.map { .label($0.method) }),
        "marker": ["color": "text", "symbol": .string(symbol), "size": 10, "line": ["color": "text", "width": 2]],
        "hovertemplate": .string("%{y}: \(name) %{x:.4g} \(scale.symbol)<extra></extra>"),
      ])
    }
    let lowest = chart.methods.map(\.minimum).min() ?? 0
    let tail = chart.methods.map(\.p99).max() ?? 0
    let slowest = chart.methods.map(\.maximum).max() ?? 0
    let margin = max((tail - lowest) * 0.15, tail * 0.02)
    let end = min(slowest, tail + margin) + margin * 0.2
    let medians = chart.methods.map {
      "\($0.method) \(NumberText.format($0.p50 / scale.divisor, digits: 3)) \(scale.symbol)"
    }
    self.init(
      id: id, title: "Time per step",
      summary: "How long training steps took, warm-up left out, all seeds together. "
        + "The middle step: \(NumberText.list(medians)).",
      views: [
        View(
          label: "Steps", traces: traces,
          layout: [
            "hovermode": "closest", "violinmode": "overlay",
            "xaxis": [
              "title": axisTitle("time per step (\(scale.symbol))"),
              "range": .numbers([max(0, lowest - margin) / scale.divisor, end / scale.divisor]),
            ],
            "yaxis": ["automargin": true, "type": "category", "showgrid": false],
          ])
      ],
      height: 140 + 64 * chart.methods.count,
      note: slowest > end
        ? "The axis ends after the slowest p99; the slowest step of all took "
          + "\(NumberText.format(slowest / scale.divisor, digits: 3)) \(scale.symbol)." : nil)
  }
}

extension MemoryChart.Kind {
  var title: String {
    switch self {
    case .resident: "Resident memory"
    case .allocated: "Tensor memory"
    case .device: "Device memory"
    }
  }
}
