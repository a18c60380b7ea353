/// The part of a trial that measures of time, memory, energy and throughput are taken over: the steps of the main phase
/// that are not warm-up, and the union of their intervals.
///
/// The main phase is training where there is any, else inference (prefill and decode). Evaluation, warm-up and whatever
/// lies between two steps are outside, so a trial that evaluates more often measures the same.
struct MeasuredWindow {
  /// The measured steps, by their start.
  let steps: [StepObservation]
  /// Disjoint, not empty, rising. Steps that overlap, such as two requests at once, share one.
  let intervals: [Range<UInt64>]

  var isTraining: Bool { steps[0].phase == .train }

  /// The time the window lasts, overlaps counted once.
  var seconds: Double { Self.seconds(in: intervals) }

  /// The time some of the steps last, overlaps counted once.
  static func seconds(of steps: [StepObservation]) -> Double { seconds(in: union(of: steps)) }

  private static func seconds(in intervals: [Range<UInt64>]) -> Double {
    intervals.reduce(0) { $0 + Double($1.upperBound - $1.lowerBound) } * 1e-9
  }

  /// The window of a trial.
  /// - Throws: ``MissingEvidence`` when no step was measured, or one ends before it starts.
  init(_ evidence: TrialEvidence) throws(MissingEvidence) {
    let hasTraining = evidence.steps.contains { $0.phase == .train }
    let main = evidence.steps.filter { hasTraining ? $0.phase == .train : $0.phase == .prefill || $0.phase == .decode }
    if main.isEmpty { throw MissingEvidence("the trial reported no training, prefill or decode step") }
    let measured = main.filter { !$0.isWarmup }.sorted { $0.startNanoseconds < $1.startNanoseconds }
    if measured.isEmpty {
      throw MissingEvidence("all \(main.count) steps are warm-up: plan more steps, or fewer warm-up steps")
    }
    if let wrong = measured.first(where: { $0.endNanoseconds <= $0.startNanoseconds }) {
      throw MissingEvidence("step \(wrong.index) does not end after it starts")
    }
    steps = measured
    intervals = Self.union(of: measured)
  }

  /// The measured steps of one phase.
  /// - Throws: ``MissingEvidence`` when there are none.
  func steps(of phase: StepObservation.Phase) throws(MissingEvidence) -> [StepObservation] {
    let found = steps.filter { $0.phase == phase }
    if found.isEmpty { throw MissingEvidence("the trial measured no \(phase.rawValue) step") }
    return found
  }

  /// Of steps sorted by their start.
  private static func union(of steps: [StepObservation]) -> [Range<UInt64>] {
    var intervals: [Range<UInt64>] = []
    for step in steps {
      if let last = intervals.last, step.startNanoseconds <= last.upperBound {
        intervals[intervals.count - 1] = last.lowerBound..<max(last.upperBound, step.endNanoseconds)
      } else {
        intervals.append(step.startNanoseconds..<step.endNanoseconds)
      }
    }
    return intervals
  }
}

extension StepObservation {
  var seconds: Double { Double(endNanoseconds - startNanoseconds) * 1e-9 }
}

extension [StepObservation] {
  var seconds: Double { Statistics.sum(lazy.map(\.seconds)) }
  var tokens: Int { reduce(0) { $0 + $1.tokens } }
  var samples: Int { reduce(0) { $0 + $1.samples } }
}
