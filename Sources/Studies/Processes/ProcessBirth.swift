import Foundation
import Glibc
import Records

/// Tells a process from a later one with the same identifier.
enum ProcessBirth {
  /// The boot and the tick in which a process was born, nil when there is no such process.
  static func of(_ process: Int32) -> String? {
    guard let boot = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8),
      let fields = statFields(process), fields.count > 19
    else { return nil }
    return "\(boot.prefix(36))/\(fields[19])"
  }

  static func parent(of process: Int32) -> Int32? {
    guard let fields = statFields(process), fields.count > 1 else { return nil }
    return Int32(fields[1])
  }

  /// The fields of `/proc/PID/stat` from the state on. The name before it may hold blanks and parentheses, so reading
  /// begins after the last closing one.
  private static func statFields(_ process: Int32) -> [Substring]? {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let end = text.lastIndex(of: ")")
    else { return nil }
    return text[text.index(after: end)...].split(separator: " ")
  }
}

/// Signals to a trial's process and everything it has started.
enum ProcessTree {
  /// The processes that descend from one, itself left out, each with its birth.
  static func descendants(of root: Int32) -> [TrialProcess] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    var children: [Int32: [Int32]] = [:]
    for process in names.compactMap({ Int32($0) }) {
      if let parent = ProcessBirth.parent(of: process) { children[parent, default: []].append(process) }
    }
    var found: [TrialProcess] = []
    var seen: Set<Int32> = [root]
    var pending = children[root] ?? []
    while let process = pending.popLast() {
      guard seen.insert(process).inserted else { continue }
      if let birth = ProcessBirth.of(process) {
        found.append(TrialProcess(processIdentifier: process, birth: birth))
      }
      pending += children[process] ?? []
    }
    return found
  }

  static func signalGroup(_ leader: Int32, _ signal: Int32) {
    guard leader > 1 else { return }
    _ = kill(-leader, signal)
  }

  /// Kills those of the processes that are still the ones they were.
  static func kill9(_ processes: [TrialProcess]) {
    for process in processes where process.processIdentifier > 1 {
      if ProcessBirth.of(process.processIdentifier) == process.birth {
        _ = kill(process.processIdentifier, SIGKILL)
      }
    }
  }

  /// Kills a trial that has outlived its runner, with its group and what it started. Does nothing when the identifier
  /// belongs to another process by now.
  static func endOrphan(_ process: TrialProcess) {
    guard process.processIdentifier > 1, ProcessBirth.of(process.processIdentifier) == process.birth else { return }
    let descendants = descendants(of: process.processIdentifier)
    signalGroup(process.processIdentifier, SIGKILL)
    kill9(descendants + [process])
  }

  /// Whether a child has ended, without taking its exit status from whoever waits for it.
  static func hasEnded(child: Int32) -> Bool {
    var info = siginfo_t()
    let status = waitid(P_PID, id_t(child), &info, WEXITED | WNOHANG | WNOWAIT)
    return status != 0 || info.si_signo != 0
  }
}
