import Foundation

/// Turns what happens in a study into one line for people: trials done, method, seed, step, loss, tokens/s, time left.
/// Pure; times are handed in, in seconds of any steady clock.
public struct ProgressMeter: Sendable {
  private struct Trial {
    var method: String
    var seed: Int
    var number: Int
    var work: WorkPlan
    var begunAt: Double
    var step: Int?
    var loss: Double?
    var tokens = 0
    /// Tokens and time of the first step that was seen: the rate is counted from there.
    var first: (tokens: Int, nanoseconds: UInt64)?
    var lastNanoseconds: UInt64 = 0

    var tokensPerSecond: Double? {
      guard let first, lastNanoseconds > first.nanoseconds, tokens > first.tokens else { return nil }
      return Double(tokens - first.tokens) / (Double(lastNanoseconds - first.nanoseconds) / 1e9)
    }

    var secondsLeft: Double? {
      tokensPerSecond.map { Double(max(0, work.tokens - tokens)) / $0 }
    }
  }

  private var total = 0
  private var done = 0
  private var waiting = 0
  private var failed = 0
  private var current: Trial?
  private var finishedSeconds: [Double] = []

  public init() {}

  public mutating func receive(_ event: StudyProgress, at seconds: Double) {
    switch event {
    case .began(let total, let done, let waiting):
      self.total = total
      self.done = done
      self.waiting = waiting
    case .trialBegan(let method, let seed, let number, let work):
      current = Trial(method: method, seed: seed, number: number, work: work, begunAt: seconds)
    case .advanced(let step, let tokens, let loss, let nanoseconds):
      guard var trial = current else { return }
      trial.step = step
      trial.loss = loss ?? trial.loss
      trial.tokens = tokens
      trial.lastNanoseconds = nanoseconds
      if trial.first == nil { trial.first = (tokens, nanoseconds) }
      current = trial
    case .trialEnded(_, _, let failure):
      if let current { finishedSeconds.append(max(0, seconds - current.begunAt)) }
      done += 1
      waiting -= 1
      failed += failure == nil ? 0 : 1
      current = nil
    }
  }

  /// Seconds until every trial is done: what is left of this one, and the others at the mean of those that have ended
  /// in this run. Nil while nothing is known.
  public func secondsLeft(at seconds: Double) -> Double? {
    guard waiting > 0 else { return 0 }
    let mean = finishedSeconds.isEmpty ? nil : finishedSeconds.reduce(0, +) / Double(finishedSeconds.count)
    guard let current else { return mean.map { $0 * Double(waiting) } }
    let elapsed = seconds - current.begunAt
    let left = current.secondsLeft ?? mean.map { max(0, $0 - elapsed) }
    guard let left else { return nil }
    return left + (mean ?? (elapsed + left)) * Double(waiting - 1)
  }

  public func line(at seconds: Double) -> String {
    var parts = ["\(done)/\(total) trials"]
    if failed > 0 { parts.append("\(failed) failed") }
    if let current {
      parts.append("\(current.method) seed \(current.seed)")
      if current.work.unit == .generated {
        parts.append(current.step == nil ? "starting" : "\(current.tokens)/\(current.work.tokens) tokens")
      } else {
        parts.append(current.step.map { "step \($0 + 1)/\(current.work.steps)" } ?? "starting")
      }
      if let loss = current.loss { parts.append("loss " + String(format: "%.3f", loss)) }
      if let rate = current.tokensPerSecond { parts.append("\(Int(rate.rounded())) tokens/s") }
    }
    if let left = secondsLeft(at: seconds) { parts.append(Self.time(left) + " left") }
    return parts.joined(separator: " | ")
  }

  /// Seconds as people say them: `45 s`, `2 min 05 s`, `3 h 20 min`.
  public static func time(_ seconds: Double) -> String {
    let whole = Int(min(max(0, seconds), 1e9).rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(String(format: "%02d", whole % 60)) s" }
    return "\(whole / 3600) h \(String(format: "%02d", whole % 3600 / 60)) min"
  }
}
