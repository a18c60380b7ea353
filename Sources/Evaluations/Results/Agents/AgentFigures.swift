public import Measures
import Pricing
import Records

/// What some of a candidate's steps came to together. What a step does not say is counted and in no sum.
public struct AgentFigures: Sendable, Encodable {
  public let steps: Int
  /// Over the steps that say it; nil where none does.
  public let seconds: Double?
  public let secondsUnknown: Int
  /// The median of a step, over those that say it.
  public let medianSeconds: Double?
  public let tokens: Int?
  public let tokensUnknown: Int
  public let cost: Spending.Bill
  /// Steps that are known to have failed.
  public let failed: Int
  /// Of the time of all steps together, over the tasks whose every step says its own.
  public let secondsShare: MeasuredValue
  /// Of the cost of all steps together, over the tasks whose every step says its own.
  public let costShare: MeasuredValue

  init(_ uses: [AgentWhole.Use], of whole: AgentWhole) {
    let steps = uses.map(\.step)
    let seconds = steps.compactMap(\.seconds)
    let tokens = steps.compactMap(\.tokens)
    self.steps = steps.count
    self.seconds = seconds.isEmpty ? nil : Statistics.sum(seconds)
    secondsUnknown = steps.count - seconds.count
    medianSeconds = Statistics.median(seconds)
    self.tokens =
      tokens.isEmpty
      ? nil
      : tokens.reduce(0) { sum, next in
        let (total, overflow) = sum.addingReportingOverflow(next)
        return overflow ? .max : total
      }
    tokensUnknown = steps.count - tokens.count
    cost = Spending.Bill(
      steps.lazy.map { step in
        guard let money = step.cost, let picos = Int64(exactly: money.picos) else {
          return CostRecord.absent(Absence("the step does not say it"))
        }
        return .known(picos: picos, currency: money.currency.code, priceVersion: "", price: "")
      })
    failed = steps.count { $0.error != nil }
    secondsShare = whole.secondsShare(of: uses)
    costShare = whole.costShare(of: uses)
  }
}

/// All steps of a candidate's tasks, to have parts and shares of.
struct AgentWhole {
  struct Use {
    /// Index of its task.
    let task: Int
    let step: AgentTask.Step
    /// Whether every step of its task says its time, or its cost.
    let isTimed: Bool
    let isPriced: Bool
  }

  let uses: [Use]
  private let tasks: Int
  private let timedTasks: Int
  private let pricedTasks: Int
  private let seconds: Double
  private let cost: Double
  private let currencies: Set<String>

  init(_ tasks: [AgentTask]) {
    let timed = tasks.map { $0.steps.allSatisfy { $0.seconds != nil } }
    let priced = tasks.map { $0.steps.allSatisfy { $0.cost != nil } }
    uses = tasks.indices.flatMap { index in
      tasks[index].steps.map { Use(task: index, step: $0, isTimed: timed[index], isPriced: priced[index]) }
    }
    self.tasks = tasks.count
    timedTasks = timed.count { $0 }
    pricedTasks = priced.count { $0 }
    seconds = Self.seconds(uses)
    cost = Self.cost(uses)
    currencies = Set(
      uses.lazy.filter { $0.isPriced }.compactMap { use in
        use.step.cost.flatMap { $0.picos > 0 ? $0.currency.code : nil }
      })
  }

  private static func seconds(_ uses: [Use]) -> Double {
    Statistics.sum(uses.lazy.filter(\.isTimed).compactMap(\.step.seconds))
  }

  private static func cost(_ uses: [Use]) -> Double {
    Statistics.sum(uses.lazy.filter(\.isPriced).compactMap { $0.step.cost?.approximateValue })
  }

  func secondsShare(of part: [Use]) -> MeasuredValue {
    guard timedTasks > 0 else { return .absent("no task says the time of its every step") }
    guard seconds > 0 else { return .absent("the steps took no time") }
    return .value(Quantity(Self.seconds(part) / seconds, count: timedTasks))
  }

  func costShare(of part: [Use]) -> MeasuredValue {
    guard pricedTasks > 0 else { return .absent("no task says the cost of its every step") }
    guard currencies.count < 2 else { return .absent("the steps' costs are in several currencies") }
    guard cost > 0 else { return .absent("the steps cost nothing") }
    return .value(Quantity(Self.cost(part) / cost, count: pricedTasks))
  }

  /// What shares leave out, in words.
  func limits(of candidate: String) -> [String] {
    let parts = [("time", timedTasks, secondsShare(of: uses)), ("cost", pricedTasks, costShare(of: uses))]
    return parts.compactMap { what, known, share in
      if case .absent(let absence) = share { return "\(candidate): there are no shares of \(what): \(absence.reason)" }
      return known == tasks
        ? nil : "\(candidate): shares of \(what) are over the \(known) of \(tasks) tasks whose every step says its own"
    }
  }
}
