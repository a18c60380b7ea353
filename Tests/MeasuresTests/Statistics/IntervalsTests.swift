import Foundation
import Measures
import Testing

@Suite struct IntervalsTests {
  @Test func studentAgreesWithScipy() throws {
    for sample in try StatisticsOracle.load().samples {
      for (confidence, oracle) in [(0.95, sample.t95), (0.8, sample.t80)] {
        let interval = try #require(ConfidenceInterval.studentT(sample.values, confidence: confidence))
        #expect(isClose(interval.lower, oracle[0]) && isClose(interval.upper, oracle[1]))
        #expect(interval.confidence == confidence)
      }
    }
  }

  @Test func bootstrapsAgreeWithScipy() throws {
    let oracle = try StatisticsOracle.load().bootstrap
    let mean = { (values: [Double]) in Statistics.mean(values)! }
    let percentile = try #require(
      ConfidenceInterval.percentile(oracle.values, resamples: 40_000, seed: 1, statistic: mean))
    let bca = try #require(
      ConfidenceInterval.biasCorrected(oracle.values, resamples: 40_000, seed: 1, statistic: mean))
    // The resamples differ, so the ends agree to the noise of 40 000 draws.
    let noise = 0.02 * (oracle.percentile[1] - oracle.percentile[0])
    #expect(
      abs(percentile.lower - oracle.percentile[0]) < noise && abs(percentile.upper - oracle.percentile[1]) < noise)
    #expect(abs(bca.lower - oracle.bca[0]) < noise && abs(bca.upper - oracle.bca[1]) < noise)
  }

  @Test func oneObservationHasNoInterval() {
    #expect(ConfidenceInterval.studentT([1]) == nil)
    #expect(ConfidenceInterval.percentile([1.0], seed: 1) { $0[0] } == nil)
    #expect(ConfidenceInterval.biasCorrected([1.0], seed: 1) { $0[0] } == nil)
    #expect(ConfidenceInterval.pairedDifference([(first: 1, second: 2)], seed: 1) == nil)
  }

  @Test func equalObservationsHaveAnIntervalOfNoWidth() {
    let point = Interval(lower: 2.5, upper: 2.5)
    #expect(ConfidenceInterval.studentT([2.5, 2.5, 2.5]) == point)
    #expect(ConfidenceInterval.percentile([2.5, 2.5, 2.5], seed: 1) { Statistics.mean($0)! } == point)
    #expect(ConfidenceInterval.biasCorrected([2.5, 2.5, 2.5], seed: 1) { Statistics.mean($0)! } == point)
  }

  @Test func theSeedDecides() {
    let values = (0..<30).map { sqrt(Double($0)) }
    func interval(_ seed: UInt64) -> Interval? {
      ConfidenceInterval.percentile(values, resamples: 200, seed: seed) { Statistics.mean($0)! }
    }
    #expect(interval(4) == interval(4))
    #expect(interval(4) != interval(5))
  }

  @Test func pairingRemovesWhatBothShare() throws {
    // Seeds differ by far more than the methods do; the difference in each pair is near 1.
    let pairs = (0..<8).map { (index: Int) -> (first: Double, second: Double) in
      let shared = Double(index * 100)
      return (first: shared + 1 + 0.01 * Double(index % 3), second: shared)
    }
    let interval = try #require(ConfidenceInterval.pairedDifference(pairs, seed: 1))
    #expect(interval.lower > 0.99 && interval.upper < 1.03)
  }

  /// The share of 1500 samples whose interval holds the mean of the distribution they come from.
  private func coverage(
    mean: Double, size: Int, draw: (inout SeededGenerator) -> Double, interval: ([Double], UInt64) -> Interval?
  ) -> Double {
    var generator = SeededGenerator(seed: 11)
    let hits = (0..<1500).filter { round in
      let found = interval((0..<size).map { _ in draw(&generator) }, UInt64(round))!
      return found.lower <= mean && mean <= found.upper
    }
    return Double(hits.count) / 1500
  }

  private func normal(_ generator: inout SeededGenerator) -> Double {
    sqrt(-2 * log(1 - generator.unit())) * cos(2 * .pi * generator.unit())
  }

  @Test func studentHoldsForThreeRepeatsAndTheBootstrapDoesNot() {
    let student = coverage(mean: 0, size: 3, draw: normal) { values, _ in ConfidenceInterval.studentT(values) }
    #expect(abs(student - 0.95) < 0.02)
    let percentile = coverage(mean: 0, size: 3, draw: normal) { values, seed in
      ConfidenceInterval.percentile(values, resamples: 300, seed: seed) { Statistics.mean($0)! }
    }
    // Why tables of few repeats show Student's interval: see ConfidenceInterval.
    #expect((0.65...0.85).contains(percentile), "\(percentile)")
  }

  @Test func bootstrapsHoldForManyObservations() {
    let percentile = coverage(mean: 0, size: 50, draw: normal) { values, seed in
      ConfidenceInterval.percentile(values, resamples: 300, seed: seed) { Statistics.mean($0)! }
    }
    #expect((0.92...0.97).contains(percentile), "\(percentile)")
    // Exponential with mean 1: skewed as losses over documents are.
    let corrected = coverage(mean: 1, size: 50, draw: { -log(1 - $0.unit()) }) { values, seed in
      ConfidenceInterval.biasCorrected(values, resamples: 300, seed: seed) { Statistics.mean($0)! }
    }
    #expect((0.91...0.97).contains(corrected), "\(corrected)")
  }
}
