import Measures

/// How decisions over a ``CandidateTable`` are made. The same options give the same decisions.
public struct DecisionOptions: Sendable, Hashable {
  /// What a request without an answer counts as.
  public enum Failures: String, Sendable, Hashable, CaseIterable {
    /// Score 0, not passed, and slower than every other: whoever asked got nothing.
    case worst
    /// Left out of scores, verdicts and latencies. The error rate still has it.
    case leftOut = "left-out"
  }

  public var failures: Failures = .worst
  /// Of intervals, and one minus the significance of tests.
  public var confidence = 0.95
  /// How probable it has to be that a candidate meets all requirements before it qualifies; and with one minus that, before it
  /// is called out.
  public var assurance = 0.9
  /// The power that numbers of rows are given for.
  public var power = 0.8
  /// Shared rows (or clusters) under which nothing is decided.
  public var minimumRows = 20
  public var resamples = ConfidenceInterval.defaultResamples
  /// Of permutation tests.
  public var flips = PairedComparison.PermutationTest.defaultDraws
  public var seed: UInt64 = 1

  public init() {}
}
