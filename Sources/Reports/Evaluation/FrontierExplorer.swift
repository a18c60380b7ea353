import Measures
import Ranking

/// Quality against cost with latency as the size of bubbles, for every pair of measures that a reader may choose.
struct FrontierExplorer: Sendable {
  /// One measure with every candidate's value.
  struct Axis: Sendable {
    let measure: CandidateMeasure
    let values: [MeasuredValue]
    let scale: NumberText.Scale
  }

  let candidates: [String]
  let qualities: [Axis]
  let costs: [Axis]
  let latencies: [Axis]
  /// By quality, then by cost.
  let frontiers: [[CandidateFrontier]]
  /// What stands in the label of a point: all figures there are.
  let figures: [[String]]

  /// The most that a choice offers: each pair takes a bootstrap of its own.
  private static let most = (qualities: 8, costs: 4, latencies: 9)

  /// Nil where no candidate has both a quality and a cost.
  init?(_ table: CandidateTable, options: DecisionOptions) {
    let latency: [CandidateMeasure] = [CandidateTable.endToEnd, "TTFT", "TPOT"].filter(table.latencyKinds.contains)
      .flatMap { kind in
        [CandidateMeasure.latency(kind, .quantile(0.5)), .latency(kind, .quantile(0.99)), .latency(kind, .mean)]
      }
    let quality = [CandidateMeasure.passRate] + table.evaluators.map(CandidateMeasure.score)
    let cost: [CandidateMeasure] = [
      .costPerRequest, .costPerPassingRequest, .energyPerRequest, .energyPerPassingRequest,
    ]
    let summary = table.summary(of: quality + cost + latency, options: options)
    func axes(_ measures: [CandidateMeasure], most: Int) -> [Axis] {
      let all = measures.compactMap { measure -> Axis? in
        guard let place = summary.measures.firstIndex(of: measure) else { return nil }
        let values = summary.lines.map { $0.values[place] }
        guard values.contains(where: { $0.quantity != nil }) else { return nil }
        return Axis(
          measure: measure, values: values,
          scale: MeasureText.scale(measure, values, currency: table.currency))
      }
      return Array(all.prefix(most))
    }
    qualities = axes(quality, most: Self.most.qualities)
    costs = axes(cost, most: Self.most.costs)
    latencies = axes(latency, most: Self.most.latencies)
    guard !qualities.isEmpty, !costs.isEmpty else { return nil }
    let (costs, latencies, qualities) = (costs, latencies, qualities)
    frontiers = qualities.map { quality in
      costs.compactMap { cost in
        try? CandidateFrontier(table, quality: quality.measure, cost: cost.measure, options: options)
      }
    }
    candidates = table.candidates.map(\.name)
    figures = candidates.indices.map { index in
      (qualities + costs + latencies).compactMap { axis in
        axis.values[index].quantity.map { "\(MeasureText.title(axis.measure)): \(MeasureText.text($0, axis.scale))" }
      }
    }
  }

  static let id = "frontier"
  static let height = 520

  /// What the page's script reads.
  var json: ChartValue {
    [
      "id": .string(Self.id), "height": .number(Double(Self.height)),
      "explore": [
        "candidates": .array(
          candidates.indices.map { index in
            [
              "label": .label(candidates[index]),
              "figures": .array(figures[index].map { .label($0) }),
            ]
          }),
        "quality": .array(qualities.map(Self.json)), "cost": .array(costs.map(Self.json)),
        "latency": .array(latencies.map(Self.json)),
        "frontiers": .array(frontiers.map { .array($0.map(standings)) }),
      ],
    ]
  }

  private static func json(_ axis: Axis) -> ChartValue {
    let unit = axis.scale.symbol.isEmpty ? "" : " (\(axis.scale.symbol))"
    return [
      "title": .label(MeasureText.title(axis.measure) + unit),
      "name": .label(MeasureText.title(axis.measure).lowercasedFirst),
      "values": .array(
        axis.values.map { value in
          guard let quantity = value.quantity else { return .null }
          let divisor = axis.scale.divisor
          return [
            "v": .number(quantity.value / divisor),
            "lo": .number((quantity.interval?.lower ?? quantity.value) / divisor),
            "hi": .number((quantity.interval?.upper ?? quantity.value) / divisor),
          ]
        }),
    ]
  }

