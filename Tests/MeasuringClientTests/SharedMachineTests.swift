import Measures
import NIOCore
import NIOPosix
import Testing
import Transport

@testable import MeasuringClient

/// What the client says of a machine that it shares with the endpoint.
@Suite struct SharedMachineTests {
  @Test func processorTimeIsRead() throws {
    let ticks = try #require(
      MachineCounters.ticks("cpu  100 0 50 800 20 0 30 0 7 0\ncpu0 1 2 3 4\nintr 5\n"))
    #expect(ticks == MachineCounters.Ticks(idle: 820, total: 1000))
    for wrong in ["", "cpu0 1 2 3 4 5", "cpu 1 2 3"] { #expect(MachineCounters.ticks(wrong) == nil, "\(wrong)") }
  }

  /// A server that accepts and never reads: what was sent to it lies there.
  @Test func unreadBytesAreSeenAtTheFarEnd() async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let server = try await ServerBootstrap(group: group).childChannelOption(.autoRead, value: false)
      .bind(host: "127.0.0.1", port: 0).get()
    let client = try await ClientBootstrap(group: group).connect(to: try #require(server.localAddress)).get()
    let ports = (try #require(client.localAddress?.port), try #require(client.remoteAddress?.port))
    let near = try #require(InternetAddress("127.0.0.1", port: ports.0))
    let far = try #require(InternetAddress("127.0.0.1", port: ports.1))
    if let diagnosis = SocketDiagnosis(), let before = diagnosis.unread(near: near, far: far) {
      #expect(before == 0)
      try await client.writeAndFlush(ByteBuffer(repeating: 0x61, count: 300))
      #expect(diagnosis.unread(near: near, far: far) == 300)
      // Of what is not there nothing is known.
      let other = try #require(InternetAddress("127.0.0.1", port: 1))
      #expect(diagnosis.unread(near: other, far: far) == nil)
    }
    try await client.close()
    try await server.close()
    try await group.shutdownGracefully()
  }

  @Test func answersThatAreNone() throws {
    for answer in [[], [UInt8](repeating: 0, count: 79), [UInt8](repeating: 2, count: 200)] {
      #expect(SocketDiagnosis.unread(in: answer[...]) == nil)
    }
    let four = try #require(InternetAddress("127.0.0.1", port: 1))
    let six = try #require(InternetAddress("::1", port: 1))
    #expect(SocketDiagnosis.request(7, near: four, far: six) == nil)
    #expect(SocketDiagnosis.request(7, near: six, far: six)?.count == 72)
  }

  @Test func theThreadsQueueTimeIsSaidHere() {
    #if os(Linux)
      #expect(MachineCounters.queuedTime != nil)
      #expect(MachineCounters.beginning(of: "/proc/stat", bytes: 512).flatMap(MachineCounters.ticks) != nil)
      #expect(MachineCounters.beginning(of: "/proc/no-such-file", bytes: 512) == nil)
    #endif
  }

  /// Requests that lie unread for drawn times, looked at as the client looks: the estimate against the truth.
  private func estimate(
    seed: UInt64, draw: (inout SeededGenerator) -> Double, freeCores: Double = 0.2
  ) -> (mean: Double, p50: Double, p99: Double)? {
    var generator = SeededGenerator(seed: seed)
    let rate = 1000.0
    let lasts = 60.0
    var spans: [(begin: Double, end: Double)] = []
    for index in 0..<Int(rate * lasts) {
      let begin = Double(index) / rate
      spans.append((begin, begin + draw(&generator)))
    }
    var meter = UnreadMeter()
    var clock = 0.0
    while clock < lasts {
      let pause = 0.1 + 0.1 * generator.unit()
      clock += pause
      let now = clock
      let ages = spans.lazy.filter { $0.begin <= now && now < $0.end }.map { UInt64((now - $0.begin) * 1e9) }
      meter.look(seconds: pause, freeCores: freeCores, unread: Array(ages))
    }
    return meter.estimate(sent: spans.count).map { ($0.mean / 1e6, $0.percentile(50) / 1e6, $0.percentile(99) / 1e6) }
  }

  @Test func waitsAreEstimatedFromLooks() throws {
    // All 100 ms; uniform to 200 ms; and one in a hundred 300 ms, the others 1 ms.
    let fixed = try #require(estimate(seed: 1) { _ in 0.1 })
    #expect(abs(fixed.mean - 100) < 5 && abs(fixed.p50 - 100) < 15 && abs(fixed.p99 - 100) < 15)
    let uniform = try #require(estimate(seed: 2) { 0.2 * $0.unit() })
    #expect(abs(uniform.mean - 100) < 5 && abs(uniform.p50 - 100) < 25 && abs(uniform.p99 - 198) < 20)
    let rare = try #require(estimate(seed: 3) { $0.unit() < 0.02 ? 0.3 : 0.001 })
    #expect(abs(rare.mean - 7) < 2 && rare.p50 < 30 && rare.p99 > 200)
  }

  @Test func thereIsNoEstimateWhileACoreIsFreeOrWhereLittleWasSeen() {
    #expect(estimate(seed: 1, draw: { _ in 0.1 }, freeCores: 1.2) == nil)
    var meter = UnreadMeter()
    for _ in 0..<2 { meter.look(seconds: 0.2, freeCores: 0, unread: [5_000_000]) }
    for _ in 0..<50 { meter.look(seconds: 0.2, freeCores: 0, unread: []) }
    #expect(meter.estimate(sent: 1000) == nil)
    #expect(abs(meter.crowded - 10.4) < 1e-9 && meter.freeCores == 0)
    #expect(UnreadMeter().freeCores == nil)
  }

  @Test func aFullMachineColoursTheFirstToken() throws {
    var meter = LoadMeter(plan: LoadPlan(shape: .closed(concurrency: 1)))
    for index in 0..<100 {
      var observation = Observation(index: index, identifier: "", scheduled: 0)
      var attempt = AttemptTimeline(began: 0)
      attempt.sent = 0
      attempt.arrivals = [300_000_000, 310_000_000]
      attempt.end = 310_000_000
      observation.attempts = [attempt]
      meter.add(observation, measuredFrom: 0)
    }
    var own = OwnPart(queuedNanoseconds: 500_000_000, wallNanoseconds: 1_000_000_000)
    own.sent = 100
    // Ten of a hundred requests unread at any time of ten seconds: a second each.
    for look in 0..<100 {
      own.unread.look(seconds: 0.1, freeCores: 0.5, unread: (0..<10).map { UInt64(look * 10 + $0) * 1_000_000 })
    }
    let client = meter.report(endpoint: "", own: own, wasInterrupted: false).client
    #expect(client.queuedShare == 0.5 && client.freeCores == 0.5 && client.crowdedShare == 1)
    #expect(abs(try #require(client.unreadMilliseconds) - 1000) < 1)
    let found = client.colourings.filter { $0.cause == .sharedMachine }
    #expect(found.map(\.figure) == ["ttft", "ttft"])
    // Bounded by the figure itself.
    #expect(found.allSatisfy { $0.share <= 1 && $0.delayMilliseconds <= $0.milliseconds })
    #expect(found[0].description.contains("shares this full machine"))
    own.unread = UnreadMeter()
    #expect(!meter.report(endpoint: "", own: own, wasInterrupted: false).client.isColoured)
  }
}
