import Measures

extension Answer {
  /// Below this many seeds a ranking is not one.
  static let neededRepeats = 3

  /// The answer to "which of them is better, and what does it cost", no further than the intervals carry it.
  ///
  /// - Parameters:
  ///   - comparison: the methods of one model.
  ///   - unigramPerplexity: what knowing only how often each token occurs comes to, where trials said so.
  init(_ comparison: Comparison, unigramPerplexity: Double?) {
    let quality = comparison.quality
    guard let quality, let ordered = comparison.ordered(quality.id), let best = ordered.first else {
      self.init(
        standing: .nothingToCompare,
        sentence: "No trial has a value for the quality of its model, so nothing can be said about which is better.",
        details: Self.absences(comparison))
      return
    }
    let missing = comparison.methods.filter { name in !ordered.contains { $0.method == name } }
    var details: [String] = []
    if let unigramPerplexity, quality.id == MeasureID("Performance") {
      details.append(
        "For scale: knowing only how often each token occurs, a unigram model has "
          + "\(NumberText.format(unigramPerplexity)) on the same documents.")
    }
    details += Self.costs(of: best.method, comparison)
    if !missing.isEmpty {
      details.append("Not in the comparison, for want of a value: \(NumberText.list(missing)).")
    }

    let value = Self.written(best, quality)
    guard ordered.count > 1 else {
      self.init(
        standing: .nothingToCompare,
        sentence: "Only \(best.method) has a value: \(quality.title) \(value). There is nothing to compare it with.",
        details: details)
      return
    }

    let few = ordered.map(\.count).min() ?? 0
    guard few >= Self.neededRepeats else {
      self.init(
        standing: .notEnoughRepeats,
        sentence: "Not enough repeats to say which is better. \(best.method) has the \(quality.superlative) mean "
          + "\(quality.title), \(value), but a ranking needs \(Self.neededRepeats) seeds of every method and the "
          + "fewest here is \(few).",
        details: details)
      return
    }

    let differences = ordered.dropFirst().map { other in
      (method: other.method, difference: comparison.difference(quality.id, other.method, from: best.method))
    }
    let tied = ordered.dropFirst().filter { comparison.isTied(quality.id, $0, with: best) }.map(\.method)
    details.insert(contentsOf: Self.stability(quality, best.method, comparison), at: 0)
    details.insert(contentsOf: Self.clearlyWorse(differences, tied, quality, best), at: 0)

    if tied.isEmpty, let next = differences.first, let difference = next.difference {
      self.init(
        standing: .distinct,
        sentence: "\(best.method) has the \(quality.superlative) \(quality.title), \(value): "
          + "\(Self.gap(difference, quality, best.mean)) than \(next.method), the next.",
        details: details)
    } else {
      let all = tied.count == differences.count
      self.init(
        standing: .tied,
        sentence: "\(best.method) has the \(quality.superlative) mean \(quality.title), \(value), but cannot be told "
          + "apart from \(all && tied.count > 1 ? "any other method" : NumberText.list(tied)): "
          + "the interval of the paired difference includes zero, or there are too few shared seeds to have one.",
        details: details)
    }
  }

  /// "182.3 (95 % interval 180.1 to 184.2, 3 seeds)".
  private static func written(_ summary: Comparison.Summary, _ measure: Comparison.Column) -> String {
    let scale = NumberText.scale(for: [summary.mean], unit: measure.unit)
    let digits = Tables.digits(summary.mean, summary.interval)
    let unit = scale.symbol.isEmpty ? "" : " \(scale.symbol)"
    let seeds = NumberText.count(summary.count, "seed")
    let value = NumberText.format(summary.mean / scale.divisor, digits: digits) + unit
    guard let interval = summary.interval else { return "\(value) (\(seeds))" }
    return "\(value) (\(NumberText.format(interval.confidence * 100, digits: 2)) % interval "
      + "\(NumberText.format(interval.lower / scale.divisor, digits: digits)) to "
      + "\(NumberText.format(interval.upper / scale.divisor, digits: digits)), \(seeds))"
  }

