import ArgumentParser
import Foundation
import Records
import Studies

/// A program that does a command's work and says how far it is: all it says goes to standard error as it comes.
enum ProgressScript {
  /// Runs it to its end.
  /// - Parameters:
  ///   - command: The program and its arguments.
  ///   - what: What is obtained, for sentences.
  /// - Throws: `ExitCode.failure` where the program has said itself what was wrong, else ``Failure``.
  static func run(_ command: [String], timeout: Duration, what: String) async throws {
    let shell = ["/bin/sh", "-c", "exec \"$@\" 2>&1", "script"] + command
    let run = await LocalExecutor().run(
      TrialLaunch(command: shell, timeout: timeout), stop: StopSignal(), observer: PassingOn())
    switch run.exit {
    case .exited(0): return
    case .exited(127): throw Failure(description: "\(command[0]) is not to be found: install it, or name another")
    case .exited: throw ExitCode.failure
    case .notStarted(let reason): throw Failure(description: "\(what) could not be obtained: \(reason)")
    case .timedOut:
      let hours = timeout.components.seconds / 3600
      throw Failure(
        description:
          "the download took over \(hours == 1 ? "an hour" : "\(hours) hours"): check the network and try again")
    case .signalled, .stopped, .endedByRunner:
      throw Failure(description: "\(what) was not obtained: the script was ended; try again")
    }
  }

  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  private struct PassingOn: TrialObserver {
    func didStart(_ process: TrialProcess) {}

    func didWrite(_ bytes: [UInt8]) -> TrialVerdict {
      FileHandle.standardError.write(Data(bytes))
      return .carryOn
    }
  }
}
