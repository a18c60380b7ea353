import Testing

@testable import MeasuringClient

@Suite struct ArrivalTimesTests {
  private func times(_ shape: LoadShape, _ count: Int, seed: UInt64 = 1) -> [UInt64] {
    Array(shape.arrivals(seed: seed).prefix(count))
  }

  @Test func aConstantRateIsEven() {
    #expect(times(.constant(rate: 10), 4) == [0, 100_000_000, 200_000_000, 300_000_000])
    // A third of a second does not add up to an error.
    #expect(Array(LoadShape.constant(rate: 3).arrivals(seed: 0).prefix(30_001)).last == 10_000 * 1_000_000_000)
  }

  @Test func burstsComeTogether() {
    #expect(times(.burst(rate: 4, size: 2), 5) == [0, 0, 500_000_000, 500_000_000, 1_000_000_000])
  }

  @Test func poissonArrivalsFollowFromTheirSeed() {
    let shape = LoadShape.poisson(rate: 50)
    let first = times(shape, 20_000)
    #expect(first == times(shape, 20_000))
    #expect(first != times(shape, 20_000, seed: 2))
    #expect(first == first.sorted())
    // The mean distance of 20,000 has a standard error of 1/141; the variance of an exponential is its mean squared.
    let distances = zip(first.dropFirst(), first).map { Double($0 - $1) / 1e9 }
    let mean = distances.reduce(0, +) / Double(distances.count)
    let variance = distances.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(distances.count)
    #expect(abs(mean - 0.02) < 0.02 * 4 / 141)
    #expect(abs(variance - 0.0004) < 0.0004 * 0.1)
  }

  @Test func aRampRisesAsItsRateDoes() {
    let all = Array(LoadShape.ramp(from: 10, to: 50, seconds: 20).arrivals(seed: 0))
    // The mean of 10 and 50 over 20 seconds.
    #expect(abs(all.count - 600) <= 1)
    // By 10 seconds: 10 * 10 + (50 - 10) * 10^2 / (2 * 20) = 200.
    #expect(abs(all.filter { $0 < 10_000_000_000 }.count - 200) <= 1)
    #expect(all == all.sorted())
    #expect(all.first == 0)
    let fromNothing = Array(LoadShape.ramp(from: 0, to: 10, seconds: 10).arrivals(seed: 0))
    #expect(abs(fromNothing.count - 50) <= 1)
  }

  @Test func tracesAreReadAndOrdered() throws {
    let text = """
      {"timestamp": 2500, "input_length": 7, "output_length": 12, "hash_ids": [1]}

      {"timestamp": 1000.5, "output_length": 3}
      {"at_seconds": 4, "prompt": "why?", "max_tokens": 9}
      """
    let entries = try TraceEntry.read(text, file: "t")
    #expect(
      entries == [
        TraceEntry(nanoseconds: 0, maximumTokens: 3), TraceEntry(nanoseconds: 1_499_500_000, maximumTokens: 12),
        TraceEntry(nanoseconds: 2_999_500_000, prompt: "why?", maximumTokens: 9),
      ])
    #expect(times(.trace(entries), 9) == entries.map(\.nanoseconds))
  }

  @Test(arguments: [
    ("", 1), ("{}", 1), ("{\"at_seconds\": -1}", 1), ("{\"at_seconds\": 0}\nnonsense", 2),
    ("{\"at_seconds\": 0, \"max_tokens\": 0}", 1), ("{\"timestamp\": \"soon\"}", 1), ("{\"at_seconds\": 1e300}", 1),
  ])
  func tracesThatAreNone(_ text: String, line: Int) {
    #expect { try TraceEntry.read(text, file: "t") } throws: { error in
      if case .trace("t", line, _) = error as? ClientError { true } else { false }
    }
  }

  @Test func plansThatMakeNoSense() {
    func check(_ shape: LoadShape, _ change: (inout LoadPlan) -> Void = { $0.requests = 5 }) -> Bool {
      var plan = LoadPlan(shape: shape)
      change(&plan)
      return (try? plan.validate()) != nil
    }
    #expect(check(.closed(concurrency: 3)))
    #expect(!check(.closed(concurrency: 0)))
    #expect(!check(.constant(rate: 0)))
    #expect(!check(.poisson(rate: .nan)))
    #expect(!check(.burst(rate: 1, size: 0)))
    #expect(!check(.ramp(from: 5, to: 5, seconds: 1)))
    #expect(check(.ramp(from: 0, to: 5, seconds: 1)) { _ in })
    #expect(!check(.trace([])))
    #expect(!check(.constant(rate: 1)) { _ in })
    #expect(!check(.constant(rate: 1)) { $0.seconds = 0 })
    #expect(
      !check(.constant(rate: 1)) {
        $0.seconds = 5; $0.warmup = .seconds(5)
      })
    #expect(
      !check(.constant(rate: 1)) {
        $0.requests = 5; $0.warmup = .requests(5)
      })
    #expect(
      check(.constant(rate: 1)) {
        $0.requests = 5; $0.warmup = .requests(4)
      })
  }
}
