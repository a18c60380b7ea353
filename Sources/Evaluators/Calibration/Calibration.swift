public import Measures

/// A score beside what a person says of the same answer.
public struct LabelledScore: Sendable, Hashable {
  /// In 0...1; nil where the evaluator had none.
  public let score: Double?
  /// Whether the answer is good.
  public let label: Bool

  public init(score: Double?, label: Bool) {
    self.score = score
    self.label = label
  }
}

/// How well an evaluator's scores part the answers that people call good from the others: at each threshold, and over
/// all. Pure; intervals are made from the rows by whoever asks for them.
public struct Calibration: Sendable, Hashable {
  /// What becomes of the rows when those pass whose score is at least a threshold.
  public struct Point: Sendable, Hashable {
    public let threshold: Double
    public let truePositives: Int
    public let falsePositives: Int
    public let falseNegatives: Int
    public let trueNegatives: Int

    /// Of those that pass, the part that is good; nil where none passes.
    public var precision: Double? { Self.part(truePositives, of: truePositives + falsePositives) }
    /// Of those that are good, the part that passes; nil where none is good.
    public var recall: Double? { Self.part(truePositives, of: truePositives + falseNegatives) }
    /// 2TP / (2TP + FP + FN); nil where nothing passes and nothing is good.
    public var f1: Double? { Self.part(2 * truePositives, of: 2 * truePositives + falsePositives + falseNegatives) }
    public var accuracy: Double? {
      Self.part(truePositives + trueNegatives, of: truePositives + falsePositives + falseNegatives + trueNegatives)
    }

    private static func part(_ count: Int, of whole: Int) -> Double? {
      whole == 0 ? nil : Double(count) / Double(whole)
    }
  }

  /// One for each score that occurs, the lowest first.
  public let points: [Point]
  /// Rows with a label whose evaluator had no score: they are in no point.
  public let absent: Int
  public let positives: Int
  public let negatives: Int

  /// - Throws: ``EvaluationError/badCalibration(reason:)`` where no row has a score, or one lies outside of 0...1.
  public init(_ rows: [LabelledScore]) throws(EvaluationError) {
    var scored: [(score: Double, label: Bool)] = []
    for row in rows {
      guard let score = row.score else { continue }
      guard (0...1).contains(score) else { throw .badCalibration(reason: "the score \(score) is not from 0 to 1") }
      scored.append((score, row.label))
    }
    guard !scored.isEmpty else {
      throw .badCalibration(reason: rows.isEmpty ? "there are none" : "none of \(rows.count) has a score")
    }
    scored.sort { $0.score < $1.score }
    absent = rows.count - scored.count
    positives = scored.count(where: \.label)
    negatives = scored.count - positives
    var points: [Point] = []
    var below = (good: 0, bad: 0)
    var index = 0
    while index < scored.count {
      let threshold = scored[index].score
      points.append(
        Point(
          threshold: threshold, truePositives: positives - below.good, falsePositives: negatives - below.bad,
          falseNegatives: below.good, trueNegatives: below.bad))
      while index < scored.count, scored[index].score == threshold {
        if scored[index].label { below.good += 1 } else { below.bad += 1 }
        index += 1
      }
    }
    self.points = points
  }

  /// What becomes of the rows at a threshold, which need not occur.
  public func point(at threshold: Double) -> Point {
    // The same rows pass as at the next score that occurs.
    if let next = points.first(where: { $0.threshold >= threshold }) {
      return Point(
        threshold: threshold, truePositives: next.truePositives, falsePositives: next.falsePositives,
        falseNegatives: next.falseNegatives, trueNegatives: next.trueNegatives)
    }
    return Point(
      threshold: threshold, truePositives: 0, falsePositives: 0, falseNegatives: positives, trueNegatives: negatives)
  }

  /// The point of the highest F1; of several the one of the highest precision, then of the highest threshold. Absent
  /// where all labels are the same: every threshold is as good then.
  public var best: MeasuredPoint {
    guard positives > 0, negatives > 0 else { return .absent(oneKind) }
    let ranked = points.max { first, second in
      (first.f1 ?? 0, first.precision ?? 0, first.threshold) < (second.f1 ?? 0, second.precision ?? 0, second.threshold)
    }
    return ranked.map(MeasuredPoint.point) ?? .absent(oneKind)
  }

  /// The area under the receiver operating characteristic: how often a good answer scores higher than another, ties
  /// counting half (Mann and Whitney's U over the number of pairs). Absent where all labels are the same.
  public var areaUnderROC: MeasuredValue {
    guard positives > 0, negatives > 0 else { return .absent(oneKind) }
    var wins = 0.0
    for (index, point) in points.enumerated() {
      let next = index + 1 < points.count ? points[index + 1] : nil
      let good = point.truePositives - (next?.truePositives ?? 0)
      let bad = point.falsePositives - (next?.falsePositives ?? 0)
      wins += Double(good) * (Double(point.trueNegatives) + Double(bad) / 2)
    }
    return .value(Quantity(wins / (Double(positives) * Double(negatives)), count: positives + negatives))
  }

  private var oneKind: Absence {
    Absence("all \(positives + negatives) labels are the same; label answers of both kinds")
  }

  /// A point of the sweep, or why there is none.
  public enum MeasuredPoint: Sendable, Hashable {
    case point(Point)
    case absent(Absence)

    public var point: Point? { if case .point(let point) = self { point } else { nil } }
  }
}
