import Foundation
import Measures
import Synchronization

/// Reads the machine's counters beside one trial, on a thread of its own.
///
/// ```swift
/// let probe = try TrialProbe(plan: ProbePlan(energy: .automatic, idleSeconds: 2))
/// await probe.measureIdle()              // before the trial's process is started
/// probe.start(processIdentifier: pid)    // right after
/// let readings = probe.stop()            // when the trial has ended, before or after its process is reaped
/// ```
/// The last sample is taken by ``stop()``. A process that has been reaped by then has taken its last moments with it:
/// its memory and time stand as they were at the sample before, at most one interval earlier.
public final class TrialProbe: Sendable {
  private enum Stage: Sendable {
    case ready
    case sampling(SystemThread)
    case stopped
  }

  public let plan: ProbePlan
  private let system: ProbeSystem
  private let recording: ProbeRecording?
  private let sampling: Sampling
  private let stage = Mutex(Stage.ready)
  private let startNanoseconds = Mutex<UInt64?>(nil)

  /// - Throws: ``ProbeError`` for a plan that cannot be carried out as it is written, such as a declared power of 0 W
  ///   or a recording that isn't there. A counter that this machine lacks doesn't throw: it gives an absence.
  public convenience init(plan: ProbePlan) throws {
    try self.init(plan: plan, system: .current())
  }

  init(plan: ProbePlan, system: ProbeSystem) throws {
    try plan.validate()
    self.plan = plan
    self.system = system
    if case .replay(let path) = plan.energy {
      recording = try ProbeRecording(contentsOf: URL(fileURLWithPath: path))
    } else {
      recording = nil
    }
    sampling = Sampling(SampleCollector(plan: plan, system: system))
  }

  deinit {
    sampling.gate.stop()
    stage.withLock { stage in
      if case .sampling(let thread) = stage { thread.join() }
    }
  }

  /// Reads the power that the machine draws for `plan.idleSeconds`, before a trial begins. Does nothing where the plan
  /// asks for none or no counter answers. Other work on the machine during this time is counted as idle power. When the
  /// task is cancelled it stops early and leaves idle power unknown.
  public func measureIdle() async {
    guard recording == nil, plan.idleSeconds > 0, sampling.withCollector({ $0.readsIdlePower }) else { return }
    let end = MonotonicClock.nanoseconds() + UInt64(plan.idleSeconds * 1e9)
    sampling.withCollector { $0.readIdle() }
    while true {
      let now = MonotonicClock.nanoseconds()
      if now >= end { break }
      do {
        // At least every second, so that a counter can't turn twice unseen.
        try await Task.sleep(nanoseconds: min(end - now, 1_000_000_000))
      } catch {
        sampling.withCollector { $0.abandonIdle() }
        return
      }
      sampling.withCollector { $0.readIdle() }
    }
    sampling.withCollector { $0.endIdle() }
  }

  /// Begins to sample the process and everything that descends from it. The first sample is taken at once. Call it once.
  public func start(processIdentifier: Int32) {
    stage.withLock { stage in
      guard case .ready = stage else { preconditionFailure("a probe is started once") }
      let start = MonotonicClock.nanoseconds()
      startNanoseconds.withLock { $0 = start }
      stage = .stopped
      guard recording == nil else { return }
      sampling.withCollector { $0.begin(process: processIdentifier, files: system.files, at: start) }
      if let thread = SystemThread({ [sampling] in sampling.run() }) {
        stage = .sampling(thread)
      } else {
        sampling.withCollector { $0.note("the system had no thread left for the probe: nothing was sampled") }
      }
    }
  }

  /// Takes a last sample, ends the thread and gives what was read. Waits for at most one sample (milliseconds). A
  /// second call gives the same readings. A probe that was never started gives no samples and absent energy.
  public func stop() -> ProbeReadings {
    sampling.gate.stop()
    stage.withLock { stage in
      if case .sampling(let thread) = stage { thread.join() }
      stage = .stopped
    }
    if let recording {
      let start = startNanoseconds.withLock { $0 }
      return recording.readings(startingAt: start ?? recording.startNanoseconds)
    }
    return sampling.withCollector { $0.readings() }
  }

  /// The readings of ``stop()`` in the form that ``EnergySource/replay(path:)`` takes. Nil before the start.
  public func recording(of readings: ProbeReadings) -> ProbeRecording? {
    startNanoseconds.withLock { $0 }.map { ProbeRecording(startNanoseconds: $0, readings: readings) }
  }
}
