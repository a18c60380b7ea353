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
        Self.lossView(curves, slots, label: "Over tokens", axis: "tokens trained on", x: \.tokens),
        Self.lossView(curves, slots, label: "Over seconds", axis: "seconds of training steps", x: \.seconds),
        Self.lossView(curves, slots, label: "Last half", axis: "tokens trained on", from: 0.5, x: \.tokens),
      ],
      height: 420,
      note: curves.stepsPerPoint > 1 ? "Each point is the mean of \(curves.stepsPerPoint) consecutive steps." : nil)
  }

  private static func lossView(
    _ curves: LossCurves, _ slots: [String: Int], label: String, axis: String, from share: Double = 0,
    x: (LossCurves.Point) -> Double
  ) -> View {
    var seeds: [ChartValue] = []
    var means: [ChartValue] = []
    for method in curves.methods {
      let slot = slots[method.method] ?? 0
      for seed in method.seeds where method.seeds.count > 1 {
        let points = seed.points.dropFirst(Int(share * Double(seed.points.count)))
        seeds.append([
          "type": "scatter", "mode": "lines", "legendgroup": .string("m\(slot)"), "showlegend": false,
          "hoverinfo": "skip", "x": .numbers(points.map(x)), "y": .numbers(points.map(\.loss)),
          "line": ["color": colour(slot, alpha: 0.35), "width": 1],
        ])
      }
      let mean = method.mean.dropFirst(Int(share * Double(method.mean.count)))
      means.append([
        "type": "scatter", "mode": "lines", "name": .label(method.method), "legendgroup": .string("m\(slot)"),
        "x": .numbers(mean.map(x)), "y": .numbers(mean.map(\.loss)),
        "line": ["color": colour(slot), "width": 2.5, "dash": dash(slot)],
        "hovertemplate": "%{y:.4f}",
      ])
    }
    return View(
      label: label, traces: seeds + means,
      layout: [
        "hovermode": "x unified",
        "xaxis": ["title": axisTitle(axis), "rangemode": .string(share == 0 ? "tozero" : "normal")],
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
        "line": ["color": colour(slot, alpha: 0.8), "width": 1.5, "dash": dash(slot)],
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
