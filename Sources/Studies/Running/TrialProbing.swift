public import Probes

/// Reads the machine beside one trial. ``Probes/TrialProbe`` is the one that does.
public protocol TrialProbing: Sendable {
  /// Reads what the idle machine draws, before the trial begins.
  func measureIdle() async
  /// Begins to sample a process and everything that descends from it.
  func start(processIdentifier: Int32)
  /// Ends sampling and gives what was read.
  func stop() -> ProbeReadings
}

extension TrialProbe: TrialProbing {}
