import Measures

/// The numbers of the charts as tables, for those who don't see them and for paper.
enum ChartTables {
  static func frontier(_ chart: FrontierChart) -> HTML {
    let x = NumberText.scale(for: chart.points.map(\.x), unit: chart.x.unit)
    let y = NumberText.scale(for: chart.points.map(\.y), unit: chart.y.unit)
    return table(
      "\(chart.y.title.capitalisedFirst) against \(chart.x.title)",
      [
        "Method", heading(chart.x.title.capitalisedFirst, x.symbol),
        heading(chart.y.title.capitalisedFirst, y.symbol), "On the frontier",
      ],
      chart.points.map {
        [
          $0.method, NumberText.format($0.x / x.divisor), NumberText.format($0.y / y.divisor),
          $0.isOnFrontier ? "yes" : "no",
        ]
      })
  }

  /// The mean curves at up to eight places.
  static func loss(_ curves: LossCurves) -> HTML {
    let longest = curves.methods.max { $0.mean.count < $1.mean.count }?.mean ?? []
    let count = min(8, longest.count)
    let indices = (0..<count).map { count == 1 ? 0 : $0 * (longest.count - 1) / (count - 1) }
    return table(
      "Mean training loss over seeds, in nats a token", ["Tokens"] + curves.methods.map(\.method),
      indices.map { index in
        [NumberText.format(Int(longest[index].tokens))]
          + curves.methods.map { index < $0.mean.count ? NumberText.format($0.mean[index].loss) : "" }
      })
  }

  static func memory(_ charts: [MemoryChart]) -> HTML {
    let rows = charts.flatMap { chart in
      let scale = NumberText.scale(for: chart.traces.map(\.peakBytes), unit: .bytes)
      return chart.traces.map { trace in
        [
          trace.method, chart.kind.title, String(trace.seed),
          "\(NumberText.format(trace.meanBytes / scale.divisor)) \(scale.symbol)",
          "\(NumberText.format(trace.peakBytes / scale.divisor)) \(scale.symbol)",
        ]
      }
    }
    return table("Mean and peak of each trial's samples", ["Method", "Memory", "Seed", "Mean", "Peak"], rows)
  }

  static func latency(_ chart: LatencyChart) -> HTML {
    let scale = NumberText.scale(for: chart.methods.map(\.p50), unit: .seconds)
    let headings = ["Method", "Steps"] + ["Fastest", "p50", "p90", "p99", "Slowest"].map { heading($0, scale.symbol) }
    return table(
      "Time per step, warm-up left out", headings,
      chart.methods.map { method in
        [method.method, NumberText.format(method.count)]
          + [method.minimum, method.p50, method.p90, method.p99, method.maximum].map {
            NumberText.format($0 / scale.divisor)
          }
      })
  }

  private static func heading(_ title: String, _ symbol: String) -> String {
    symbol.isEmpty ? title : "\(title) (\(symbol))"
  }

  /// A plain table whose first column names the row.
  static func table(_ caption: String, _ headings: [String], _ rows: [[String]]) -> HTML {
    let body = rows.map { row -> HTML in
      "<tr><th scope=\"row\">\(row.first ?? "")</th>\(row.dropFirst().map { "<td>\($0)</td>" as HTML })</tr>"
    }
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="\(caption)">
      <table><caption><span>\(caption)</span></caption>
      <thead><tr>\(headings.map { "<th scope=\"col\">\($0)</th>" as HTML })</tr></thead>
      <tbody>\(body)</tbody></table></div>
      """
  }
}
