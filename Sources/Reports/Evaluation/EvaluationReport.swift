public import Measures
public import Ranking
public import Records

/// The report on a run of an evaluation: pure, from values to one HTML file that needs no network.
public struct EvaluationReport: Sendable {
  let model: EvaluationModel

  /// - Throws: ``DecisionError`` from the table's own statistics.
  public init(_ content: Content) throws(DecisionError) { model = try EvaluationModel(content) }

  /// The report as one file for a browser, a phone or paper. Answers, names and messages are all taken for hostile.
  ///
  /// - Parameters:
  ///   - charts: the charting library, which is written into the file.
  ///   - nonce: what marks the file's own scripts as such; see ``StudyReport/html(charts:nonce:)``.
  public func html(charts: ChartLibrary, nonce: String = StudyReport.makeNonce()) -> String {
    EvaluationPage(model: model, charts: charts, nonce: nonce).document.markup
  }
}

extension EvaluationReport {
  /// What a report is made of.
  public struct Content: Sendable {
    public var evaluation: EvaluationRecord
    /// What the evaluation is to answer; its name where it does not say.
    public var question: String
    /// In the order of the table.
    public var candidates: [Candidate]
    public var table: CandidateTable
    /// The rows of the table of candidates, in their order.
    public var measures: [CandidateMeasure]
    public var recommendation: Recommended?
    public var spending: [Spend] = []
    /// Nil where no request has steps.
    public var agents: Agents?
    public var failures: [Failure] = []
    /// The most disputed first.
    public var disputes: [Dispute] = []
    /// How many there are, of which `disputes` are the first.
    public var disputeCount = 0
    public var evaluators: [Evaluator] = []
    public var judges: [Judge] = []
    /// How far evaluators say what people say, where that was tried.
    public var agreements: [Agreement] = []
    public var priceVersions: [String] = []
    public var judgeCost = "apart"
    public var notes: [String] = []
    public var options = DecisionOptions()

    public init(
      evaluation: EvaluationRecord, question: String, candidates: [Candidate], table: CandidateTable,
      measures: [CandidateMeasure]
    ) {
      self.evaluation = evaluation
      self.question = question
      self.candidates = candidates
      self.table = table
      self.measures = measures
    }
  }

  public struct Candidate: Sendable {
    public var record: CandidateRecord
    public var answeredBy: [String]
    public var requests: Int
    public var missing: Int
    public var superseded: Int
    public var retries: Int
    /// Kind and count, the most frequent first.
    public var failures: [(kind: String, count: Int)]
    public var spent: Bill
    public var judgeSpent: Bill

    public init(
      record: CandidateRecord, answeredBy: [String], requests: Int, missing: Int, superseded: Int, retries: Int,
      failures: [(kind: String, count: Int)], spent: Bill, judgeSpent: Bill
    ) {
      self.record = record
      self.answeredBy = answeredBy
      self.requests = requests
      self.missing = missing
      self.superseded = superseded
      self.retries = retries
      self.failures = failures
      self.spent = spent
      self.judgeSpent = judgeSpent
    }
  }

  /// Sums by currency, in whole units, and how many amounts are unknown.
  public struct Bill: Sendable {
    public var known: [(amount: Double, currency: String)]
    public var unknown: Int

    public init(known: [(amount: Double, currency: String)], unknown: Int) {
      self.known = known
      self.unknown = unknown
    }
  }

  /// A recommendation with what was asked for.
  public struct Recommended: Sendable {
    public var recommendation: Recommendation
    /// In words, such as "the least cost-per-passing-request".
    public var objective: String
    public var measures: [CandidateMeasure]

    public init(_ recommendation: Recommendation, objective: String, measures: [CandidateMeasure]) {
      self.recommendation = recommendation
      self.objective = objective
      self.measures = measures
    }
  }

  /// Spend told apart by one attribute.
  public struct Spend: Sendable {
    public struct Group: Sendable {
      public var name: String
      public var requests: Int
      public var failed: Int
      public var cost: Bill
      public var judgeCost: Bill
      public var scores: [(evaluator: String, mean: MeasuredValue)]
      public var passRate: MeasuredValue
      public var costPerPassingRequest: MeasuredValue
      public var currency: String?

