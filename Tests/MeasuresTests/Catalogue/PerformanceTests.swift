import Foundation
import Measures
import Testing

@Suite struct PerformanceTests {
  /// Documents of differing length whose loss a token lies around `loss`.
  private func heldOut(loss: Double, documents: Int = 60, bytes: Bool = true, unigram: Double? = 600) -> TrialEvidence {
    var generator = SeededGenerator(seed: 5)
    let rows = (0..<documents).map { index in
      let tokens = 50 + index * 7
      let perToken = loss + 0.4 * (generator.unit() - 0.5)
      return HeldOutEvidence.Document(
        id: "d\(index)", tokens: tokens, negativeLogLikelihood: perToken * Double(tokens),
        bytes: bytes ? tokens * 4 : nil)
    }
    return TrialEvidence(heldOut: HeldOutEvidence(documents: rows, unigramPerplexity: unigram))
  }

  @Test func weighsTokensNotDocuments() {
    let evidence = TrialEvidence(
      heldOut: HeldOutEvidence(documents: [
        .init(id: "a", tokens: 90, negativeLogLikelihood: 90, bytes: 360),
        .init(id: "b", tokens: 10, negativeLogLikelihood: 60, bytes: 40),
      ]))
    #expect(isClose(evidence.value("Performance.loss"), 1.5))
    #expect(isClose(evidence.value("Performance"), exp(1.5)))
    #expect(isClose(evidence.value("Performance.bitsPerByte"), 150 / log(2) / 400))
  }

  @Test func theIntervalHoldsTheValueAndIsReproducible() throws {
    let evidence = heldOut(loss: 3)
    let quantity = try #require(MeasureCatalogue["Performance"]?.compute(evidence).quantity)
    let interval = try #require(quantity.interval)
    #expect(interval.lower < quantity.value && quantity.value < interval.upper)
    #expect(interval.upper - interval.lower < 0.1 * quantity.value)
    #expect(quantity.count == 60)
    #expect(MeasureCatalogue["Performance"]?.compute(evidence).quantity == quantity)
    let few = try #require(MeasureCatalogue["Performance"]?.compute(heldOut(loss: 3, documents: 6)).quantity?.interval)
    #expect(few.upper - few.lower > interval.upper - interval.lower)
  }

  @Test func comparesWithTheUnigramBaseline() throws {
    let evidence = heldOut(loss: 3)
    let perplexity = try #require(evidence.value("Performance"))
    #expect(isClose(evidence.value("Performance.unigramRatio"), perplexity / 600))
    #expect(
      heldOut(loss: 3, unigram: nil).reason("Performance.unigramRatio") == "the trial reported no unigram perplexity")
  }

  @Test func saysWhatIsMissing() {
    #expect(heldOut(loss: 3, bytes: false).reason("Performance.bitsPerByte")?.contains("bytes") == true)
    #expect(TrialEvidence(heldOut: HeldOutEvidence(documents: [])).reason("Performance")?.contains("held-out") == true)
    let broken = TrialEvidence(
      heldOut: HeldOutEvidence(documents: [.init(id: "x", tokens: 3, negativeLogLikelihood: .nan)]))
    #expect(broken.reason("Performance")?.contains("document x") == true)
    let huge = TrialEvidence(
      heldOut: HeldOutEvidence(documents: [.init(id: "x", tokens: 1, negativeLogLikelihood: 1e4)]))
    #expect(huge.reason("Performance") == "the formula gives no finite number here")
    #expect(huge.value("Performance.loss") == 1e4)
  }

  @Test func oneDocumentHasNoInterval() throws {
    let quantity = try #require(MeasureCatalogue["Performance"]?.compute(heldOut(loss: 3, documents: 1)).quantity)
    #expect(quantity.interval == nil && quantity.count == 1)
  }
}
