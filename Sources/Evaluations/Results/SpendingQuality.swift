import Measures
import Pricing
import Ranking
import Records

/// A request with all that spend asks of it.
struct PaidRequest {
  struct Candidate: Hashable {
    var run: Int
    var id: Int64
  }

  /// Which of several runs it belongs to.
  let run: Int
  let value: String?
  let observation: ObservationRecord
  let verdicts: [VerdictRecord]
  /// Of verdicts that are read, and of those that are not read any more.
  let judgeCosts: [CostRecord]
  let failed: Bool
  /// Whether it is the last attempt.
  let counts: Bool
  /// What earlier attempts at the same request are known to have cost, in picos by currency.
  let paidBefore: [String: Int64]
  /// What judges are known to have cost for it without being read: verdicts on earlier attempts, and those that others have
  /// taken the place of.
  let judgedBefore: [String: Int64]
  let cluster: String

  var candidate: Candidate { Candidate(run: run, id: observation.candidateID) }
}

extension EvaluationResults {
  /// Every attempt, with the attribute that spend is told apart by.
  func paid(key: SpendingKey, run: Int) -> [PaidRequest] {
    let counting = Set(latest.values)
    let models = Dictionary(candidates.compactMap { one in one.id.map { ($0, one) } }, uniquingKeysWith: { $1 })
    let clusters = Dictionary(rows.map { ($0.identity, Self.cluster(of: $0)) }, uniquingKeysWith: { $1 })
    var before: [Request: [String: Int64]] = [:]
    var judgedBefore: [Request: [String: Int64]] = [:]
    for (index, observation) in observations.enumerated() {
      let request = observation.request
      if !counting.contains(index) {
        before[request, default: [:]].add(observation.cost)
        verdicts(on: observation).forEach { judgedBefore[request, default: [:]].add($0.cost) }
      }
      supersededCosts(of: observation).forEach { judgedBefore[request, default: [:]].add($0) }
    }
    return observations.enumerated().map { index, observation in
      let candidate = models[observation.candidateID]
      let value: String? =
        switch key {
        case .route: observation.route.isEmpty ? nil : observation.route
        case .customer: observation.customer
        case .candidate: candidate?.name
        case .model: observation.answeredBy ?? candidate?.model
        case .tag(let name): observation.tags[name]
        }
      return PaidRequest(
        run: run, value: value, observation: observation, verdicts: verdicts(on: observation),
        judgeCosts: judgeCosts(of: observation), failed: failure(of: observation) != nil,
        counts: counting.contains(index),
        paidBefore: counting.contains(index) ? before[observation.request] ?? [:] : [:],
        judgedBefore: counting.contains(index) ? judgedBefore[observation.request] ?? [:] : [:],
        cluster: "\(run) \(clusters[observation.row] ?? "row \(observation.row)")")
    }
  }
}

extension [String: Int64] {
  /// Adds what is known of a cost to the sum of its currency. Nothing costs the same in every currency.
  fileprivate mutating func add(_ cost: CostRecord) {
    guard case .known(let picos, let currency, _, _) = cost, picos != 0 else { return }
    let (sum, overflow) = self[currency, default: 0].addingReportingOverflow(picos)
    self[currency] = overflow ? .max : sum
  }
}

extension EvaluationResults {
  /// The run without the answers that its dataset brought: they were asked of nobody. Nil where there are no others.
  var asked: EvaluationResults? {
    let own = observations.filter { $0.origin != JudgedAnswers.form }
    if own.count == observations.count { return self }
    if own.isEmpty { return nil }
    let kept = Set(own.compactMap(\.id))
    return EvaluationResults(
      evaluation: evaluation, rows: rows, candidates: candidates, observations: own,
      verdicts: verdicts.filter { kept.contains($0.observationID) },
      supersededVerdicts: supersededVerdicts.filter { kept.contains($0.observationID) })
  }
}

extension ObservationRecord {
  fileprivate var request: EvaluationResults.Request {
    EvaluationResults.Request(candidate: candidateID, row: row, repetition: repetition)
  }
}

/// Quality and cost by passing request of any set of requests, by the statistics that tables of candidates have.
struct SpendingQuality {
  struct Worth {
    var scores: [Spending.Score]
    var passRate: MeasuredValue
    var costPerPassingRequest: MeasuredValue
    /// The one of all costs. Nil where there are several, or none.
    var currency: String?
  }

  private let results: [EvaluationResults]
  private let judgeCost: JudgeCost
  private let options: DecisionOptions
  /// Runs that have each evaluator: in the others a failed request says nothing of it.
  private let runs: [(evaluator: String, runs: Set<Int>)]

  /// Candidates of which no cost is known at all. They say nothing of what a pass costs, neither by what they cost nor by what
  /// passed, and would else leave every group that they take part in without a cost by pass.
  private let unpriced: Set<PaidRequest.Candidate>

