import Foundation
import Glibc
import Records
import Subprocess
import Synchronization

/// Runs trials as processes of this machine, each in a process group of its own, with standard input closed.
///
/// Beside each trial stands a leash: a shell that reads from a pipe whose other end only this process holds. When this
/// process dies, however it dies, the shell reads the end of the pipe and kills the trial's group.
public struct LocalExecutor: TrialExecutor {
  /// How often the executor looks at the clock and at the stop signal.
  static let tick = Duration.milliseconds(50)
  /// How long a trial that has said "finished" may take to leave by itself.
  let lingering: Duration

  public init(lingering: Duration = .seconds(30)) { self.lingering = lingering }

  public func run(_ launch: TrialLaunch, stop: StopSignal, observer: any TrialObserver) async -> TrialRun {
    guard let program = launch.command.first else { return TrialRun(exit: .notStarted(reason: "the command is empty")) }
    var options = PlatformOptions()
    options.processGroupID = 0
    let changes = TrialLaunch.changes(launch.environment, withheld: launch.withheld)
    let watch = Watch(launch: launch, lingering: lingering)
    do {
      let result = try await Subprocess.run(
        program.contains("/") ? .path(.init(program)) : .name(program),
        arguments: Arguments(Array(launch.command.dropFirst())), environment: .inherit.updating(changes),
        platformOptions: options, input: .none, output: .sequence, error: .sequence
      ) { execution in
        let leader = execution.processIdentifier.value
        observer.didStart(TrialProcess(processIdentifier: leader, birth: ProcessBirth.of(leader) ?? ""))
        await withTaskGroup(of: Void.self) { group in
          group.addTask {
            do {
              for try await buffer in execution.standardOutput {
                watch.heard(observer.didWrite(buffer.withUnsafeBytes { Array($0) }))
              }
            } catch {
              // A pipe that cannot be read any more ends like one that was closed: the exit status says the rest.
            }
          }
          group.addTask {
            var lines = LineCutter()
            do {
              for try await buffer in execution.standardError {
                let cut = lines.cut(buffer.withUnsafeBytes { Array($0) })
                watch.heard(cut)
              }
            } catch {}
            let last = lines.rest
            if !last.isEmpty { watch.heard([last]) }
          }
          group.addTask {
            let leash = Task { await Self.holdLeash(ofGroup: leader) }
            await watch.untilEnd(of: leader, stop: stop)
            leash.cancel()
            await leash.value
          }
          await group.waitForAll()
        }
      }
      return TrialRun(exit: watch.exit(result.terminationStatus), standardError: watch.standardError)
    } catch let error as SubprocessError {
      return TrialRun(exit: .notStarted(reason: "\(program): \(error.description)"))
    } catch {
      return TrialRun(exit: .notStarted(reason: "\(program): \(error)"))
    }
  }

  private static func holdLeash(ofGroup leader: Int32) async {
    var options = PlatformOptions()
    options.processGroupID = 0
    _ = try? await Subprocess.run(
      .path("/bin/sh"), arguments: ["-c", "read -r line; kill -KILL -- -\"$1\"", "leash", "\(leader)"],
      platformOptions: options, input: .inputWriter, output: .discarded, error: .discarded
    ) { execution in
      // Until the trial has ended and this task is cancelled.
      try? await Task.sleep(for: .seconds(1_000_000_000))
      try? execution.send(signal: .kill)
    }
  }
}

extension TrialLaunch {
  /// What becomes of the runner's environment for a program.
  static func changes(
    _ environment: [String: String], withheld: Set<String>
  ) -> [Subprocess.Environment.Key: String?] {
    var changes: [Subprocess.Environment.Key: String?] = [:]
    for name in withheld { changes[.init(stringLiteral: name)] = .some(nil) }
    for (name, value) in environment { changes[.init(stringLiteral: name)] = .some(value) }
    return changes
  }
}

/// Decides when a trial has to leave, and makes it.
private final class Watch: Sendable {
  enum Cause { case timeout, stop, spoken }

  struct State {
    var cause: Cause?
    /// When the trial has to have left, once it has said its last word.
    var leavesBy: ContinuousClock.Instant?
    var standardError = LogTail()
  }

  private let launch: TrialLaunch
  private let lingering: Duration
  private let state = Mutex(State())

  init(launch: TrialLaunch, lingering: Duration) {
    self.launch = launch
    self.lingering = lingering
  }

  var standardError: LogTail { state.withLock { $0.standardError } }

  func heard(_ lines: [String]) {
    state.withLock { state in lines.forEach { state.standardError.append($0) } }
  }

  func heard(_ verdict: TrialVerdict) {
    state.withLock { state in
      switch verdict {
      case .carryOn: break
      case .leave: state.leavesBy = state.leavesBy ?? .now + lingering
      case .end: state.leavesBy = .now
      }
    }
  }

  func exit(_ status: TerminationStatus) -> TrialExit {
    switch (state.withLock { $0.cause }, status) {
    case (.timeout, _): .timedOut(launch.timeout)
    case (.stop, _): .stopped
    case (.spoken, _): .endedByRunner
    case (nil, .exited(let code)): .exited(code)
    case (nil, .signaled(let signal)): .signalled(signal)
    }
  }

  func untilEnd(of leader: Int32, stop: StopSignal) async {
    let start = ContinuousClock.now
    var askedAt: ContinuousClock.Instant?
    var descendants: [TrialProcess] = []
    while !ProcessTree.hasEnded(child: leader) {
      let now = ContinuousClock.now
      if let askedAt {
        if now - askedAt >= launch.grace || stop.isUrgent {
          descendants += ProcessTree.descendants(of: leader)
          ProcessTree.signalGroup(leader, SIGKILL)
          ProcessTree.kill9(descendants)
        }
      } else if let cause = cause(at: now, since: start, stop: stop) {
        state.withLock { $0.cause = cause }
        descendants = ProcessTree.descendants(of: leader)
        ProcessTree.signalGroup(leader, SIGTERM)
        askedAt = now
      }
      try? await Task.sleep(for: LocalExecutor.tick)
    }
    // The leader is dead and not yet reaped, so its number still names this group and no other.
    ProcessTree.signalGroup(leader, SIGKILL)
    ProcessTree.kill9(descendants)
  }

  private func cause(
    at now: ContinuousClock.Instant, since start: ContinuousClock.Instant, stop: StopSignal
  ) -> Cause? {
    if stop.isRequested { return .stop }
    if now - start >= launch.timeout { return .timeout }
    if let leavesBy = state.withLock({ $0.leavesBy }), now >= leavesBy { return .spoken }
    return nil
  }
}

/// Cuts a stream of text into lines of bounded length.
struct LineCutter {
  private var line: [UInt8] = []

  mutating func cut(_ bytes: [UInt8]) -> [String] {
    var lines: [String] = []
    for byte in bytes {
      // Progress bars rewrite their line with a carriage return.
      if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
        if !line.isEmpty { lines.append(rest) }
        line.removeAll(keepingCapacity: true)
      } else if line.count < 2 * LogTail.maximumLineBytes {
        line.append(byte)
      }
    }
    return lines
  }

  var rest: String { String(decoding: line, as: UTF8.self) }
}
