public import Measures
public import Pricing
public import Ranking
import Records

/// What requests cost and what they were worth, told apart by route, customer, candidate, model or any tag: every amount
/// beside the quality that it bought.
public struct Spending: Sendable, Encodable {
  /// What was spent in one currency. Sums are exact.
  public struct Bill: Sendable, Hashable, Encodable {
    /// By currency, in the order of their codes. Empty where no cost is known.
    public internal(set) var known: [Money] = []
    /// How many amounts are not known, and are in no sum.
    public internal(set) var unknown = 0
  }

  public struct Score: Sendable, Hashable, Encodable {
    public let evaluator: String
    public let mean: MeasuredValue
  }

  public struct Group: Sendable, Encodable {
    /// Nil for what has no such attribute.
    public let value: String?
    /// Every request that was sent, with those that were sent again in a later run.
    public let requests: Int
    public let failed: Int
    /// Requests that were sent again in a later run. They cost, and are in nothing else below.
    public let superseded: Int
    /// Without what judges cost.
    public let cost: Bill
    /// Requests whose cost is a lower bound: attempts at them broke off before their usage was said.
    public let lowerBounds: Int
    /// With what was paid for verdicts that are not read any more.
    public let judgeCost: Bill
    /// The mean of each evaluator's scores, a failed request counting as 0.
    public let scores: [Score]
    /// Of the requests with a verdict, a failed one not passing.
    public let passRate: MeasuredValue
    /// All that was spent by the requests that passed, in whole units of ``currency``; candidates without any known cost are
    /// in neither.
    public let costPerPassingRequest: MeasuredValue
    /// Nil where costs are in several, or nothing is known to have cost anything.
    public let currency: String?
  }

  /// What judges cost that were held against people's labels. The answers came with the dataset: nobody was asked for them,
  /// and they are in no group.
  public struct Calibration: Sendable, Hashable, Encodable {
    /// Answers that were judged.
    public let answers: Int
    public let judgeCost: Bill
    /// The runs that the verdicts are kept as.
    public let evaluations: [String]
  }

  public let key: String
  public let judgeCost: String
  /// The dearest first; amounts of several currencies are not added up, and count one beside the other.
  public let groups: [Group]
  public let total: Group
  /// Nil where no evaluator was held against people.
  public let calibration: Calibration?
  /// Runs that the requests belong to.
  public let evaluations: [String]
  /// With their versions.
  public let datasets: [String]
  public let notes: [String]

  /// - Parameters:
  ///   - all: one run, or all that asked something in a span of time.
  ///   - judgeCost: whether costs by passing request have what judges cost in them. The sums stay apart.
  public init(
    _ all: [EvaluationResults], by key: SpendingKey, judgeCost: JudgeCost = .apart,
    options: DecisionOptions = DecisionOptions()
  ) {
    let results = all.compactMap(\.asked)
    calibration = Calibration(all)
    let requests = results.enumerated().flatMap { index, one in one.paid(key: key, run: index) }
    let quality = SpendingQuality(results, judgeCost, options)
    var order: [String?] = []
    var grouped: [String?: [PaidRequest]] = [:]
    for request in requests {
      if grouped[request.value] == nil { order.append(request.value) }
      grouped[request.value, default: []].append(request)
    }
    groups = order.map { Group($0, grouped[$0] ?? [], quality) }.sorted(by: Self.comesFirst)
    total = Group(nil, requests, quality)
    self.key = key.description
    self.judgeCost = judgeCost.rawValue
    evaluations = results.map(\.evaluation.reference)
    datasets = Set(results.map(\.evaluation.dataset)).sorted()
    notes = Self.notes(results, datasets: datasets, total: total, quality) + (calibration?.notes ?? [])
  }

  private static func comesFirst(_ one: Group, _ other: Group) -> Bool {
    let (first, second) = (one.cost.largest, other.cost.largest)
    if first != second { return first > second }
    if one.requests != other.requests { return one.requests > other.requests }
    return (one.value ?? "\u{10FFFF}") < (other.value ?? "\u{10FFFF}")
  }

