public import Measures

/// What many verdicts of one judge say of the judge: whether places and lengths sway it, and how well it keeps the form.
public struct JudgeDiagnostics: Sendable, Hashable {
  /// One row as a judge left it: an evaluation, or the error that came instead of one.
  public struct Row: Sendable, Hashable {
    /// Nil where there is none.
    public let score: Double?
    /// Characters of the answer, for the correlation with the score; nil to leave the row out of it.
    public let answerLength: Int?
    public let work: JudgeWork
    /// The judge gave no verdict that could be read.
    public let failed: Bool

    public init(score: Double?, answerLength: Int?, work: JudgeWork, failed: Bool = false) {
      self.score = score
      self.answerLength = answerLength
      self.work = work
      self.failed = failed
    }

    /// Nil for an evaluation that no judge gave.
    public init?(_ evaluation: Evaluation, of sample: EvaluationSample) {
      guard let work = evaluation.work else { return nil }
      self.init(score: evaluation.score, answerLength: sample.output?.count, work: work)
    }

    /// Nil for an error that is no judge's.
    public init?(_ error: any Error, of sample: EvaluationSample) {
      guard case EvaluationError.judgeFailed(_, _, _, let work) = error else { return nil }
      self.init(score: nil, answerLength: sample.output?.count, work: work, failed: true)
    }
  }

  public let rows: Int
  public let scored: Int
  /// Rows that a judge was asked about and that ended as an error.
  public let failures: Int
  public let requests: Int
  /// Over all requests, failed rows' too.
  public let cost: EvaluationCost
  public let latency: Duration
  /// Rows whose verdict took more than one attempt, of all rows, with Wilson's interval.
  public let retried: MeasuredValue
  /// Replies that could not be used, of all requests, with Wilson's interval.
  public let unusable: MeasuredValue
  /// How often each problem came.
  public let problems: [JudgeProblem.Kind: Int]
  /// Pairs whose preference went over to the other answer with the order, of all pairs, with Wilson's interval. A judge
  /// that looks at the answers alone has 0.
  public let positionFlips: MeasuredValue
  /// Pairs that were a tie in one order only, of all pairs, with Wilson's interval.
  public let wavering: MeasuredValue
  /// Of the flips, the part that went to whichever came first, with Wilson's interval; 0.5 is no side.
  public let firstPlace: MeasuredValue
  /// Spearman's correlation of score and length of the answer. It shows a bias where lengths should not matter, and not
  /// where long answers are better ones: look at it beside that of people's labels.
  public let lengthCorrelation: MeasuredValue
  /// Verdicts on answers of the judge's own model.
  public let selfJudged: Int
  /// The models that answered as the judge, sorted: more than one, and verdicts are of more than one kind.
  public let models: [String]

  /// - Parameter rows: of one evaluator and one judge.
  public init(_ rows: [Row], confidence: Double = 0.95) {
    func share(_ part: Int, of whole: Int, _ nothing: String) -> MeasuredValue {
      guard let interval = Proportion.wilson(part, of: whole, confidence: confidence) else { return .absent(nothing) }
      return .value(Quantity(Double(part) / Double(whole), interval: interval, count: whole))
    }
    self.rows = rows.count
    scored = rows.count { $0.score != nil }
    failures = rows.count(where: \.failed)
    requests = rows.reduce(0) { $0 + $1.work.requests }
    cost = rows.reduce(.free) { $0 + $1.work.cost }
    latency = rows.reduce(.zero) { $0 + $1.work.latency }
    retried = share(rows.count { $0.work.retries > 0 }, of: rows.count, "no judge was asked")
    var problems: [JudgeProblem.Kind: Int] = [:]
    for problem in rows.flatMap(\.work.problems) { problems[problem.kind, default: 0] += 1 }
    self.problems = problems
    unusable = share(problems.values.reduce(0, +), of: requests, "no judge was asked")

    let checks = rows.compactMap(\.work.positions)
    let toFirst = checks.count { $0 == .favouredFirst }
    let flips = toFirst + checks.count { $0 == .favouredLast }
    let unordered = "no pair was shown in both orders"
    positionFlips = share(flips, of: checks.count, unordered)
    wavering = share(checks.count { $0 == .wavered }, of: checks.count, unordered)
    firstPlace = share(toFirst, of: flips, checks.isEmpty ? unordered : "no preference moved with the order")

    lengthCorrelation = RankCorrelation.spearman(
      rows.compactMap { row in
        guard let score = row.score, let length = row.answerLength else { return nil }
        return (first: score, second: Double(length))
      }, confidence: confidence)
    selfJudged = rows.count(where: \.work.isSelfJudged)
    models = Set(rows.flatMap(\.work.models)).sorted()
  }
}
