/// Which trial of a study: the cell and the seed. The same key may have several attempts.
public struct TrialKey: Sendable, Hashable, Codable {
  /// ``CellRecord/key``.
  public var cell: String
  public var seed: Int

  public init(cell: String, seed: Int) {
    self.cell = cell
    self.seed = seed
  }
}

/// Where the newest attempt of a trial stands.
public struct TrialState: Sendable, Hashable {
  public var key: TrialKey
  public var attempt: Int
  public var status: TrialStatus
  public var failure: TrialFailure?
  /// Seconds between start and finish by the wall clock, for forecasts only.
  public var wallSeconds: Double?

  public init(key: TrialKey, attempt: Int, status: TrialStatus, failure: TrialFailure?, wallSeconds: Double?) {
    self.key = key
    self.attempt = attempt
    self.status = status
    self.failure = failure
    self.wallSeconds = wallSeconds
  }
}

/// The operating system's process behind a running trial. The start time guards against a process identifier that
/// has been given to somebody else since.
public struct TrialProcess: Sendable, Hashable, Codable {
  public var processIdentifier: Int32
  /// What the operating system says of the process's birth; opaque, compared for equality.
  public var birth: String

  public init(processIdentifier: Int32, birth: String) {
    self.processIdentifier = processIdentifier
    self.birth = birth
  }
}
