import Testing

@testable import MeasuringClient

/// A server that takes 500 ms, one request at a time, under 10 requests a second: the queue grows, and every request waits
/// longer than the one before. Who counts from when a request was sent after the last answer sees 500 ms.
@Suite struct CoordinatedOmissionTests {
  private func run(_ shape: LoadShape) -> LoadReport {
    var plan = LoadPlan(shape: shape)
    plan.requests = 8
    var meter = LoadMeter(plan: plan)
    var free: UInt64 = 0
    let times = shape.isOpen ? Array(shape.arrivals(seed: 0).prefix(8)) : nil
    for index in 0..<8 {
      let due = times?[index] ?? free
      var observation = Observation(index: index, identifier: "", scheduled: due)
      var attempt = AttemptTimeline(began: due)
      attempt.connected = due
      attempt.sent = due
      let end = max(free, due) + 500_000_000
      attempt.firstByte = end
      attempt.arrivals = [end]
      attempt.end = end
      free = end
      observation.attempts = [attempt]
      observation.completionTokens = 1
      meter.add(observation, measuredFrom: 0)
    }
    return meter.report(
      endpoint: "", own: OwnPart(wallNanoseconds: 1), wasInterrupted: false)
  }

  @Test func openLoopLatencyHoldsTheQueue() throws {
    let report = run(.constant(rate: 10))
    let latency = try #require(report.latencyMilliseconds)
    // The eighth is due at 700 ms and done at 4,000; a real server's own overhead made it 3,330.
    #expect(abs(latency.p99 - 3330) <= 33.3)
    #expect(abs(latency.p99 - 3300) <= 3.3)
    #expect(abs(latency.minimum - 500) < 0.001)
    #expect(try #require(report.ttftMilliseconds).p99 == latency.p99)
    #expect(report.countsFromSchedule)
  }

  @Test func aClosedLoopDoesNotSeeIt() throws {
    let report = run(.closed(concurrency: 1))
    #expect(try #require(report.latencyMilliseconds).p99 < 501)
    #expect(!report.countsFromSchedule)
  }
}
