import Testing

@testable import Training

struct ScheduleTests {
  @Test func warmsUpThenFallsAlongACosine() {
    let schedule = LearningRateSchedule(peak: 2, floor: 0.1, warmupSteps: 4, steps: 24)
    #expect((0..<4).map(schedule.rate) == [0.5, 1, 1.5, 2])
    #expect(schedule.rate(at: 4) == 2)
    #expect(abs(schedule.rate(at: 14) - 1.1) < 1e-12)
    #expect(abs(schedule.rate(at: 24) - 0.2) < 1e-12)
    #expect(abs(schedule.rate(at: 1000) - 0.2) < 1e-12)
  }

  @Test func standardWarmUpIsATenthWithinBounds() {
    #expect(LearningRateSchedule(peak: 1, steps: 20).warmupSteps == 10)
    #expect(LearningRateSchedule(peak: 1, steps: 400).warmupSteps == 40)
    #expect(LearningRateSchedule(peak: 1, steps: 100_000).warmupSteps == 100)
  }
}
