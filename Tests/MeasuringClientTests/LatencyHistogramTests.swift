import Foundation
import Measures
import Testing

@testable import MeasuringClient

@Suite struct LatencyHistogramTests {
  private struct Case: Decodable {
    let name: String
    let values: [UInt64]
    let mean: Double
    let percentiles: [String: UInt64]
  }

  private func cases() throws -> [Case] {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/histogram", withExtension: "json"))
    return try JSONDecoder().decode([Case].self, from: Data(contentsOf: url))
  }

  private func histogram(_ values: some Sequence<UInt64>) -> LatencyHistogram {
    var histogram = LatencyHistogram()
    for value in values { histogram.record(value) }
    return histogram
  }

  @Test func percentilesAreNumpysWithinTheStatedBound() throws {
    for example in try cases() {
      let histogram = histogram(example.values)
      for (percent, exact) in example.percentiles {
        let wanted = try #require(Double(percent))
        let found = try #require(histogram.percentile(wanted))
        #expect(found >= exact, "\(example.name) p\(percent)")
        #expect(Double(found) <= Double(exact) * (1 + 1.0 / 1024), "\(example.name) p\(percent)")
      }
      let mean = try #require(histogram.mean)
      #expect(abs(mean - example.mean) <= 1e-9 * example.mean)
      #expect(histogram.maximum == example.values.max())
      #expect(histogram.minimum == example.values.min())
    }
  }

  @Test func smallNumbersAreExact() {
    let histogram = histogram(0...2047)
    for value in stride(from: UInt64(1), through: 2048, by: 7) {
      #expect(histogram.percentile(Double(value) / 2048 * 100) == value - 1)
    }
  }

  @Test func everyNumberStaysInItsBucket() {
    var generator = SeededGenerator(seed: 4)
    var edges: [UInt64] = (0..<63).flatMap { bit in [(1 << bit) - 1, 1 << bit, (1 << bit) + 1].map { UInt64($0) } }
    edges += (0..<200).map { _ in generator.next() >> UInt64(generator.index(below: 64)) }
    for value in edges {
      // Beside one far greater, so that the bucket's own end shows.
      var histogram = LatencyHistogram()
      histogram.record(value)
      histogram.record(.max)
      let value = min(value, UInt64(Int64.max))
      let found = histogram.percentile(50) ?? 0
      #expect(found >= value && found - value <= value / 1024)
    }
  }

  @Test func mergingIsRecordingBoth() throws {
    let values = try #require(try cases().first).values
    var left = histogram(values.prefix(300))
    left.merge(histogram(values.dropFirst(300)))
    let whole = histogram(values)
    #expect(left.count == whole.count)
    for percent in [0.0, 10, 50, 99, 100] { #expect(left.percentile(percent) == whole.percentile(percent)) }
    var empty = LatencyHistogram()
    empty.merge(whole)
    #expect(empty.percentile(50) == whole.percentile(50))
    #expect(empty.maximum == whole.maximum)
  }

  @Test func nothingRecordedIsNothing() {
    let empty = LatencyHistogram()
    #expect(empty.percentile(50) == nil)
    #expect(empty.mean == nil)
    #expect(empty.share(atMost: 1) == nil)
    #expect(Distribution(empty) == nil)
  }

  @Test func ranksAreNotRoundedUpByRepresentation() {
    // 99.9 % of 1,000 is the 999th, though 99.9 / 100 * 1000 is a little more than 999.
    #expect(histogram((1...1000).map { UInt64($0) }).percentile(99.9) == 999)
    #expect(histogram((1...100).map { UInt64($0) }).percentile(99) == 99)
    #expect(histogram([5]).percentile(0) == 5)
  }

  @Test func shares() {
    let histogram = histogram((1...100).map { UInt64($0) })
    #expect(histogram.share(atMost: 25) == 0.25)
    #expect(histogram.share(atMost: 1000) == 1)
    #expect(histogram.share(atMost: 0) == 0)
  }
}