  /// Requests times resamples that are drawn for one value: enough for 2,000 resamples of 10,000 requests.
  private static let mostDraws = 20_000_000

  init(_ results: [EvaluationResults], _ judgeCost: JudgeCost, _ options: DecisionOptions) {
    self.results = results
    self.judgeCost = judgeCost
    self.options = options
    runs = Set(results.flatMap(\.evaluatorNames)).sorted().map { name in
      (name, Set(results.indices.filter { results[$0].evaluatorNames.contains(name) }))
    }
    var unpriced: Set<PaidRequest.Candidate> = []
    for (run, one) in results.enumerated() {
      let priced = Set(one.observations.lazy.filter { $0.cost.picos != nil }.map(\.candidateID))
      for candidate in Set(one.observations.map(\.candidateID)).subtracting(priced) {
        unpriced.insert(PaidRequest.Candidate(run: run, id: candidate))
      }
    }
    self.unpriced = unpriced
  }

  /// - Parameter requests: those that count.
  func worth(of requests: [PaidRequest]) -> Worth {
    let judged = Set(runs.reduce(into: Set<Int>()) { $0.formUnion($1.runs) })
    let withVerdicts = requests.filter { judged.contains($0.run) }
    let priced = withVerdicts.filter { !unpriced.contains($0.candidate) }
    let currencies = currencies(of: requests)
    let currency = currencies.count == 1 ? currencies.first : nil
    return Worth(
      scores: runs.compactMap { evaluator, runs in
        let own = requests.filter { runs.contains($0.run) }
        return own.isEmpty
          ? nil : Spending.Score(evaluator: evaluator, mean: value(.score(MeasureID(evaluator)), of: own, currency))
      },
      passRate: judged.isEmpty ? .absent("nothing was judged") : passRate(withVerdicts, currency),
      costPerPassingRequest: currencies.count > 1
        ? .absent("costs are in several currencies: price all in one, or look at each apart")
        : judged.isEmpty
          ? .absent("nothing was judged")
          : priced.isEmpty ? .absent("no cost is known") : value(.costPerPassingRequest, of: priced, currency),
      currency: currency)
  }

  /// What was paid for a request before the attempt and the verdicts that count.
  private func before(_ request: PaidRequest) -> [String: Int64] {
    judgeCost == .apart
      ? request.paidBefore
      : request.paidBefore.merging(request.judgedBefore) { one, other in
        let (sum, overflow) = one.addingReportingOverflow(other)
        return overflow ? .max : sum
      }
  }

  /// Nothing costs the same in every currency.
  private func currencies(of requests: [PaidRequest]) -> Set<String> {
    var found: Set<String> = []
    for request in requests {
      let costs = [request.observation.cost] + (judgeCost == .include ? request.verdicts.map(\.cost) : [])
      for case .known(let picos, let code, _, _) in costs where picos != 0 { found.insert(code) }
      // What was paid before is in the same sum.
      found.formUnion(before(request).keys)
    }
    return found
  }

  /// Wilson's interval. Where several requests are of one row the resamples of the rows have it, as these are no independent
  /// evidence; but resamples of what is all the same are no evidence at all, so that then as many requests count as there
  /// are rows.
  private func passRate(_ requests: [PaidRequest], _ currency: String?) -> MeasuredValue {
    let value = value(.passRate, of: requests, currency)
    guard case .value(let quantity) = value, quantity.value == 0 || quantity.value == 1 else { return value }
    let units = Set(requests.map(\.cluster)).count
    let interval = Proportion.wilson(
      quantity.value == 1 ? units : 0, of: units, confidence: options.confidence)
    return .value(Quantity(quantity.value, interval: interval, count: quantity.count))
  }

  /// The names of those that are left out of costs by pass.
  var unpricedNames: [String] {
    Set(
      unpriced.map { one in
        results[one.run].candidates.first { $0.id == one.id }?.name ?? ""
      }
    ).sorted()
  }

  private func value(
    _ measure: CandidateMeasure, of requests: [PaidRequest], _ currency: String?
  ) -> MeasuredValue {
    var options = options
    options.resamples = max(200, min(options.resamples, Self.mostDraws / max(requests.count, 1)))
    if requests.isEmpty { return .absent("there is no such request") }
    let clusters = requests.map(\.cluster)
    let isClustered = Set(clusters).count < clusters.count
    do {
      let table = try CandidateTable(
        dataset: "", rows: requests.indices.map(String.init), clusters: isClustered ? clusters : nil,
        currency: currency ?? "USD",
        candidates: [
          CandidateTable.Candidate(
            name: "requests",
            outcomes: requests.map { request in
              results[request.run].outcome(
                of: request.observation, judgeCost: judgeCost, paidBefore: currency.flatMap { before(request)[$0] } ?? 0
              )
            })
        ])
      return table.summary(of: [measure], options: options).lines[0].values[0]
    } catch {
      return .absent(error.description)
    }
  }
}
