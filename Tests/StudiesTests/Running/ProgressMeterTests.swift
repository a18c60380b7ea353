import Records
import Testing

@testable import Studies

@Suite struct ProgressMeterTests {
  private let work = WorkPlan(tokens: 10_000, tokensPerStep: 1000, sequenceLength: 100, warmupSteps: 1)

  @Test func aLineSaysWhereTheStudyStands() {
    var meter = ProgressMeter()
    meter.receive(.began(total: 4, done: 1, waiting: 3), at: 0)
    #expect(meter.line(at: 0) == "1/4 trials")
    meter.receive(.trialBegan(method: "GQA", seed: 2, number: 1, work: work), at: 0)
    #expect(meter.line(at: 0) == "1/4 trials | GQA seed 2 | starting")
    meter.receive(.advanced(step: 0, tokens: 1000, loss: 8.5, monotonicNanoseconds: 1_000_000_000), at: 1)
    #expect(meter.line(at: 1) == "1/4 trials | GQA seed 2 | step 1/10 | loss 8.500")
    meter.receive(.advanced(step: 2, tokens: 3000, loss: nil, monotonicNanoseconds: 3_000_000_000), at: 3)
    // 1000 tokens/s: 7 s of this trial are left, and two more of 10 s each.
    #expect(
      meter.line(at: 3) == "1/4 trials | GQA seed 2 | step 3/10 | loss 8.500 | 1000 tokens/s | 27 s left")
    meter.receive(.trialEnded(method: "GQA", seed: 2, failure: nil), at: 12)
    #expect(meter.line(at: 12) == "2/4 trials | 24 s left")
    meter.receive(.trialBegan(method: "MLA", seed: 2, number: 2, work: work), at: 12)
    meter.receive(
      .trialEnded(method: "MLA", seed: 2, failure: TrialFailure(kind: "crashed", message: "")), at: 14)
    #expect(meter.line(at: 14) == "3/4 trials | 1 failed | 7 s left")
  }

  @Test func nothingLeftIsNoTime() {
    var meter = ProgressMeter()
    meter.receive(.began(total: 2, done: 2, waiting: 0), at: 0)
    #expect(meter.line(at: 5) == "2/2 trials | 0 s left")
  }

  @Test(
    arguments: [
      (0.4, "0 s"), (59.4, "59 s"), (60, "1 min 00 s"), (125, "2 min 05 s"), (12_000, "3 h 20 min"),
      (-5, "0 s"), (.infinity, "277777 h 46 min"),
    ] as [(Double, String)])
  func timesReadAsPeopleSayThem(_ seconds: Double, _ text: String) { #expect(ProgressMeter.time(seconds) == text) }
}
