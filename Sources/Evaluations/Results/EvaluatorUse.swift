import Records

/// An evaluator as a run used it, and how often it could say something.
public struct EvaluatorUse: Sendable, Hashable, Encodable {
  public let name: String
  /// More than one where it changed between the run and its resumption.
  public let versions: [Int]
  /// SHA-256 of each configuration.
  public let configurations: [String]
  public let thresholds: [Double]
  /// Of the answers that count.
  public let scored: Int
  /// By cause, such as "no-expectation".
  public let absent: [String: Int]
  public let failed: Int
}

/// In what an evaluator differs between two runs, so that its scores do not compare.
public struct EvaluatorChange: Sendable, Hashable {
  public let evaluator: String
  /// Such as "version 1 became 2".
  public let what: String
  /// Whether its scores themselves may differ; where its threshold alone did, only passing does.
  public let changesScores: Bool
}

extension EvaluationResults {
  /// By name.
  public var evaluators: [EvaluatorUse] {
    let counting = Set(latest.values.compactMap { observations[$0].id })
    let current = verdicts.filter { counting.contains($0.observationID) }
    return evaluatorNames.map { name in
      let own = current.filter { $0.evaluator == name }
      var absent: [String: Int] = [:]
      for case .absent(_, let cause) in own.map(\.outcome) {
        absent[cause.isEmpty ? "unknown" : cause, default: 0] += 1
      }
      return EvaluatorUse(
        name: name, versions: Set(own.map(\.version)).sorted(), configurations: Set(own.map(\.configuration)).sorted(),
        thresholds: Set(own.map(\.threshold)).sorted(), scored: own.count { $0.score != nil }, absent: absent,
        failed: own.count { if case .failed = $0.outcome { true } else { false } })
    }
  }

  /// What has become different in evaluators that both runs have.
  public func evaluatorChanges(since earlier: EvaluationResults) -> [EvaluatorChange] {
    let before = Dictionary(uniqueKeysWithValues: earlier.evaluators.map { ($0.name, $0) })
    return evaluators.flatMap { now -> [EvaluatorChange] in
      guard let old = before[now.name] else { return [] }
      var changes: [EvaluatorChange] = []
      if old.versions != now.versions {
        changes.append(
          EvaluatorChange(
            evaluator: now.name, what: "version \(Self.list(old.versions)) became \(Self.list(now.versions))",
            changesScores: true))
      }
      if old.configurations != now.configurations {
        changes.append(
          EvaluatorChange(evaluator: now.name, what: "its configuration is another one", changesScores: true))
      }
      if old.thresholds != now.thresholds {
        changes.append(
          EvaluatorChange(
            evaluator: now.name, what: "its threshold \(Self.list(old.thresholds)) became \(Self.list(now.thresholds))",
            changesScores: false))
      }
      return changes
    }
  }

  private static func list(_ values: [some CustomStringConvertible]) -> String {
    values.isEmpty ? "none" : values.map(\.description).joined(separator: " and ")
  }
}
