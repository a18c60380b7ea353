public import Records

/// A trial's program, and how long it may take.
public struct TrialLaunch: Sendable, Hashable {
  /// The program and its arguments. A name without a slash is looked up in PATH.
  public var command: [String]
  /// Laid over the runner's environment.
  public var environment: [String: String]
  /// Variables of the runner's environment that the program does not get.
  public var withheld: Set<String>
  public var timeout: Duration
  /// How long a trial that is asked to leave is given before it is killed.
  public var grace: Duration

  public init(
    command: [String], environment: [String: String] = [:], withheld: Set<String> = [], timeout: Duration,
    grace: Duration = .seconds(10)
  ) {
    self.command = command
    self.environment = environment
    self.withheld = withheld
    self.timeout = timeout
    self.grace = grace
  }
}

/// How a trial's process ended, and the last lines of its standard error.
public struct TrialRun: Sendable, Hashable {
  public var exit: TrialExit
  public var standardError: LogTail

  public init(exit: TrialExit, standardError: LogTail = LogTail()) {
    self.exit = exit
    self.standardError = standardError
  }
}

/// Hears what a trial's process does, from whichever thread it is seen on, one call at a time.
public protocol TrialObserver: Sendable {
  /// The process is there. Its descendants are in its process group unless they leave it.
  func didStart(_ process: TrialProcess)

  /// The process wrote to its standard output.
  func didWrite(_ bytes: [UInt8]) -> TrialVerdict
}

/// What becomes of a trial after what it has said.
public enum TrialVerdict: Sendable, Hashable {
  case carryOn
  /// It has said all it has to say, and may take a while to leave.
  case leave
  /// It has failed without saying so: nothing that comes is of use.
  case end
}

/// Runs trials somewhere.
public protocol TrialExecutor: Sendable {
  /// Runs one trial to its end. No process of it is left when this returns.
  func run(_ launch: TrialLaunch, stop: StopSignal, observer: any TrialObserver) async -> TrialRun
}
