public import Measures

/// What a study runs. The engine's training is one, any program that speaks the trial protocol is another.
public protocol Workload: Sendable {
  /// The name a plan uses, such as "train".
  var name: String { get }

  /// Checks a cell's settings and says what they come to, without running anything.
  /// - Throws: an error that names the setting and the mend.
  func describe(_ settings: Settings, work: WorkPlan, precision: String) throws -> CellDescription

  /// The program and arguments that run a trial whose spec lies at `specPath`.
  func command(specPath: String, spec: TrialSpec) throws -> [String]

  /// Called for each cell before anything is recorded: makes what trials share, outside of what is measured, and throws
  /// for what would make every trial fail, such as a missing library or an absent corpus.
  func prepare(_ settings: Settings, work: WorkPlan, precision: String) throws

  /// Whether a trial takes up what an interrupted attempt left in its folder. It then says the earlier steps again, as
  /// warm-up: nothing watched the memory and energy of a process that is gone.
  func resumes(_ settings: Settings) -> Bool
}

extension Workload {
  public func prepare(_ settings: Settings, work: WorkPlan, precision: String) throws {}

  public func resumes(_ settings: Settings) -> Bool { false }
}

/// What a cell comes to, counted from its settings.
public struct CellDescription: Sendable, Hashable, Codable {
  /// What tables call the varied part, such as "GQA".
  public var method: String
  /// What it stands on, such as "tiny".
  public var model: String
  public var account: ModelAccount?
  /// Bytes the trial is expected to hold at its peak.
  public var estimatedMemoryBytes: UInt64?
  /// Floating-point operations of the whole trial.
  public var totalFLOPs: Double?
  /// What is the same across cells beside the work, such as "depth and width" or "parameters".
  public var equalised: String?

  public init(
    method: String, model: String, account: ModelAccount? = nil, estimatedMemoryBytes: UInt64? = nil,
    totalFLOPs: Double? = nil, equalised: String? = nil
  ) {
    self.method = method
    self.model = model
    self.account = account
    self.estimatedMemoryBytes = estimatedMemoryBytes
    self.totalFLOPs = totalFLOPs
    self.equalised = equalised
  }
}
