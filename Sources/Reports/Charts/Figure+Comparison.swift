import Measures

extension Figure {
  /// Two measures against each other: every method a named point, the frontier a line of steps.
  init(_ chart: FrontierChart, id: String, slots: [String: Int]) {
    let x = Self.scaled(chart.x, chart.points.map(\.x))
    let y = Self.scaled(chart.y, chart.points.map(\.y))
    let frontier = chart.points.filter(\.isOnFrontier).sorted { $0.x < $1.x }
    var traces: [ChartValue] = []
    if frontier.count > 1 {
      traces.append([
        "type": "scatter", "mode": "lines", "hoverinfo": "skip", "showlegend": false,
        "x": .numbers(frontier.map { $0.x / x.divisor }), "y": .numbers(frontier.map { $0.y / y.divisor }),
        // Between two points only the one that is good enough on x counts.
        "line": [
          "color": "faint", "width": 1.5, "dash": "dot",
          "shape": .string(chart.x.direction == .higherIsBetter ? "vh" : "hv"),
        ],
      ])
    }
    let positions = LabelPlacement.positions(
      chart.points.map { .init(x: $0.x, y: $0.y, text: $0.method) })
    for (point, position) in zip(chart.points, positions) {
      let slot = slots[point.method] ?? 0
      traces.append([
        "type": "scatter", "mode": "markers+text", "showlegend": false, "name": .label(point.method),
        "x": .numbers([point.x / x.divisor]), "y": .numbers([point.y / y.divisor]),
        "text": [.label(point.method)], "textposition": .string(position), "cliponaxis": false,
        "textfont": ["size": 13, "color": "text"],
        "marker": [
          "color": Self.colour(slot), "size": 12, "symbol": Self.symbol(slot, isOpen: !point.isOnFrontier),
          "line": ["color": Self.colour(slot), "width": 2],
        ],
        "error_x": Self.bars(point.x, point.xInterval, x.divisor, slot),
        "error_y": Self.bars(point.y, point.yInterval, y.divisor, slot),
        "hovertemplate": .string(
          TextEscaping.chartLabel(point.method) + "<br>%{x:.4g} \(TextEscaping.chartLabel(x.symbol))"
            + "<br>%{y:.4g} \(TextEscaping.chartLabel(y.symbol))<extra></extra>"),
      ])
    }
    let best = NumberText.list(frontier.map(\.method))
    let left = chart.left.isEmpty ? nil : "Not shown, for want of a value: \(NumberText.list(chart.left))."
    self.init(
      id: id, title: "\(chart.y.title.capitalisedFirst) against \(chart.x.title.lowercasedFirst)",
      summary: frontier.count == 1
        ? "\(best) is at least as good as every other on both."
        : "On the frontier, where nothing is better on both: \(best).",
      views: [
        View(
          label: "", traces: traces,
          layout: [
            "hovermode": "closest",
            "xaxis": [
              "title": Self.title(chart.x, x.symbol),
              "range": Self.range(chart.points.map { ($0.x, $0.xInterval) }, x.divisor, 0.22),
            ],
            "yaxis": [
              "title": Self.title(chart.y, y.symbol),
              "range": Self.range(chart.points.map { ($0.y, $0.yInterval) }, y.divisor, 0.18),
            ],
          ])
      ], height: 400, note: left)
  }

  private static func scaled(_ axis: FrontierChart.Axis, _ values: [Double]) -> NumberText.Scale {
    NumberText.scale(for: values, unit: axis.unit)
  }

  /// The axis' title with a second line that says which way is better.
  private static func title(_ axis: FrontierChart.Axis, _ symbol: String) -> ChartValue {
    let unit = symbol.isEmpty ? "" : " (\(symbol))"
    let better = axis.direction == .higherIsBetter ? "more is better →" : "← less is better"
    let text = axis.title.capitalisedFirst + unit + (axis.isEstimate ? ", estimated" : "")
    return ["text": .string(TextEscaping.chartLabel(text) + "<br>" + better)]
  }

  private static func bars(_ value: Double, _ interval: Interval?, _ divisor: Double, _ slot: Int) -> ChartValue {
    guard let interval else { return ["visible": false] }
    return [
      "type": "data", "symmetric": false, "array": .numbers([max(0, interval.upper - value) / divisor]),
      "arrayminus": .numbers([max(0, value - interval.lower) / divisor]), "thickness": 1.5, "width": 4,
      "color": colour(slot, alpha: 0.6),
    ]
  }

