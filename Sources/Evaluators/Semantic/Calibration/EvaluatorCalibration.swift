import OpenAIWire

/// An answer that a person, or the rule that made it, calls good or not.
public struct LabelledAnswer: Sendable, Hashable {
  public let sample: EvaluationSample
  public let label: Bool
  /// What kind of answer it is, such as `good` or `parrot`: results are told by kind.
  public let kind: String

  public init(sample: EvaluationSample, label: Bool, kind: String) {
    self.sample = sample
    self.label = label
    self.kind = kind
  }
}

/// How an evaluator does on labelled answers.
public struct EvaluatorCalibration: Sendable {
  /// Answers of one kind.
  public struct Kind: Sendable, Hashable {
    public let name: String
    public let label: Bool
    public let count: Int
    public let passed: Int
    public let absent: Int
    public let meanScore: Double?
  }

  public let calibration: Calibration
  public let threshold: Double
  /// In the order in which kinds came.
  public let kinds: [Kind]
  /// In the order of the answers.
  public let scores: [LabelledScore]
  /// 95 % intervals by the bootstrap over rows; nil where a figure is absent.
  public let precision: CalibrationInterval?
  public let recall: CalibrationInterval?
  public let areaUnderROC: CalibrationInterval?

  /// Scores every answer and says how the scores part the good ones from the others.
  /// - Parameter concurrent: answers that are scored at a time.
  /// - Throws: what the evaluator throws, and ``EvaluationError/badCalibration(reason:)``.
  public static func report(
    evaluator: any Evaluator, pairs: [LabelledAnswer], concurrent: Int = 8, resamples: Int = 1000
  ) async throws -> EvaluatorCalibration {
    let outcomes = try await scores(of: pairs, by: evaluator, concurrent: max(1, concurrent))
    let rows = zip(pairs, outcomes).map { LabelledScore(score: $1, label: $0.label) }
    let calibration = try Calibration(rows)
    return EvaluatorCalibration(
      calibration: calibration, threshold: evaluator.threshold,
      kinds: kinds(pairs, outcomes, threshold: evaluator.threshold), scores: rows,
      precision: CalibrationInterval(rows, resamples) { $0.point(at: evaluator.threshold).precision },
      recall: CalibrationInterval(rows, resamples) { $0.point(at: evaluator.threshold).recall },
      areaUnderROC: CalibrationInterval(rows, resamples) { $0.areaUnderROC.quantity?.value })
  }

  private static func scores(
    of pairs: [LabelledAnswer], by evaluator: any Evaluator, concurrent: Int
  ) async throws -> [Double?] {
    var result = [Double?](repeating: nil, count: pairs.count)
    try await withThrowingTaskGroup(of: (Int, Double?).self) { group in
      var next = 0
      func add() {
        guard next < pairs.count else { return }
        let (index, sample) = (next, pairs[next].sample)
        next += 1
        group.addTask { (index, try await evaluator.evaluate(sample).score) }
      }
      for _ in 0..<concurrent { add() }
      while let (index, score) = try await group.next() {
        result[index] = score
        add()
      }
    }
    return result
  }

  private static func kinds(_ pairs: [LabelledAnswer], _ scores: [Double?], threshold: Double) -> [Kind] {
    var order: [String] = []
    var members: [String: [(score: Double?, label: Bool)]] = [:]
    for (pair, score) in zip(pairs, scores) {
      if members[pair.kind] == nil { order.append(pair.kind) }
      members[pair.kind, default: []].append((score, pair.label))
    }
    return order.map { name in
      let rows = members[name] ?? []
      let known = rows.compactMap(\.score)
      return Kind(
        name: name, label: rows.first?.label ?? false, count: rows.count,
        passed: known.count { $0 >= threshold }, absent: rows.count - known.count,
        meanScore: known.isEmpty ? nil : known.reduce(0, +) / Double(known.count))
    }
  }
}

/// A figure with the range in which it lies for 95 of 100 draws of the same number of rows, with replacement.
public struct CalibrationInterval: Sendable, Hashable {
  public let value: Double
  public let lower: Double
  public let upper: Double

  /// Nil where the rows have no such figure.
  init?(_ rows: [LabelledScore], _ resamples: Int, _ figure: (Calibration) -> Double?) {
    guard let all = try? Calibration(rows), let value = figure(all), resamples > 0 else { return nil }
    var choice = AttackChoice("calibration")
    var values: [Double] = []
    for _ in 0..<resamples {
      let drawn = rows.indices.map { _ in rows[choice.below(rows.count)] }
      if let calibration = try? Calibration(drawn), let value = figure(calibration) { values.append(value) }
    }
    guard !values.isEmpty else { return nil }
    values.sort()
    self.value = value
    lower = values[Int(0.025 * Double(values.count - 1))]
    upper = values[Int((0.975 * Double(values.count - 1)).rounded(.up))]
  }
}
