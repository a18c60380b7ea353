import Foundation
import Measures
import MeasuringClient
import Probes
import Records
import Studies
import Synchronization

/// A server of a candidate's own, started for the run, read by the probes and ended after it.
final class ServedCandidate: Sendable {
  /// What takes the place of a command's placeholders, and what is laid over the environment.
  struct Surroundings: Sendable {
    var placeholders: [String: String]
    var environment: [String: String]
    /// The plan's keys: which of them a server gets, and what is taken out of its words.
    var keys: PlannedKeys
  }

  private let name: String
  private let keys: PlannedKeys
  private let probe: TrialProbe
  private let stop = StopSignal()
  private let state = Mutex<TrialRun?>(nil)
  private let task: Task<TrialRun, Never>
  let endpoint: Endpoint
  let command: [String]

  /// Starts the server; it does not answer yet.
  /// - Parameter key: what the server is asked with.
  init(
    _ program: ServedProgram, name: String, key: KeySource?, surroundings: Surroundings, probes: ProbePlan
  ) async throws {
    self.name = name
    keys = surroundings.keys
    let port = try LoopbackPort.free()
    var values = surroundings.placeholders
    values["port"] = String(port)
    let filled = program.command.map { CommandTemplate.fill($0, with: values) }
    endpoint = try Endpoint("http://127.0.0.1:\(port)\(program.path)")
    command = filled
    let probe = try TrialProbe(plan: probes)
    await probe.measureIdle()
    let own = keys.environment(program.environment, key: key)
    let environment = surroundings.environment.merging(own.values) { $1 }
    let (stop, observer) = (stop, ServerWatch(probe))
    task = Task {
      await LocalExecutor().run(
        TrialLaunch(
          command: filled, environment: environment, withheld: own.withheld, timeout: .seconds(30 * 86_400)),
        stop: stop, observer: observer)
    }
    self.probe = probe
  }

  /// Waits until the server answers one request.
  /// - Throws: ``EvaluationRunError/notServed(candidate:reason:)``.
  func untilReady(_ client: MeasuringClient, _ request: MeasuredRequest, within limit: Duration, stop: StopSignal)
    async throws
  {
    let deadline = ContinuousClock.now + limit
    let watcher = Task { [self] in
      let run = await task.value
      state.withLock { $0 = run }
    }
    defer { watcher.cancel() }
    var last = "it did not listen"
    while ContinuousClock.now < deadline, !stop.isRequested {
      if let run = state.withLock({ $0 }) {
        throw EvaluationRunError.notServed(candidate: name, reason: keys.clean(Self.ending(run)))
      }
      let observation = await client.send(request)
      if observation.succeeded { return }
      switch observation.failure {
      case .status(let status, _, _)? where ![408, 429, 500, 502, 503, 504].contains(status):
        throw EvaluationRunError.notServed(
          candidate: name,
          reason: keys.clean("the first request came back with \(observation.failure?.description ?? "")"))
      case let failure?: last = failure.description
      case nil: break
      }
      try? await Task.sleep(for: .milliseconds(100))
    }
    if stop.isRequested { return }
    throw EvaluationRunError.notServed(
      candidate: name, reason: keys.clean("after \(limit): \(last). Give it longer with ready:."))
  }

  /// Ends the server and everything it started.
  /// - Returns: what the probes read of it.
  func end() async -> ProbeReadings {
    let readings = probe.stop()
    stop.request()
    _ = await task.value
    return readings
  }

  private static func ending(_ run: TrialRun) -> String {
    let said = run.standardError.lines.suffix(10).joined(separator: "\n")
    let tail = said.isEmpty ? "" : " It said last:\n\(said)"
    return switch run.exit {
    case .exited(let code): "it ended with status \(code).\(tail)"
    case .signalled(let signal): "it was ended by signal \(signal).\(tail)"
    case .notStarted(let reason): "it cannot be started: \(reason)."
    default: "it ended.\(tail)"
    }
  }
}

/// Starts the probe when there is a process. What the server prints is its own affair.
private struct ServerWatch: TrialObserver {
  private let probe: TrialProbe
  init(_ probe: TrialProbe) { self.probe = probe }
  func didStart(_ process: TrialProcess) { probe.start(processIdentifier: process.processIdentifier) }
  func didWrite(_ bytes: [UInt8]) -> TrialVerdict { .carryOn }
}
