import Synchronization
import Testing

@testable import Probes

@Suite struct DeadlineScheduleTests {
  @Test func deadlinesAreAbsolute() {
    var schedule = DeadlineSchedule(start: 1000, interval: 100)
    for index in 0..<5 {
      let due = UInt64(1000 + 100 * index)
      #expect(schedule.deadline == due)
      schedule.sampled(at: due + 30)
      schedule.advance(now: due + 60)
    }
    #expect(schedule.account.samples == 5)
    #expect(schedule.account.lateSamples == 0)
    #expect(schedule.account.missedDeadlines == 0)
    #expect(schedule.account.worstLatenessNanoseconds == 30)
  }

  @Test func lateSamplesAreCounted() {
    var schedule = DeadlineSchedule(start: 0, interval: 100)
    schedule.sampled(at: 51)
    schedule.advance(now: 60)
    schedule.sampled(at: 149)
    #expect(schedule.account.lateSamples == 1)
    #expect(schedule.account.worstLatenessNanoseconds == 51)
  }

  @Test func missedDeadlinesAreLeftOutNotCaughtUp() {
    var schedule = DeadlineSchedule(start: 0, interval: 100)
    schedule.sampled(at: 0)
    schedule.advance(now: 350)
    #expect(schedule.deadline == 400)
    #expect(schedule.account.missedDeadlines == 3)
    schedule.advance(now: 500)
    #expect(schedule.deadline == 600)
    #expect(schedule.account.missedDeadlines == 4)
  }

  @Test func theAccountReadsAsASentence() {
    let account = SamplingAccount(
      samples: 20, lateSamples: 1, missedDeadlines: 2, worstLatenessNanoseconds: 12_340_000,
      threadCPUNanoseconds: 4_000_000, elapsedNanoseconds: 1_000_000_000)
    #expect(account.shareOfOneCore == 0.004)
    #expect(
      account.sentence(interval: .milliseconds(50))
        == "sampling: 20 samples every 50 ms took 0.4 % of a core; 1 late (worst 12.3 ms), 2 missed")
    #expect(SamplingAccount().shareOfOneCore == nil)
  }
}

@Suite struct StopGateTests {
  @Test func waitsForItsDeadline() {
    let gate = StopGate()
    let deadline = MonotonicClock.nanoseconds() + 2_000_000
    #expect(!gate.wait(until: deadline))
    #expect(MonotonicClock.nanoseconds() >= deadline)
    #expect(!gate.wait(until: 0))
  }

  @Test func stoppingWakesItAtOnce() {
    let gate = StopGate()
    let result = Mutex<Bool?>(nil)
    let box = Box(gate: gate, result: result)
    let thread = SystemThread { box.result.withLock { $0 = box.gate.wait(until: .max / 4) } }
    gate.stop()
    thread?.join()
    #expect(box.result.withLock { $0 } == true)
    #expect(gate.wait(until: 0))
  }

  private final class Box: Sendable {
    let gate: StopGate
    let result: Mutex<Bool?>
    init(gate: StopGate, result: consuming Mutex<Bool?>) {
      self.gate = gate
      self.result = result
    }
  }
}
