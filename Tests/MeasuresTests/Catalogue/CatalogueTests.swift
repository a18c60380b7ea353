import Foundation
import Measures
import Testing

@Suite struct CatalogueTests {
  @Test func everyPublishedMetricStandsBesideACorrectedOne() {
    for metric in ["Performance", "AMU", "PCU", "AL", "TT", "ST", "IT", "AEC", "MCR"] {
      let family = MeasureCatalogue.all.filter { $0.id.rawValue.prefix { $0 != "." } == metric }
      #expect(MeasureCatalogue[MeasureID(metric)]?.definition == .published, "\(metric)")
      #expect(family.contains { $0.definition == .corrected }, "\(metric)")
    }
  }

  @Test func everyMeasureIsDeclaredInFull() {
    #expect(Set(MeasureCatalogue.all.map(\.id)).count == MeasureCatalogue.all.count)
    for measure in MeasureCatalogue.all {
      #expect(!measure.title.isEmpty && !measure.formula.isEmpty && !measure.needs.isEmpty, "\(measure.id)")
      #expect(measure.version >= 1)
    }
  }

  @Test func nothingSeenIsAbsentAndNeverZero() {
    let values = MeasureCatalogue.evaluate(TrialEvidence())
    #expect(values.count == MeasureCatalogue.all.count)
    for (id, value) in values {
      #expect(value.quantity == nil, "\(id)")
      #expect((value.reason ?? "").count > 10, "\(id)")
    }
  }

  @Test func directions() {
    let lower = [
      "PPL", "perplexity", "loss", "AMU_GB", "amu", "AL_s", "AEC_W", "AL.p90_s", "AEC.joulesPerToken", "ttft_ms",
    ]
    let higher = ["PCU", "TT", "tt_tokens_per_s", "ST", "IT", "it_tok/s", "MCR", "PCU.mfu", "TT.tokensPerSecond"]
    for name in lower { #expect(MeasureCatalogue.direction(forColumn: name) == .lowerIsBetter, "\(name)") }
    for name in higher { #expect(MeasureCatalogue.direction(forColumn: name) == .higherIsBetter, "\(name)") }
    #expect(MeasureCatalogue.direction(forColumn: "Performance") == .lowerIsBetter)
    for name in ["", "_", "wall_hours", "ALT", "A", "PPLX", "accuracy", "AL.p42", "model"] {
      #expect(MeasureCatalogue.direction(forColumn: name) == nil, "\(name)")
    }
    #expect(MeasureCatalogue.measure(forColumn: "  AEC [W] ")?.id == "AEC")
    #expect(MeasureCatalogue.measure(forColumn: "AL.p90 (s)")?.id == "AL.p90")
    #expect(MeasureCatalogue.baseName(ofColumn: "AMU_GB") == "AMU")
  }

  @Test func evidenceOfAnEarlierVersionStillDecodes() throws {
    let json = #"{"steps":[],"resources":[],"energy":{"absent":{"_0":{"reason":"none"}}},"device":{"threads":2}}"#
    let evidence = try JSONDecoder().decode(TrialEvidence.self, from: Data(json.utf8))
    #expect(evidence.device.isAccelerated == nil && evidence.compression == nil)
  }
}
