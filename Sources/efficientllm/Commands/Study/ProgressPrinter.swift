import Foundation
import Studies
import Synchronization

/// Shows a study's progress on standard error: one line that rewrites itself on a terminal, a line every few seconds
/// elsewhere.
final class ProgressPrinter: Sendable {
  private struct State {
    var meter = ProgressMeter()
    var line = StatusLine()

    mutating func show(at now: Double) { line.show(meter.line(at: now), at: now) }
  }

  private let state = Mutex(State())
  private let start = ContinuousClock.now

  private var now: Double { (ContinuousClock.now - start) / .seconds(1) }

  func receive(_ event: StudyProgress) {
    let now = now
    state.withLock { state in
      state.meter.receive(event, at: now)
      switch event {
      case .trialEnded(let method, let seed, let failure):
        let came = failure.map { "failed (\($0.kind)): \(Self.firstLine($0.message))" } ?? "finished"
        state.line.say("\(method) seed \(seed) \(came)")
        state.show(at: now)
      case .began, .trialBegan: state.show(at: now)
      case .advanced: if state.line.isDue(at: now) { state.show(at: now) }
      }
    }
  }

  /// Shows the time go by between steps, until the task is cancelled.
  func tick() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(state.withLock { $0.line.beat }))
      let now = now
      if Task.isCancelled { return }
      state.withLock { state in
        if state.line.isDue(at: now) { state.show(at: now) }
      }
    }
  }

  /// A line that stays.
  func say(_ line: String) { state.withLock { $0.line.say(line) } }

  func clear() { state.withLock { $0.line.clear() } }

  private static func firstLine(_ text: String) -> Substring { text.prefix { !$0.isNewline } }
}
