import Foundation
import Studies
import Synchronization

/// Shows a study's progress on standard error: one line that rewrites itself on a terminal, a line every few seconds
/// elsewhere.
final class ProgressPrinter: Sendable {
  private struct State {
    var meter = ProgressMeter()
    var printedAt = -Double.infinity
    var hasLine = false
  }

  private let state = Mutex(State())
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let start = ContinuousClock.now

  private var now: Double { (ContinuousClock.now - start) / .seconds(1) }
  private var interval: Double { isTerminal ? 0.25 : 5 }

  func receive(_ event: StudyProgress) {
    let now = now
    state.withLock { state in
      state.meter.receive(event, at: now)
      switch event {
      case .trialEnded(let method, let seed, let failure):
        clear(&state)
        let came = failure.map { "failed (\($0.kind)): \(Self.firstLine($0.message))" } ?? "finished"
        write("\(method) seed \(seed) \(came)\n")
        print(&state, at: now)
      case .began, .trialBegan: print(&state, at: now)
      case .advanced: if now - state.printedAt >= interval { print(&state, at: now) }
      }
    }
  }

  /// Shows the time go by between steps, until the task is cancelled.
  func tick() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(isTerminal ? 1 : 5))
      let now = now
      if Task.isCancelled { return }
      state.withLock { state in
        if now - state.printedAt >= interval { print(&state, at: now) }
      }
    }
  }

  /// A line that stays.
  func say(_ line: String) {
    state.withLock { state in
      clear(&state)
      write(line + "\n")
    }
  }

  func clear() { state.withLock { clear(&$0) } }

  private func print(_ state: inout State, at now: Double) {
    let line = state.meter.line(at: now)
    write(isTerminal ? "\r\u{1B}[K\(line.prefix(160))" : line + "\n")
    state.hasLine = true
    state.printedAt = now
  }

  private func clear(_ state: inout State) {
    if isTerminal, state.hasLine { write("\r\u{1B}[K") }
    state.hasLine = false
  }

  private static func firstLine(_ text: String) -> Substring { text.prefix { !$0.isNewline } }

  private func write(_ text: String) {
    // Nobody may be reading any more; the study goes on.
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }
}
