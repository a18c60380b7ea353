import Testing

@testable import Measures

@Suite struct MeasuredWindowTests {
  private func step(
    _ index: Int, _ phase: StepObservation.Phase, _ range: Range<UInt64>, isWarmup: Bool = false
  ) -> StepObservation {
    StepObservation(
      index: index, phase: phase, isWarmup: isWarmup, startNanoseconds: range.lowerBound,
      endNanoseconds: range.upperBound, tokens: 1, samples: 1)
  }

  private func reason(_ steps: [StepObservation]) -> String? {
    do throws(MissingEvidence) {
      _ = try MeasuredWindow(TrialEvidence(steps: steps))
      return nil
    } catch {
      return error.absence.reason
    }
  }

  @Test func leavesOutWarmupEvaluationAndGaps() throws {
    let window = try MeasuredWindow(
      TrialEvidence(steps: [
        step(0, .train, 0..<100, isWarmup: true), step(1, .train, 100..<110), step(2, .train, 110..<120),
        step(2, .evaluate, 120..<500), step(3, .train, 510..<520),
      ]))
    #expect(window.steps.map(\.index) == [1, 2, 3])
    #expect(window.intervals == [100..<120, 510..<520])
    #expect(isClose(window.seconds * 1e9, 30))
  }

  @Test func trainingGoesBeforeInference() throws {
    let both = try MeasuredWindow(TrialEvidence(steps: [step(0, .decode, 0..<1), step(1, .train, 1..<2)]))
    #expect(both.isTraining && both.steps.count == 1)
    let inference = try MeasuredWindow(TrialEvidence(steps: [step(1, .decode, 1..<3), step(0, .prefill, 0..<1)]))
    #expect(!inference.isTraining && inference.steps.map(\.phase) == [.prefill, .decode])
  }

  @Test func overlappingStepsShareTime() throws {
    let window = try MeasuredWindow(
      TrialEvidence(steps: [step(0, .decode, 0..<10), step(1, .decode, 2..<5), step(2, .decode, 8..<20)]))
    #expect(window.intervals == [0..<20])
    #expect(MeasuredWindow.seconds(of: window.steps) == 20e-9)
  }

  @Test func saysWhyThereIsNone() {
    #expect(reason([]) == "the trial reported no training, prefill or decode step")
    #expect(reason([step(0, .evaluate, 0..<1)]) == "the trial reported no training, prefill or decode step")
    #expect(reason([step(0, .train, 0..<1, isWarmup: true)])?.contains("all 1 steps are warm-up") == true)
    #expect(reason([step(7, .train, 5..<5)]) == "step 7 does not end after it starts")
  }
}