  /// "4.2 % lower (paired over 3 seeds, 3.1 % to 5.0 %)".
  private static func gap(_ difference: Comparison.Difference, _ measure: Comparison.Column, _ best: Double) -> String {
    // The difference is other - best; its share is of the other's mean.
    let other = best + difference.mean
    let word = measure.direction == .higherIsBetter ? "higher" : "lower"
    guard let interval = difference.interval, other != 0 else {
      return "\(NumberText.format(abs(difference.mean))) \(word)"
    }
    let ends = [interval.lower, interval.upper].map { abs($0 / other) * 100 }.sorted()
    return "\(NumberText.format(abs(difference.mean / other) * 100, digits: 2)) % \(word) "
      + "(interval of the difference \(NumberText.format(ends[0], digits: 2)) % to "
      + "\(NumberText.format(ends[1], digits: 2)) %, paired over \(NumberText.count(difference.pairs, "seed")))"
  }

  private static func clearlyWorse(
    _ differences: [(method: String, difference: Comparison.Difference?)], _ tied: [String],
    _ measure: Comparison.Column, _ best: Comparison.Summary
  ) -> [String] {
    let rest = tied.isEmpty ? Array(differences.dropFirst()) : differences
    let clear = rest.compactMap { method, difference -> String? in
      guard let difference, difference.isClear, let interval = difference.interval else { return nil }
      let ends = [interval.lower, interval.upper].map(abs).sorted()
      return "\(method) by \(NumberText.format(abs(difference.mean), digits: 3)) "
        + "(\(NumberText.format(ends[0], digits: 3)) to \(NumberText.format(ends[1], digits: 3)))"
    }
    return clear.isEmpty ? [] : ["Clearly worse than \(best.method): \(NumberText.list(clear))."]
  }

  private static func stability(_ measure: Comparison.Column, _ best: String, _ comparison: Comparison) -> [String] {
    guard let held = comparison.rank(measure.id, best)?.held else { return [] }
    return [
      held >= 0.95
        ? "Its first rank is stable: it held in \(NumberText.percent(held)) of the resamples."
        : "Its first rank is not stable: it held in \(NumberText.percent(held)) of the resamples."
    ]
  }

  /// What the best costs in time, memory and energy against the cheapest of each.
  private static func costs(of best: String, _ comparison: Comparison) -> [String] {
    let asked: [(ids: [MeasureID], noun: String)] = [
      (["TT.tokensPerSecond"], "Time"), (["AMU.peak", "AMU.tensor", "AMU"], "Memory"),
      (["AEC.joulesPerToken"], "Energy"),
    ]
    return asked.compactMap { ids, noun in
      for id in ids {
        guard let column = comparison.column(id), let ordered = comparison.ordered(id), ordered.count > 1,
          let own = ordered.first(where: { $0.method == best }), let cheapest = ordered.first
        else { continue }
        return "\(noun) (\(column.title)): " + cost(own, cheapest, column, comparison)
      }
      return nil
    }
  }

  private static func cost(
    _ own: Comparison.Summary, _ cheapest: Comparison.Summary, _ column: Comparison.Column, _ comparison: Comparison
  ) -> String {
    let scale = NumberText.scale(for: [own.mean, cheapest.mean], unit: column.unit)
    func value(_ summary: Comparison.Summary) -> String {
      "\(NumberText.format(summary.mean / scale.divisor, digits: 3)) \(scale.symbol)"
        + (summary.isEstimate ? " (estimated)" : "")
    }
    if own.method == cheapest.method {
      return "\(own.method) is the best here too, \(value(own))."
    }
    let share = (own.mean - cheapest.mean) / cheapest.mean * 100
    let relation =
      cheapest.mean == 0 || !share.isFinite
      ? "" : ", \(NumberText.format(abs(share), digits: 2)) % \(share < 0 ? "less" : "more") than the best"
    let enough = min(own.count, cheapest.count) >= neededRepeats
    let isTied = comparison.isTied(column.id, own, with: cheapest)
    let caveat = !isTied ? "" : (enough ? "; the two cannot be told apart" : "; too few repeats to be sure")
    return "\(own.method) \(value(own))\(relation), \(cheapest.method) with \(value(cheapest))\(caveat)."
  }

  private static func absences(_ comparison: Comparison) -> [String] {
    let reasons = comparison.methods.compactMap { comparison.absence("Performance", $0) }
    return reasons.uniqued().map { "The reason given: \($0)." }
  }
}
