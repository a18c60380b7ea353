import Foundation
import Measures
import Testing

@Suite struct AgreementTests {
  @Test func kappaAgreesWithStatsmodels() throws {
    for row in try DecisionsOracle.load().kappas {
      let found = try #require(CohensKappa(row.first, row.second))
      #expect(abs(found.kappa - row.kappa) < 1e-9 && isClose(found.standardError, row.error))
      #expect(isClose(found.interval.lower, max(-1, row.interval[0])))
      #expect(isClose(found.interval.upper, min(1, row.interval[1])))
      #expect(found.rows == row.first.count)
    }
  }

  @Test func kappaIsAbsentWhereChanceAgreesFully() {
    #expect(CohensKappa([String](), []) == nil)
    #expect(CohensKappa([true, true], [true, true]) == nil)
    #expect(CohensKappa([true, false], [true, false])?.kappa == 1)
    #expect(CohensKappa([true, false], [false, true])?.kappa == -1)
  }

  @Test func areasAgreeWithScikitLearnAndDeLong() throws {
    for row in try DecisionsOracle.load().curves {
      let found = try #require(AreaUnderCurve(scores: row.scores, labels: row.labels))
      let reach = 1.959963984540054 * row.deviation
      #expect(isClose(found.area, row.area) && found.method == .deLong)
      #expect(isClose(found.interval.lower, row.area - reach))
      #expect(isClose(found.interval.upper, min(1, row.area + reach)))
      #expect(found.positives == row.labels.count { $0 } && found.negatives == row.labels.count { !$0 })
    }
  }

  @Test func aFullPartingIsNotSure() throws {
    let found = try #require(
      AreaUnderCurve(scores: [1, 2, 3, 4, 5, 6], labels: [false, false, false, true, true, true]))
    #expect(found.area == 1 && found.method == .newcombe && found.interval.upper == 1)
    // The bound solves (1 - t) = z sqrt(t (1 - t) (1 + 2 ((1 - t) / (2 - t) + t / (1 + t))) / 9).
    let t = found.interval.lower
    let variance = t * (1 - t) * (1 + 2 * ((1 - t) / (2 - t) + t / (1 + t))) / 9
    #expect(t > 0.3 && t < 0.8 && isClose(1 - t, 1.959963984540054 * variance.squareRoot()))
    let reversed = try #require(AreaUnderCurve(scores: [3, 1], labels: [false, true]))
    #expect(reversed.area == 0 && reversed.interval.lower == 0 && reversed.interval.upper > 0.5)
    #expect(AreaUnderCurve(scores: [1, 2], labels: [true, true]) == nil)
    #expect(AreaUnderCurve(scores: [], labels: []) == nil)
  }

  @Test func tiesCountHalf() {
    #expect(AreaUnderCurve(scores: [1, 1, 1, 1], labels: [true, false, true, false])?.area == 0.5)
  }

  /// 1000 samples of 30 positives and 40 negatives, normal and one deviation apart: the true area is Phi(1/sqrt 2) = 0.7602.
  /// Under a coverage of 0.95 between 929 and 971 hold it with a probability of 0.998 (binomial).
  @Test func deLongHoldsTheArea() {
    var generator = SeededGenerator(seed: 31)
    func normal() -> Double { sqrt(-2 * log(1 - generator.unit())) * cos(2 * .pi * generator.unit()) }
    let labels = (0..<70).map { $0 < 30 }
    let hits = (0..<1000).count { _ in
      let interval = AreaUnderCurve(scores: labels.map { normal() + ($0 ? 1 : 0) }, labels: labels)!.interval
      return interval.lower <= 0.7602499 && 0.7602499 <= interval.upper
    }
    #expect((929...971).contains(hits), "\(hits) of 1000")
  }

  @Test func thresholdsAgreeWithScikitLearn() throws {
    for row in try DecisionsOracle.load().curves {
      let found = ThresholdQuality(scores: row.scores, labels: row.labels, threshold: row.threshold)
      #expect(isClose(found.precision?.value, row.precision) && isClose(found.recall?.value, row.recall))
      #expect(isClose(found.f1, row.f1) && isClose(found.accuracy?.value, row.accuracy))
      #expect(isClose(found.recall?.interval?.lower, row.recallInterval[0]))
      #expect(isClose(found.recall?.interval?.upper, row.recallInterval[1]))
    }
  }

  @Test func whatHasNoValueIsNil() {
    let none = ThresholdQuality(scores: [0.1, 0.2], labels: [false, false], threshold: 0.5)
    #expect(none.precision == nil && none.recall == nil && none.f1 == nil && none.accuracy?.value == 1)
    #expect(ThresholdQuality(scores: [], labels: [], threshold: 0.5).accuracy == nil)
    // The threshold itself is positive.
    #expect(ThresholdQuality(scores: [0.5], labels: [true], threshold: 0.5).recall?.value == 1)
  }
}
