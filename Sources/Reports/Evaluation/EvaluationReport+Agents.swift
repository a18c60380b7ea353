public import Measures

extension EvaluationReport {
  /// Where agents' time and money went, step by step.
  public struct Agents: Sendable {
    public var candidates: [AgentCandidate]
    /// Those that the page shows.
    public var tasks: [AgentTask]
    /// Tasks that there are, of which `tasks` are some.
    public var taskCount: Int
    public var notes: [String]

    public init(candidates: [AgentCandidate], tasks: [AgentTask], taskCount: Int, notes: [String]) {
      self.candidates = candidates
      self.tasks = tasks
      self.taskCount = taskCount
      self.notes = notes
    }
  }

  /// Some of a candidate's steps together. What a step does not say is counted and in no sum.
  public struct AgentPart: Sendable {
    /// A kind, a tool or a place.
    public var title: String
    public var steps: Int
    /// Nil where no step says it.
    public var seconds: Double?
    public var secondsUnknown: Int
    public var medianSeconds: Double?
    public var secondsShare: MeasuredValue
    public var tokens: Int?
    public var tokensUnknown: Int
    public var cost: Bill
    public var costShare: MeasuredValue
    public var failed: Int
    /// Of a tool: calls that were made before, and tasks in which it was called.
    public var repeated = 0
    public var tasks = 0
    /// Of a place: how many of its steps are calls of models alone.
    public var modelCalls = 0

    public init(
      title: String, steps: Int, seconds: Double?, secondsUnknown: Int, medianSeconds: Double?,
      secondsShare: MeasuredValue, tokens: Int?, tokensUnknown: Int, cost: Bill, costShare: MeasuredValue, failed: Int
    ) {
      self.title = title
      self.steps = steps
      self.seconds = seconds
      self.secondsUnknown = secondsUnknown
      self.medianSeconds = medianSeconds
      self.secondsShare = secondsShare
      self.tokens = tokens
      self.tokensUnknown = tokensUnknown
      self.cost = cost
      self.costShare = costShare
      self.failed = failed
    }
  }

  public struct AgentCandidate: Sendable {
    public var name: String
    public var tasks: Int
    /// Steps a task: the median, the quartiles, the least and the most.
    public var medianSteps: Double
    public var quartiles: (lower: Double, upper: Double)
    public var range: (least: Int, most: Int)
    /// All steps' time by the tasks' latency.
    public var timeInSteps: MeasuredValue
    public var whole: AgentPart
    public var kinds: [AgentPart]
    /// The most called first.
    public var tools: [AgentPart]
    public var toolsLeftOut: Int
    /// In their order.
    public var places: [AgentPart]

    public init(
      name: String, tasks: Int, medianSteps: Double, quartiles: (lower: Double, upper: Double),
      range: (least: Int, most: Int), timeInSteps: MeasuredValue, whole: AgentPart, kinds: [AgentPart],
      tools: [AgentPart], toolsLeftOut: Int, places: [AgentPart]
    ) {
      self.name = name
      self.tasks = tasks
      self.medianSteps = medianSteps
      self.quartiles = quartiles
      self.range = range
      self.timeInSteps = timeInSteps
      self.whole = whole
      self.kinds = kinds
      self.tools = tools
      self.toolsLeftOut = toolsLeftOut
      self.places = places
    }
  }

  /// One task and its steps. What is not known is nil.
  public struct AgentTask: Sendable {
    public struct Step: Sendable {
      public var kind: String
      public var name: String?
      public var seconds: Double?
      public var tokens: Int?
      public var cost: (amount: Double, currency: String)?
      public var error: String?
      public var isRepeated: Bool
      /// What it was called with, what it answered, what was said.
      public var texts: [(title: String, text: String)]

      public init(
        kind: String, name: String?, seconds: Double?, tokens: Int?, cost: (amount: Double, currency: String)?,
        error: String?, isRepeated: Bool, texts: [(title: String, text: String)]
      ) {
        self.kind = kind
        self.name = name
        self.seconds = seconds
        self.tokens = tokens
        self.cost = cost
        self.error = error
        self.isRepeated = isRepeated
        self.texts = texts
      }
    }

    public var candidate: String
    public var row: String
    /// Such as "passed", "not passed" or "timeout".
    public var state: String
    public var passed: Bool?
    /// What was asked, where the dataset is at hand.
    public var question: String?
    public var seconds: Double?
    public var cost: Bill
    /// Those that the page shows.
    public var steps: [Step]
    /// How many there are.
    public var stepCount: Int

    public init(
      candidate: String, row: String, state: String, passed: Bool?, question: String?, seconds: Double?, cost: Bill,
      steps: [Step], stepCount: Int
    ) {
      self.candidate = candidate
      self.row = row
      self.state = state
      self.passed = passed
      self.question = question
      self.seconds = seconds
      self.cost = cost
      self.steps = steps
      self.stepCount = stepCount
    }
  }
}
