import Measures
import Testing

@testable import Evaluators

@Suite("Calibration")
struct CalibrationTests {
  private func rows(_ pairs: [(Double?, Bool)]) -> [LabelledScore] {
    pairs.map { LabelledScore(score: $0.0, label: $0.1) }
  }

  @Test("the sweep, by hand")
  func sweep() throws {
    // Sorted: 0.1-, 0.4+, 0.4-, 0.8+; and one without a score.
    let calibration = try Calibration(rows([(0.8, true), (0.4, false), (nil, true), (0.1, false), (0.4, true)]))
    #expect(calibration.absent == 1)
    #expect(calibration.points.map(\.threshold) == [0.1, 0.4, 0.8])
    #expect(calibration.points.map(\.precision) == [0.5, 2.0 / 3, 1])
    #expect(calibration.points.map(\.recall) == [1, 1, 0.5])
    #expect(calibration.points.map(\.f1) == [2.0 / 3, 0.8, 2.0 / 3])
    #expect(calibration.best.point?.threshold == 0.4)
    // Pairs: 0.8 beats both; 0.4 beats 0.1 and ties with 0.4: 3.5 of 4.
    #expect(calibration.areaUnderROC.quantity?.value == 0.875)
    #expect(calibration.areaUnderROC.quantity?.count == 4)
  }

  @Test("a threshold between two scores passes the same rows as the next score")
  func between() throws {
    let calibration = try Calibration(rows([(0.2, false), (0.6, true), (0.9, true)]))
    #expect(calibration.point(at: 0.5).truePositives == 2)
    #expect(calibration.point(at: 0.7).truePositives == 1)
    let none = calibration.point(at: 0.95)
    #expect(none.truePositives == 0)
    #expect(none.precision == nil)
    #expect(none.recall == 0)
    #expect(none.accuracy == 1.0 / 3)
  }

  @Test("the area is the part of pairs that are in order, on every small arrangement")
  func area() throws {
    let scores = [0.0, 0.25, 0.25, 0.5, 1, 1]
    for pattern in 1..<(1 << scores.count) - 1 {
      let labelled = scores.enumerated().map { ($1, pattern >> $0 & 1 == 1) }
      let good = labelled.filter(\.1).map(\.0)
      let bad = labelled.filter { !$0.1 }.map(\.0)
      var wins = 0.0
      for first in good { for second in bad { wins += first > second ? 1 : first == second ? 0.5 : 0 } }
      let expected = wins / Double(good.count * bad.count)
      let calibration = try Calibration(labelled.map { LabelledScore(score: $0.0, label: $0.1) })
      #expect(abs((calibration.areaUnderROC.quantity?.value ?? -1) - expected) < 1e-15)
    }
  }

  @Test("labels of one kind calibrate nothing")
  func oneKind() throws {
    let calibration = try Calibration(rows([(0.3, true), (0.9, true)]))
    #expect(calibration.best.point == nil)
    #expect(calibration.areaUnderROC.quantity == nil)
    #expect(calibration.points.first?.recall == 1)
  }

  @Test("rows without scores, and scores that are none, are errors")
  func errors() {
    #expect(throws: EvaluationError.self) { try Calibration([]) }
    #expect(throws: EvaluationError.self) { try Calibration(rows([(nil, true)])) }
    #expect(throws: EvaluationError.self) { try Calibration(rows([(1.5, true)])) }
    #expect(throws: EvaluationError.self) { try Calibration(rows([(.nan, true)])) }
  }
}