  /// By candidate; null for one that takes no part.
  private func standings(_ frontier: CandidateFrontier) -> ChartValue {
    .array(
      candidates.map { name in
        guard let standing = frontier.standings.first(where: { $0.candidate == name }) else { return .null }
        return [
          "member": .boolean(standing.isMember),
          "chance": standing.membershipProbability.map { .string(NumberText.percent($0)) } ?? .null,
          "by": .array(
            standing.dominatedBy.compactMap { dominator in
              candidates.firstIndex(of: dominator.candidate).map { index in
                [
                  "of": .number(Double(index)),
                  "chance": dominator.probability.map { .string(NumberText.percent($0)) } ?? .null,
                ]
              }
            }),
        ]
      })
  }

  /// The chart with what may be chosen, and the numbers of the first choice.
  var html: HTML {
    """
    <figure aria-labelledby="\(Self.id)-title">
    <figcaption><h3 id="\(Self.id)-title">Quality against cost</h3>
    <p>Filled markers are on the frontier: no other candidate is at least as good on both axes and better on one. Hollow \
    ones are dominated. Bars are intervals; the larger the marker, the longer the latency.</p></figcaption>
    <div class="choices">
    \(choice("quality", "Quality", qualities, none: nil))
    \(choice("cost", "Cost", costs, none: nil))
    \(choice("latency", "Latency", latencies, none: latencies.isEmpty ? "not measured" : "not shown"))
    <label><input type="checkbox" data-explore="\(Self.id)" data-choice="log"> Logarithmic cost</label>
    </div>
    <div class="chart" id="\(Self.id)" role="img" aria-label="Quality against cost, candidate by candidate. The numbers \
    are in the table below." style="height:\(Self.height)px"></div>
    <p class="small quiet" id="\(Self.id)-said" aria-live="polite"></p>
    \(numbers)
    </figure>
    """
  }

  private func choice(_ name: String, _ title: String, _ axes: [Axis], none: String?) -> HTML {
    let options = axes.enumerated().map { index, axis -> HTML in
      "<option value=\"\(index)\">\(MeasureText.title(axis.measure))</option>"
    }
    let last: HTML = none.map { "<option value=\"-1\">\($0)</option>" } ?? .empty
    return """
      <label>\(title) <select data-explore="\(Self.id)" data-choice="\(name)">\(options)\(last)</select></label>
      """
  }

  private var numbers: HTML {
    let tables = zip(qualities, frontiers).flatMap { quality, row in
      zip(costs, row).map { cost, frontier in table(quality, cost, frontier) }
    }
    guard let first = tables.first else { return .empty }
    let others: HTML =
      tables.count > 1
      ? "<details><summary>Every other pair of measures</summary>\(Array(tables.dropFirst()))</details>" : .empty
    return first + others
  }

  private func table(_ quality: Axis, _ cost: Axis, _ frontier: CandidateFrontier) -> HTML {
    let unplaced = frontier.unplaced.map { one in
      [one.candidate, "", "", "not placed: no \(MeasureText.title(one.measure).lowercasedFirst)", "", ""]
    }
    let rows = frontier.standings.map { standing -> [String] in
      [
        standing.candidate, standing.quality.quantity.map { MeasureText.text($0, quality.scale) } ?? "",
        standing.cost.quantity.map { MeasureText.text($0, cost.scale) } ?? "",
        standing.isMember ? "on the frontier" : "dominated",
        standing.membershipProbability.map(NumberText.percent) ?? "",
        NumberText.list(
          standing.dominatedBy.map { dominator in
            dominator.candidate + (dominator.probability.map { " (\(NumberText.percent($0)))" } ?? "")
          }),
      ]
    }
    return ChartTables.table(
      "\(MeasureText.title(quality.measure)) against \(MeasureText.title(cost.measure).lowercasedFirst). Probabilities are "
        + "shares of resamples of the rows",
      [
        "Candidate", MeasureText.title(quality.measure), MeasureText.title(cost.measure), "Standing",
        "Probability to be on the frontier", "Dominated by",
      ], rows + unplaced)
  }
}
