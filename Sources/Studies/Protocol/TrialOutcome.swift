public import Records

/// How a trial's process ended.
public enum TrialExit: Sendable, Hashable {
  case exited(Int32)
  case signalled(Int32)
  /// It took longer than it may and was ended.
  case timedOut(Duration)
  /// The user stopped the study.
  case stopped
  /// The trial had said all it had to say, or something it may not say, and did not leave by itself.
  case endedByRunner
  /// The program could not be started.
  case notStarted(reason: String)
}

/// What a trial came to.
public enum TrialOutcome: Sendable, Hashable {
  case finished
  case failed(TrialFailure)
  /// Stopped before it was done: the next run begins it anew.
  case interrupted
}

extension TrialSession {
  /// What the trial came to, given how its process ended and what it last said on standard error.
  public func outcome(_ exit: TrialExit, standardError: LogTail = LogTail()) -> TrialOutcome {
    if case .failed(let failure) = state {
      // A trial that is being stopped may well complain on its way out.
      return exit == .stopped ? .interrupted : .failed(failure)
    }
    let isFinished = state == .finished
    switch exit {
    case .stopped: return isFinished ? .finished : .interrupted
    case .endedByRunner where isFinished: return .finished
    case .endedByRunner: return failed("protocol", "it was ended by the runner", standardError)
    case .timedOut(let limit):
      if isFinished { return .finished }
      let last = steps.last.map { "after step \($0.index)" } ?? "before its first step"
      return failed(
        "timed-out", "it took longer than the \(limit) a trial may take and was ended \(last)", standardError)
    case .notStarted(let reason): return failed("crashed", "its program could not be started: \(reason)", standardError)
    case .exited(0) where isFinished: return .finished
    case .exited(0):
      return failed(
        "protocol",
        state == .awaitingStart
          ? "the program ended without a word of the trial protocol on its standard output"
          : "the program ended without saying \"finished\"", standardError)
    case .exited(let status):
      // A shell reports a child killed by a signal as 128 and the signal's number.
      if status == 128 + 9 { return killed(standardError) }
      let after = isFinished ? " after it had said \"finished\"" : ""
      let kind = Self.speaksOfMemory(standardError.lines + log.lines) ? "out-of-memory" : "crashed"
      return failed(kind, "it left with exit status \(status)\(after)", standardError)
    case .signalled(9): return killed(standardError)
    case .signalled(let signal):
      let kind = Self.speaksOfMemory(standardError.lines) ? "out-of-memory" : "crashed"
      return failed(kind, "it was ended by signal \(signal)\(Self.name(signal))", standardError)
    }
  }

  private func killed(_ standardError: LogTail) -> TrialOutcome {
    failed(
      "out-of-memory",
      "it was killed (SIGKILL), which is what the system does when memory runs out; use a smaller model, fewer tokens "
        + "a step, or more memory", standardError)
  }

  private func failed(_ kind: String, _ message: String, _ standardError: LogTail) -> TrialOutcome {
    let said = standardError.lines.isEmpty ? log.lines : standardError.lines
    let tail = said.suffix(15).joined(separator: "\n")
    return .failed(
      TrialFailure(kind: kind, message: tail.isEmpty ? message : "\(message)\n\(tail)", step: steps.last?.index))
  }

  private static func speaksOfMemory(_ lines: [String]) -> Bool {
    let signs = [
      "out of memory", "outofmemory", "bad_alloc", "memoryerror", "cannot allocate memory", "can't allocate memory",
      "not enough memory",
    ]
    return lines.contains { line in
      let line = line.lowercased()
      return signs.contains { line.contains($0) }
    }
  }

  private static func name(_ signal: Int32) -> String {
    let names: [Int32: String] = [
      1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 11: "SIGSEGV",
      13: "SIGPIPE", 15: "SIGTERM",
    ]
    return names[signal].map { " (\($0))" } ?? ""
  }
}