  private static func notes(
    _ results: [EvaluationResults], datasets: [String], total: Group, _ quality: SpendingQuality
  ) -> [String] {
    var notes: [String] = []
    if datasets.count > 1 {
      notes.append(
        "the requests are over \(datasets.count) versions of datasets, and their scores are averaged over all of them: "
          + datasets.prefix(6).joined(separator: ", ") + (datasets.count > 6 ? " and more" : ""))
    }
    for name in Set(results.flatMap(\.evaluatorNames)).sorted() {
      let uses = results.compactMap { one in one.evaluators.first { $0.name == name } }
      if Set(uses.map(\.versions)).count > 1 || Set(uses.map(\.configurations)).count > 1 {
        notes.append("\(name) is not the same in all runs: its versions or configurations differ")
      }
    }
    if total.cost.unknown > 0 {
      notes.append("\(total.cost.unknown) of \(total.requests) requests are of unknown cost and in no sum")
    }
    if total.lowerBounds > 0 {
      notes.append(
        "the costs of \(total.lowerBounds) requests are lower bounds: attempts at them broke off before their usage was said"
      )
    }
    if !quality.unpricedNames.isEmpty, total.cost.unknown < total.requests {
      notes.append(
        "costs by passing request are without what has no known cost at all: \(quality.unpricedNames.joined(separator: ", "))"
      )
    }
    if total.judgeCost.unknown > 0 { notes.append("\(total.judgeCost.unknown) verdicts are of unknown cost") }
    if total.superseded > 0 {
      notes.append("\(total.superseded) requests were sent again in a later run: they cost, and count for nothing else")
    }
    if total.cost.known.count > 1 {
      let codes = total.cost.known.map(\.currency.code).joined(separator: ", ")
      notes.append("costs are in several currencies (\(codes)) and are not added up")
    }
    return notes
  }
}

extension Spending.Bill {
  /// For the order of groups alone.
  fileprivate var largest: Int128 { known.map(\.picos).max() ?? 0 }

  init(_ costs: some Sequence<CostRecord>) {
    var sums: [Currency: Money] = [:]
    for cost in costs {
      guard case .known(let picos, let code, _, _) = cost else {
        unknown += 1
        continue
      }
      // Nothing costs the same in every currency.
      if picos == 0 { continue }
      guard let currency = try? Currency(code),
        let sum = try? (sums[currency] ?? .zero(currency)).adding(Money(picos: Int128(picos), currency: currency))
      else {
        unknown += 1
        continue
      }
      sums[currency] = sum
    }
    known = sums.values.sorted { $0.currency.code < $1.currency.code }
  }
}

extension Spending.Group {
  fileprivate init(_ value: String?, _ requests: [PaidRequest], _ quality: SpendingQuality) {
    self.value = value
    self.requests = requests.count
    failed = requests.count { $0.failed }
    superseded = requests.count { !$0.counts }
    cost = Spending.Bill(requests.lazy.map(\.observation.cost))
    lowerBounds = requests.count { $0.observation.unpricedAttempts > 0 }
    judgeCost = Spending.Bill(requests.lazy.flatMap(\.judgeCosts))
    let worth = quality.worth(of: requests.filter(\.counts))
    scores = worth.scores
    passRate = worth.passRate
    costPerPassingRequest = worth.costPerPassingRequest
    currency = worth.currency
  }
}

extension Spending.Calibration {
  fileprivate init?(_ results: [EvaluationResults]) {
    let judged = results.map { one in (one, one.observations.filter { $0.origin == JudgedAnswers.form }) }
      .filter { !$0.1.isEmpty }
    if judged.isEmpty { return nil }
    answers = judged.reduce(0) { $0 + $1.1.count }
    judgeCost = Spending.Bill(judged.lazy.flatMap { one, answers in answers.flatMap(one.judgeCosts) })
    evaluations = judged.map(\.0.evaluation.reference)
  }

  fileprivate var notes: [String] {
    guard !judgeCost.known.isEmpty || judgeCost.unknown > 0 else { return [] }
    let sums =
      judgeCost.known.map { "\($0.decimalText) \($0.currency.code)" }
      + (judgeCost.unknown > 0 ? ["\(judgeCost.unknown) verdicts of unknown cost"] : [])
    return [
      "calibrating evaluators against people cost, beside all that is above: \(sums.joined(separator: ", ")) for "
        + "\(answers) answers (\(evaluations.prefix(4).joined(separator: ", "))\(evaluations.count > 4 ? " and more" : ""))"
    ]
  }
}