      public init(
        name: String, requests: Int, failed: Int, cost: Bill, judgeCost: Bill,
        scores: [(evaluator: String, mean: MeasuredValue)], passRate: MeasuredValue,
        costPerPassingRequest: MeasuredValue, currency: String?
      ) {
        self.name = name
        self.requests = requests
        self.failed = failed
        self.cost = cost
        self.judgeCost = judgeCost
        self.scores = scores
        self.passRate = passRate
        self.costPerPassingRequest = costPerPassingRequest
        self.currency = currency
      }
    }

    /// Such as "route" or "tag.team".
    public var attribute: String
    public var groups: [Group]

    public init(attribute: String, groups: [Group]) {
      self.attribute = attribute
      self.groups = groups
    }
  }

  public struct Failure: Sendable {
    public var candidate: String
    public var row: String
    public var attempt: Int
    public var kind: String
    public var message: String
    /// Whether it was asked again later.
    public var isMended: Bool

    public init(candidate: String, row: String, attempt: Int, kind: String, message: String, isMended: Bool) {
      self.candidate = candidate
      self.row = row
      self.attempt = attempt
      self.kind = kind
      self.message = message
      self.isMended = isMended
    }
  }

  /// A row that candidates do not agree on.
  public struct Dispute: Sendable {
    public struct Answer: Sendable {
      public var candidate: String
      /// Such as "passed", "not passed" or "timeout".
      public var state: String
      public var passed: Bool?
      public var scores: [(evaluator: String, score: Double?, reason: String)]
      public var text: String

      public init(
        candidate: String, state: String, passed: Bool?, scores: [(evaluator: String, score: Double?, reason: String)],
        text: String
      ) {
        self.candidate = candidate
        self.state = state
        self.passed = passed
        self.scores = scores
        self.text = text
      }
    }

    public var row: String
    /// What was asked, where the dataset is at hand.
    public var question: String?
    public var expected: [String]
    public var answers: [Answer]

    public init(row: String, question: String?, expected: [String], answers: [Answer]) {
      self.row = row
      self.question = question
      self.expected = expected
      self.answers = answers
    }
  }

  /// An evaluator, how it was set, and how often it could say something.
  public struct Evaluator: Sendable {
    public var name: String
    public var versions: [Int]
    public var configurations: [String]
    public var thresholds: [Double]
    public var scored: Int
    /// By cause, as words such as "3 no-expectation".
    public var absent: [String]
    public var failed: Int
    public var saysWhatPasses: Bool

    public init(
      name: String, versions: [Int], configurations: [String], thresholds: [Double], scored: Int, absent: [String],
      failed: Int, saysWhatPasses: Bool
    ) {
      self.name = name
      self.versions = versions
      self.configurations = configurations
      self.thresholds = thresholds
      self.scored = scored
      self.absent = absent
      self.failed = failed
      self.saysWhatPasses = saysWhatPasses
    }
  }
  /// What the verdicts of one evaluator say of the judge that gave them.
  public struct Judge: Sendable {
    public var evaluator: String
    public var models: [String]
    public var requests: Int
    public var failures: Int
    /// Such as "asked again" and "swayed by places", each a share or a correlation.
    public var figures: [(title: String, value: MeasuredValue)]
    /// By kind, as words such as "3 unreadable".
    public var problems: [String]
    public var selfJudged: Int

    public init(
      evaluator: String, models: [String], requests: Int, failures: Int,
      figures: [(title: String, value: MeasuredValue)], problems: [String], selfJudged: Int
    ) {
      self.evaluator = evaluator
      self.models = models
      self.requests = requests
      self.failures = failures
      self.figures = figures
      self.problems = problems
      self.selfJudged = selfJudged
    }
  }

  /// An evaluator held against people's labels.
  public struct Agreement: Sendable {
    public var evaluator: String
    public var threshold: Double
    /// With a score and a label, and how many of these people call good.
    public var rows: Int
    public var good: Int
    /// Such as "kappa" and "precision".
    public var figures: [(title: String, value: MeasuredValue)]

    public init(
      evaluator: String, threshold: Double, rows: Int, good: Int, figures: [(title: String, value: MeasuredValue)]
    ) {
      self.evaluator = evaluator
      self.threshold = threshold
      self.rows = rows
      self.good = good
      self.figures = figures
    }
  }
}
