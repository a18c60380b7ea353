/// When samples are due: at `start`, and then every `interval` after it, whatever the samples themselves take. Pure.
struct DeadlineSchedule: Sendable, Hashable {
  let interval: UInt64
  private(set) var deadline: UInt64
  private(set) var account = SamplingAccount()

  init(start: UInt64, interval: UInt64) {
    self.interval = max(1, interval)
    deadline = start
  }

  /// Notes a sample that began at `time`.
  mutating func sampled(at time: UInt64) {
    let lateness = time > deadline ? time - deadline : 0
    account.samples += 1
    if lateness > interval / 2 { account.lateSamples += 1 }
    account.worstLatenessNanoseconds = max(account.worstLatenessNanoseconds, lateness)
  }

  /// Moves on to the next deadline after `now`. Those that have passed already are counted as missed: catching them up
  /// would give a burst of samples that weigh a moment more than the rest.
  mutating func advance(now: UInt64) {
    deadline += interval
    if deadline <= now {
      let missed = (now - deadline) / interval + 1
      account.missedDeadlines += Int(missed)
      deadline += missed * interval
    }
  }

  mutating func finish(threadCPUNanoseconds: UInt64, elapsedNanoseconds: UInt64) {
    account.threadCPUNanoseconds = threadCPUNanoseconds
    account.elapsedNanoseconds = elapsedNanoseconds
  }

  /// Notes the sample that is taken when the probe is told to stop; it has no deadline.
  mutating func sampledAtStop() { account.samples += 1 }
}
