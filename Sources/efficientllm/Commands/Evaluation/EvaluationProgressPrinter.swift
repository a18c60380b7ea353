import Evaluations
import Foundation
import Studies
import Synchronization

/// Shows an evaluation's progress on standard error: one line that rewrites itself on a terminal, a line every few
/// seconds elsewhere.
final class EvaluationProgressPrinter: Sendable {
  private struct State {
    /// By candidate, in the order in which they were first heard of.
    var candidates: [(name: String, done: Int, of: Int, failed: Int)] = []
    var missing = 0
    var judged: (done: Int, of: Int)?
    var judgingFrom = 0.0
    var line = StatusLine()
  }

  private let state = Mutex(State())
  private let start = ContinuousClock.now

  private var now: Double { (ContinuousClock.now - start) / .seconds(1) }

  func receive(_ event: EvaluationProgress) {
    let now = now
    state.withLock { state in
      switch event {
      case .began(let reference, let requests, let missing):
        state.missing = missing
        state.line.say("\(reference): \(requests) requests, \(missing) of them to be made")
      case .serving(let candidate):
        state.line.say("starting the server of \(candidate)")
      case .asked(let candidate, let done, let of, let failed):
        let line = (candidate, done, of, failed)
        if let index = state.candidates.firstIndex(where: { $0.name == candidate }) {
          state.candidates[index] = line
        } else {
          state.candidates.append(line)
        }
        if done == of {
          state.line.say("\(candidate): \(done) asked\(failed > 0 ? ", \(failed) without an answer" : "")")
        } else if state.line.isDue(at: now) {
          print(&state, at: now)
        }
      case .unreachable(let candidate, let reason):
        state.line.say("\(candidate) is not asked any further: \(reason)")
      case .judged(let done, let of):
        if state.judged == nil { state.judgingFrom = now }
        state.judged = (done, of)
        if state.line.isDue(at: now) { print(&state, at: now) }
      }
    }
  }

  /// A line that stays.
  func say(_ line: String) { state.withLock { $0.line.say(line) } }

  func clear() { state.withLock { $0.line.clear() } }

  private func print(_ state: inout State, at now: Double) {
    let line: String
    if let judged = state.judged {
      line = "judging \(judged.done)/\(judged.of)" + left(judged.done, judged.of, now - state.judgingFrom)
    } else {
      let done = state.candidates.reduce(0) { $0 + $1.done }
      let running = state.candidates.filter { $0.done < $0.of }.map { "\($0.name) \($0.done)/\($0.of)" }
      line = "\(done)/\(state.missing) requests | \(running.joined(separator: ", "))" + left(done, state.missing, now)
    }
    state.line.show(line, at: now)
  }

  private func left(_ done: Int, _ of: Int, _ elapsed: Double) -> String {
    guard done > 0, of > done else { return "" }
    return " | about \(ProgressMeter.time(elapsed / Double(done) * Double(of - done))) left"
  }
}