  /// Room around the points for their names.
  private static func range(_ values: [(Double, Interval?)], _ divisor: Double, _ room: Double) -> ChartValue {
    let lowest = values.map { min($0.0, $0.1?.lower ?? $0.0) }.min() ?? 0
    let highest = values.map { max($0.0, $0.1?.upper ?? $0.0) }.max() ?? 1
    let span = highest > lowest ? highest - lowest : max(abs(highest) * 0.1, 1e-9)
    return .numbers([(lowest - room * span) / divisor, (highest + room * span) / divisor])
  }

  /// All measures beside each other: an axis a row, the worst mean on the left and the best on the right.
  init(_ profile: MeasureProfile, id: String, slots: [String: Int]) {
    let rows = profile.axes.indices.map { Double(profile.axes.count - 1 - $0) }
    let traces = profile.lines.map { line -> ChartValue in
      let slot = slots[line.method] ?? 0
      let texts = zip(profile.axes, line.values).map { axis, value -> ChartValue in
        guard let value else { return "" }
        return .label("\(axis.titleWithDefinition): \(Self.written(value, axis))")
      }
      return [
        "type": "scatter", "mode": "lines+markers", "name": .label(line.method), "connectgaps": false,
        "x": .array(line.positions.map { $0.map { .number($0) } ?? .null }), "y": .numbers(rows),
        "text": .array(texts),
        "hovertemplate": .string(
          TextEscaping.chartLabel(line.method) + "<br>%{text}<extra></extra>"),
        "line": ["color": Self.colour(slot), "width": 2, "dash": Self.dash(slot)],
        "marker": ["color": Self.colour(slot), "size": 9, "symbol": Self.symbol(slot)],
      ]
    }
    let notes = zip(profile.axes, rows).flatMap { axis, row -> [ChartValue] in
      let scale = NumberText.scale(for: [axis.best, axis.worst], unit: axis.unit)
      let unit = scale.symbol.isEmpty ? "" : " (\(scale.symbol))"
      return [
        Self.note(axis.titleWithDefinition + unit, at: row, x: 0, anchor: "left", shift: [-64, 17], "text"),
        Self.note(
          NumberText.format(axis.worst / scale.divisor, digits: 3), at: row, x: 0, anchor: "right", shift: [-6, 0],
          "quiet"),
        Self.note(
          NumberText.format(axis.best / scale.divisor, digits: 3), at: row, x: 1, anchor: "left", shift: [6, 0],
          "quiet"),
      ]
    }
    self.init(
      id: id, title: "All measures side by side",
      summary: "Parallel coordinates, an axis a row: each measure's worst mean on the left, its best on the right. "
        + "A method that is good at everything is a line down the right edge.",
      views: [
        View(
          label: "", traces: traces,
          layout: [
            "hovermode": "closest", "annotations": .array(notes),
            // The worst and best values stand beside the chart.
            "margin": ["l": 70, "r": 70, "t": 40, "b": 8],
            "xaxis": [
              "range": [-0.03, 1.03], "showgrid": true, "zeroline": false, "tickvals": [0, 1],
              "ticktext": ["worst", "best"], "side": "top", "fixedrange": true,
            ],
            "yaxis": [
              "range": .numbers([-0.6, Double(profile.axes.count) - 0.4]), "tickvals": .numbers(rows),
              "showticklabels": false, "zeroline": false, "fixedrange": true, "automargin": false, "showline": false,
            ],
          ])
      ], height: 110 + 52 * profile.axes.count, note: nil)
  }

  /// Text beside a row, moved by pixels, on the card's ground so that lines don't cross it.
  private static func note(
    _ text: String, at row: Double, x: Double, anchor: String, shift: [Double], _ color: String
  ) -> ChartValue {
    [
      "text": .label(text), "x": .number(x), "y": .number(row), "xref": "paper", "yref": "y",
      "xanchor": .string(anchor), "yanchor": "middle", "xshift": .number(shift[0]), "yshift": .number(shift[1]),
      "showarrow": false, "font": ["size": 12, "color": .string(color)], "bgcolor": "card", "borderpad": 1,
    ]
  }

  private static func written(_ value: Double, _ axis: MeasureProfile.Axis) -> String {
    let scale = NumberText.scale(for: [value], unit: axis.unit)
    return "\(NumberText.format(value / scale.divisor)) \(scale.symbol)"
  }
}

extension MeasureProfile.Axis {
  var titleWithDefinition: String {
    title.capitalisedFirst + (definition == .published ? " (as published)" : "")
  }
}
