import Measures
import Testing
import Transport

@testable import MeasuringClient

/// What of a late read can be in a figure.
@Suite struct ArrivalDelaysTests {
  private func arrival(wait: UInt64, mayMerge: UInt64 = 0, isNoted: Bool = true) -> Arrival {
    Arrival(stamp: 1_000_000_000 - wait, readAt: 1_000_000_000, isNoted: isNoted, mayMerge: mayMerge)
  }

  @Test func aLateReadOfOneEventColoursNothing() {
    var delays = ArrivalDelays()
    for chunk in 0..<100 {
      let arrival = arrival(wait: 5_000_000, mayMerge: 5_000_000)
      delays.read(arrival)
      delays.took(1, of: 1, after: chunk, arrival)
    }
    #expect(delays.waits.percentile(50).map { abs(Int($0) - 5_000_000) < 10_000 } == true)
    #expect(delays.chunkDelay.percentile(99) == 0 && delays.firstTokenDelay.percentile(99) == 0)
  }

  @Test func chunksOfOneReadMayBeLate() {
    var delays = ArrivalDelays()
    delays.took(3, of: 3, after: 0, arrival(wait: 1_000, mayMerge: 2_000_000))
    #expect(delays.chunkDelay.count == 3 && delays.firstTokenDelay.count == 1)
    #expect(delays.firstTokenDelay.percentile(50).map { $0 >= 2_000_000 } == true)
    // Where the kernel said nothing, one may be late too.
    delays.took(1, of: 1, after: 3, arrival(wait: 0, mayMerge: 7_000_000, isNoted: false))
    #expect(delays.chunkDelay.percentile(100).map { $0 >= 7_000_000 } == true)
    delays.read(arrival(wait: 0, isNoted: false))
    #expect(delays.unnoted == 1 && delays.waits.count == 0)
  }

  /// Waits that are even up to 1 ms, and ends that follow their last token by a fixed lag: those of a longer wait are read with
  /// it. What is made of the shares is the lag.
  @Test(arguments: [0.0, 0.05, 0.3, 0.8]) func theLagOfAnEndFollowsFromHowManyAreReadApart(_ lag: Double) throws {
    var delays = ArrivalDelays()
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<4_000 {
      let wait = generator.unit()
      let arrival = arrival(wait: UInt64(wait * 1e6), mayMerge: 1_000_000)
      delays.read(arrival)
      if wait < lag {
        delays.took(1, of: 1, after: 49, arrival)
        delays.took(0, of: 2, after: 50, arrival)
      } else {
        delays.took(1, of: 3, after: 49, arrival)
      }
    }
    let late = Double(try #require(delays.chunkDelay.percentile(100))) / 1e6
    #expect(abs(late - lag) < 0.03, "\(late)")
    #expect(delays.apart + delays.together == 4_000)
  }
}
