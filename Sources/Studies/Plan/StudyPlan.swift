public import Probes

/// What a study asks for: the cells, the work that each does, the seeds, and how it is measured.
///
/// Read from YAML by ``StudyPlan/init(yaml:)``. See `studies/` for examples.
public struct StudyPlan: Sendable, Hashable {
  /// Safe as a file name.
  public var name: String
  public var question: String
  /// The workload that runs the cells, such as "train", or "command".
  public var workload: String
  /// For `workload: command`, the program with its arguments; see ``CommandWorkload`` for the placeholders.
  public var command: [String]?
  /// What all cells share.
  public var base: Settings
  /// What varies, in the order written. The last one varies fastest.
  public var vary: [Variation]
  /// Cells that have all values of one of these are left out.
  public var exclude: [Settings]
  public var work: WorkPlan
  public var seeds: [Int]
  /// What the workload calls it, such as "fp32". A cell may have another: `precision` among what varies, or in a peer's
  /// settings.
  public var precision: String
  /// Threads each trial is given; nil for as many as the machine has cores.
  public var threads: Int?
  public var probes: ProbePlan
  public var budget: Budget
  /// Programs of others that stand in the same table.
  public var peers: [Peer]
  /// The YAML as the user wrote it.
  public var text: String

  public init(
    name: String, question: String = "", workload: String = "train", command: [String]? = nil, base: Settings = [:],
    vary: [Variation] = [], exclude: [Settings] = [], work: WorkPlan, seeds: [Int] = [0, 1, 2],
    precision: String = "fp32", threads: Int? = nil, probes: ProbePlan = ProbePlan(), budget: Budget = Budget(),
    peers: [Peer] = [], text: String = ""
  ) {
    self.name = name
    self.question = question
    self.workload = workload
    self.command = command
    self.base = base
    self.vary = vary
    self.exclude = exclude
    self.work = work
    self.seeds = seeds
    self.precision = precision
    self.threads = threads
    self.probes = probes
    self.budget = budget
    self.peers = peers
    self.text = text
  }
}

/// One setting and the values it takes.
public struct Variation: Sendable, Hashable {
  public var key: String
  public var values: [SettingValue]

  public init(key: String, values: [SettingValue]) {
    self.key = key
    self.values = values
  }
}

/// How long a study may take.
public struct Budget: Sendable, Hashable {
  /// When it is spent no further trial is begun; the one that runs is ended by its own limit. Nil for no limit.
  public var study: Duration?
  /// A trial that takes longer is ended and has failed.
  public var trial: Duration

  public init(study: Duration? = nil, trial: Duration = .seconds(24 * 3600)) {
    self.study = study
    self.trial = trial
  }
}

/// A program of somebody else's that does the same work and speaks the trial protocol.
public struct Peer: Sendable, Hashable {
  /// What the tables call it.
  public var method: String
  public var command: [String]
  /// Laid over the study's base, as a varied value is.
  public var settings: Settings
  /// The study's variations that the peer goes through as well: it has a cell for each combination of these.
  public var varies: [String]

  public init(method: String, command: [String], settings: Settings = [:], varies: [String] = []) {
    self.method = method
    self.command = command
    self.settings = settings
    self.varies = varies
  }
}
