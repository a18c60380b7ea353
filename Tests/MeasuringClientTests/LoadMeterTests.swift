import OpenAIWire
import Testing

@testable import MeasuringClient

@Suite struct LoadMeterTests {
  /// A request that is due at a time and whose tokens arrive at others; all in milliseconds.
  private func observation(
    _ index: Int, due: UInt64, sent: UInt64? = nil, arrivals: [UInt64], failure: RequestFailure? = nil
  ) -> Observation {
    var observation = Observation(index: index, identifier: "\(index)", scheduled: due * 1_000_000)
    var attempt = AttemptTimeline(began: (sent ?? due) * 1_000_000)
    attempt.sent = (sent ?? due) * 1_000_000
    attempt.arrivals = arrivals.map { $0 * 1_000_000 }
    attempt.end = (arrivals.last ?? due) * 1_000_000
    attempt.failure = failure
    observation.attempts = [attempt]
    observation.completionTokens = arrivals.count
    observation.tokenSource = .usage
    return observation
  }

  private func report(
    _ observations: [Observation], _ plan: LoadPlan, loopDelay: LatencyHistogram = LatencyHistogram(), cpu: UInt64 = 0,
    wall: UInt64 = 1
  ) -> LoadReport {
    var meter = LoadMeter(plan: plan)
    for observation in observations { meter.add(observation, measuredFrom: 0) }
    return meter.report(
      endpoint: "e", own: OwnPart(loopDelay: loopDelay, cpuNanoseconds: cpu, wallNanoseconds: wall),
      wasInterrupted: false)
  }

  @Test func derivedValues() throws {
    var observation = observation(0, due: 100, sent: 130, arrivals: [200, 210, 250])
    #expect(observation.timeToFirstToken == 100_000_000)
    #expect(observation.serviceTimeToFirstToken == 70_000_000)
    #expect(observation.latency == 150_000_000)
    #expect(observation.serviceLatency == 120_000_000)
    #expect(observation.sendLateness == 30_000_000)
    #expect(observation.timePerOutputToken == 25_000_000)
    #expect(observation.final?.longestGap == 40_000_000)
    // The server counts more tokens than it sent chunks: several came in one.
    observation.completionTokens = 11
    #expect(observation.timePerOutputToken == 5_000_000)
    let single = self.observation(0, due: 0, arrivals: [5])
    #expect(single.timePerOutputToken == nil)
    let failed = self.observation(0, due: 0, arrivals: [5], failure: .truncated(afterChunks: 1))
    #expect(failed.latency == nil && !failed.succeeded)
    #expect(Observation(index: 0, identifier: "", scheduled: 0).timeToFirstToken == nil)
  }

  @Test func warmupAndFailuresAreKeptApart() throws {
    var plan = LoadPlan(shape: .constant(rate: 10))
    plan.objective = try ServiceObjective("ttft<=50ms")
    var warm = observation(0, due: 0, arrivals: [900])
    warm.isWarmup = true
    var retried = observation(3, due: 300, arrivals: [340, 360])
    var first = AttemptTimeline(began: 300_000_000)
    first.failure = .status(429, retryAfterSeconds: 1, message: "")
    first.sent = 300_000_000
    retried.attempts.insert(first, at: 0)
    let observations = [
      warm, observation(1, due: 100, arrivals: [140, 150, 170]), observation(2, due: 200, arrivals: [300]), retried,
      observation(4, due: 400, arrivals: [410], failure: .reset(afterChunks: 1)),
      observation(5, due: 450, arrivals: [], failure: .cancelled),
    ]
    let report = report(observations, plan)
    #expect(report.warmupRequests == 1)
    #expect(report.requests == 4)
    #expect(report.cancelled == 1)
    #expect(report.succeeded == 3)
    #expect(report.failures == ["reset": 1])
    #expect(report.retries == 1 && report.retriedRequests == 1)
    #expect(report.retriedFailures == ["status_429": 1])
    #expect(report.completionTokens == 6)
    #expect(report.tokenSources == ["usage": 3])
    // From 100 ms to 410 ms.
    #expect(abs(report.seconds - 0.31) < 1e-9)
    #expect(abs(report.requestsPerSecond - 3 / 0.31) < 1e-6)
    #expect(report.good == 2)
    #expect(report.goodShare == 0.5)
    let ttft = try #require(report.ttftMilliseconds)
    #expect(ttft.count == 3 && ttft.maximum == 100 && ttft.minimum == 40)
    let gaps = try #require(report.interTokenMilliseconds)
    #expect(gaps.count == 3 && gaps.minimum == 10 && gaps.maximum == 20)
  }

