public import Measures
import Records

/// Where agents' time and money went: each candidate's tasks by their steps, over the attempts that count.
public struct AgentResults: Sendable, Encodable {
  /// How many steps a task has.
  public struct Spread: Sendable, Hashable, Encodable {
    public let median: Double
    public let lowerQuartile: Double
    public let upperQuartile: Double
    public let least: Int
    public let most: Int
  }

  public struct KindFigures: Sendable, Encodable {
    public let kind: AgentTask.Kind
    public let figures: AgentFigures
  }

  public struct Tool: Sendable, Encodable {
    public let name: String
    /// Calls with arguments with which it had been called before in the same task.
    public let repeated: Int
    /// Tasks in which it was called.
    public let tasks: Int
    public let figures: AgentFigures
  }

  /// The steps that stand at one place of their tasks.
  public struct Position: Sendable, Encodable {
    /// From 1.
    public let position: Int
    /// Whether all that is behind stands with it.
    public let isOpen: Bool
    /// How many of them were calls of models alone.
    public let modelCalls: Int
    public let figures: AgentFigures

    /// "3", or "21 and later".
    public var title: String { isOpen ? "\(position) and later" : "\(position)" }
  }

  public struct Candidate: Sendable, Encodable {
    public let name: String
    /// Tasks with steps.
    public let tasks: Int
    /// Requests that have a result and no steps.
    public let withoutSteps: Int
    /// Of which what is stored cannot be read.
    public let unreadable: Int
    public let steps: Spread
    public let whole: AgentFigures
    /// All steps' time by the tasks' latency, over the tasks that say both: more than 1 where steps ran side by side, less
    /// where time went by between them.
    public let timeInSteps: MeasuredValue
    public let kinds: [KindFigures]
    /// The most called first.
    public let tools: [Tool]
    public let toolsLeftOut: Int
    public let positions: [Position]
  }

  public let evaluation: String
  public let dataset: String
  /// Those that have tasks with steps.
  public let candidates: [Candidate]
  /// The slowest first, those of unknown latency last; each candidate has its turn.
  public let tasks: [AgentTask]
  /// Tasks that there are, of which ``tasks`` are some.
  public let taskCount: Int
  public let notes: [String]

  public var isEmpty: Bool { candidates.isEmpty }

  /// Tools of a candidate that have a line of their own.
  static let mostTools = 100
  /// Places that have a line of their own.
  static let mostPositions = 20

  /// - Parameters:
  ///   - tasks: how many are kept step by step, over all candidates.
  ///   - isRepriced: whether the requests' costs are no more those that were stored with them.
  public init(_ results: EvaluationResults, tasks most: Int = .max, isRepriced: Bool = false) {
    evaluation = results.evaluation.reference
    dataset = results.evaluation.dataset
    var candidates: [Candidate] = []
    var kept: [[AgentTask]] = []
    var notes: [String] = []
    for record in results.candidates {
      var tasks: [AgentTask] = []
      var without = 0
      var unreadable = 0
      for observation in results.latestObservations(of: record) {
        do {
          let verdicts = results.verdicts(on: observation)
          let failure = results.failure(of: observation)
          let passed = failure == nil ? results.passed(verdicts) : nil
          if let task = try AgentTask(observation, candidate: record.name, failure: failure, passed: passed) {
            tasks.append(task)
          } else {
            without += 1
          }
        } catch {
          unreadable += 1
        }
      }
      if unreadable > 0 { notes.append("\(record.name): the steps of \(unreadable) tasks cannot be read") }
      if tasks.isEmpty { continue }
      if without > 0 { notes.append("\(record.name): \(without) requests have no steps and are left out here") }
      let whole = AgentWhole(tasks)
      notes += whole.limits(of: record.name)
      candidates.append(Candidate(record.name, tasks, whole, withoutSteps: without, unreadable: unreadable))
      kept.append(tasks.sorted { ($0.latencySeconds ?? -1) > ($1.latencySeconds ?? -1) })
    }
    self.candidates = candidates
    taskCount = candidates.reduce(0) { $0 + $1.tasks }
    tasks = Self.inTurn(kept, most: most)
    if isRepriced {
      notes.append("what single steps cost is by the prices they were stored with: their usage is not kept")
    }
    self.notes = notes
  }

  /// The first of each, then the second of each, and so on; each candidate's stay together.
  private static func inTurn(_ tasks: [[AgentTask]], most: Int) -> [AgentTask] {
    var counts = tasks.map { _ in 0 }
    var rest = max(0, most)
    var grew = true
    while rest > 0, grew {
      grew = false
      for index in tasks.indices where rest > 0 && counts[index] < tasks[index].count {
        counts[index] += 1
        rest -= 1
        grew = true
      }
    }
    return zip(tasks, counts).flatMap { $0.prefix($1) }
  }
}

extension AgentResults.Candidate {
  init(_ name: String, _ all: [AgentTask], _ whole: AgentWhole, withoutSteps: Int, unreadable: Int) {
    self.name = name
    tasks = all.count
    self.withoutSteps = withoutSteps
    self.unreadable = unreadable
    let lengths = all.map { Double($0.steps.count) }
    steps = AgentResults.Spread(
      median: Statistics.median(lengths) ?? 0, lowerQuartile: Statistics.quantile(lengths, 0.25) ?? 0,
      upperQuartile: Statistics.quantile(lengths, 0.75) ?? 0, least: all.map(\.steps.count).min() ?? 0,
      most: all.map(\.steps.count).max() ?? 0)
    self.whole = AgentFigures(whole.uses, of: whole)
    timeInSteps = Self.timeInSteps(all)
    let byKind = Dictionary(grouping: whole.uses, by: \.step.kind)
    kinds = AgentTask.Kind.allCases.compactMap { kind in
      byKind[kind].map { AgentResults.KindFigures(kind: kind, figures: AgentFigures($0, of: whole)) }
    }
    let called = Dictionary(grouping: whole.uses.filter { $0.step.kind != .model }) { $0.step.name ?? "" }
      .sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
    tools = called.prefix(AgentResults.mostTools).map { name, uses in
      AgentResults.Tool(
        name: name, repeated: uses.count { $0.step.isRepeated }, tasks: Set(uses.map(\.task)).count,
        figures: AgentFigures(uses, of: whole))
    }
    toolsLeftOut = called.count - tools.count
    let open = AgentResults.mostPositions + 1
    positions = Dictionary(grouping: whole.uses) { min($0.step.position, open) }.sorted { $0.key < $1.key }.map {
      position, uses in
      AgentResults.Position(
        position: position, isOpen: position == open, modelCalls: uses.count { $0.step.kind == .model },
        figures: AgentFigures(uses, of: whole))
    }
  }

  private static func timeInSteps(_ tasks: [AgentTask]) -> MeasuredValue {
    let known = tasks.filter { task in
      (task.latencySeconds ?? 0) > 0 && task.steps.allSatisfy { $0.seconds != nil }
    }
    let latency = Statistics.sum(known.lazy.compactMap(\.latencySeconds))
    guard latency > 0 else { return .absent("no task says its latency and the time of its every step") }
    return .value(Quantity(Statistics.sum(known.lazy.compactMap(\.stepSeconds)) / latency, count: known.count))
  }
}
