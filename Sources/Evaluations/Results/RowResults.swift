import Ranking
public import Records

/// What each candidate made of one row.
public struct RowResults: Sendable, Encodable {
  public struct Score: Sendable, Encodable {
    public let evaluator: String
    /// Nil where there is none, for the reason below.
    public let score: Double?
    public let reason: String
  }

  public struct Answer: Sendable, Encodable {
    public let candidate: String
    /// "answered", "failed" or "missing".
    public let status: String
    /// What it failed of.
    public let failure: String?
    public let passed: Bool?
    public let scores: [Score]
    /// Exact, in millionths of a millionth of the currency's unit.
    public let costPicos: Int64?
    public let latencySeconds: Double?
    public let answeredBy: String?
    public let text: String?
  }

  public let row: String
  public let repetition: Int
  public let cluster: String?
  public let answers: [Answer]

  /// Whether one candidate passed the row and another did not.
  public var isDisputed: Bool {
    let passed = answers.map { $0.status == "failed" ? false : $0.passed }
    return passed.contains(true) && passed.contains(false)
  }

  /// How far the candidates' scores lie apart: the most of any evaluator. A failed request counts as 0.
  public var spread: Double {
    let names = Set(answers.flatMap(\.scores).map(\.evaluator))
    return names.map { name in
      let scores = answers.compactMap { answer -> Double? in
        answer.status == "failed" ? 0 : answer.scores.first { $0.evaluator == name }?.score
      }
      return (scores.max() ?? 0) - (scores.min() ?? 0)
    }.max() ?? 0
  }
}

/// A request that came to nothing.
public struct FailedRequest: Sendable {
  public let observation: ObservationRecord
  /// Such as "timeout", or "no-answer" for a blank answer.
  public let kind: String
  /// Whether it was sent again in a later run.
  public let isSuperseded: Bool
}

extension EvaluationResults {
  /// Every attempt that came to nothing, in the order in which they were stored.
  public var failedRequests: [FailedRequest] {
    let counting = Set(latest.values)
    return observations.enumerated().compactMap { index, observation in
      failure(of: observation).map {
        FailedRequest(observation: observation, kind: $0, isSuperseded: !counting.contains(index))
      }
    }
  }

  /// The rows in their order, each with what every candidate made of it.
  public func rowResults(judgeCost: JudgeCost = .apart) -> [RowResults] {
    rows.flatMap { row in
      repetitions.map { repetition in
        RowResults(
          row: row.identity, repetition: repetition, cluster: row.cluster,
          answers: candidates.map { answer(of: $0, row: row.identity, repetition: repetition, judgeCost) })
      }
    }
  }

  private func answer(
    of candidate: CandidateRecord, row: String, repetition: Int, _ judgeCost: JudgeCost
  ) -> RowResults.Answer {
    guard let observation = observation(of: candidate, row: row, repetition: repetition) else {
      return RowResults.Answer(
        candidate: candidate.name, status: "missing", failure: nil, passed: nil, scores: [], costPicos: nil,
        latencySeconds: nil, answeredBy: nil, text: nil)
    }
    let verdicts = verdicts(on: observation)
    let failure = failure(of: observation)
    let paid: Int64?
    switch outcome(of: observation, judgeCost: judgeCost) {
    case .answered(let answered): paid = answered.cost.picos
    case .failed(_, let cost, _): paid = cost.picos
    case .missing: paid = nil
    }
    return RowResults.Answer(
      candidate: candidate.name, status: failure == nil ? "answered" : "failed", failure: failure,
      passed: failure == nil ? passed(verdicts) : nil,
      scores: verdicts.map { verdict in
        let reason: String
        switch verdict.outcome {
        case .score: reason = verdict.reason
        case .absent(let absence, _): reason = absence.reason
        case .failed(let message): reason = "the evaluator failed: \(message)"
        }
        return RowResults.Score(evaluator: verdict.evaluator, score: verdict.score, reason: reason)
      }, costPicos: paid, latencySeconds: observation.latencies.endToEnd, answeredBy: observation.answeredBy,
      text: observation.text ?? observation.failureMessage)
  }
}