  @Test func nothingIsNothing() {
    let report = report([], LoadPlan(shape: .closed(concurrency: 1)))
    #expect(report.requests == 0 && report.requestsPerSecond == 0)
    #expect(report.ttftMilliseconds == nil && report.objective == nil && report.windows.isEmpty)
  }

  @Test func windowsShowWhereServiceBreaks() throws {
    var plan = LoadPlan(shape: .ramp(from: 1, to: 40, seconds: 4))
    plan.windowSeconds = 1
    var observations: [Observation] = []
    for (second, count) in [10, 20, 30, 40].enumerated() {
      for index in 0..<count {
        let due = UInt64(second * 1000 + index * 1000 / count)
        observations.append(observation(0, due: due, arrivals: [due + (second == 3 ? 500 : 50)]))
      }
    }
    let report = report(observations, plan)
    #expect(report.windows.count == 4)
    #expect(report.windows.prefix(3).map(\.offeredPerSecond) == [10, 20, 30])
    #expect(report.windows.map(\.errorRate) == [0, 0, 0, 0])
    #expect(try #require(report.windows[3].latencyP99Milliseconds) >= 500)
    #expect(report.kneePerSecond == 30)
  }

  @Test func windowsAreBounded() {
    var windows = StabilityWindows(seconds: 1)
    for second in 0..<10_000 {
      windows.add(observation(0, due: 0, arrivals: [1]), due: UInt64(second) * 1_000_000_000, isGood: true)
    }
    let summary = windows.summary(lasted: 10_000 * 1_000_000_000)
    #expect(summary.count <= StabilityWindows.most)
    #expect(windows.width == 64 * 1_000_000_000)
    #expect(summary.allSatisfy { abs($0.offeredPerSecond - 1) < 0.01 })
  }

  @Test func aRunIsColouredWhereTheClientsDelayWeighs() throws {
    let observations = (0..<100).map { shifted(observation($0, due: UInt64($0) * 100, arrivals: [50, 60, 70])) }
    var quiet = LatencyHistogram()
    for _ in 0..<100 { quiet.record(60_000) }
    let plan = LoadPlan(shape: .closed(concurrency: 1))
    let clean = report(observations, plan, loopDelay: quiet, cpu: 50_000_000, wall: 1_000_000_000)
    #expect(!clean.client.isColoured)
    #expect(clean.client.cpuShare == 0.05)
    #expect(clean.client.cpuMillisecondsPerRequest == 0.5)
    var late = quiet
    for _ in 0..<5 { late.record(3_000_000) }
    let coloured = report(observations, plan, loopDelay: late).client
    #expect(coloured.isColoured)
    // 3 ms of 50 and of 10 at the 99th percentile; the medians are clean.
    #expect(coloured.colourings.map(\.percentile) == [99, 99])
    #expect(abs(coloured.colourings[0].share - 0.06) < 0.001)
    #expect(abs(coloured.colourings[1].share - 0.3) < 0.001)
    #expect(coloured.colourings[1].description.contains("p99 of inter-token latency"))
  }

  /// The same arrivals, counted from when the request was due.
  private func shifted(_ observation: Observation) -> Observation {
    var observation = observation
    observation.attempts[0].arrivals = observation.attempts[0].arrivals.map { $0 + observation.scheduled }
    observation.attempts[0].end = observation.attempts[0].arrivals.last
    return observation
  }

  @Test func lateLaunchesColourAnOpenLoadAlone() {
    let observations = (0..<10).map {
      observation($0, due: UInt64($0) * 100, sent: UInt64($0) * 100 + 20, arrivals: [UInt64($0) * 100 + 70])
    }
    #expect(report(observations, LoadPlan(shape: .constant(rate: 10))).client.isColoured)
    #expect(!report(observations, LoadPlan(shape: .closed(concurrency: 1))).client.isColoured)
  }

  @Test func observationsAreWrittenWhole() throws {
    var observation = observation(
      7, due: 100, arrivals: [140, 150], failure: .status(429, retryAfterSeconds: 3, message: "no"))
    observation.promptTokens = 4
    let json = observation.json
    #expect(json.object?["index"]?.integer == 7)
    #expect(json.object?["scheduled_ns"]?.integer == 100_000_000)
    let attempt = try #require(json.object?["attempts"]?.array?.first?.object)
    #expect(attempt["token_ns"]?.array?.count == 2)
    #expect(attempt["error"]?.string == "status_429")
    #expect(attempt["retry_after_seconds"]?.integer == 3)
    #expect(json.object?["succeeded"]?.boolean == false)
    #expect(json.object?["text"] == nil)
  }
}
