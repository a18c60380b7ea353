import Foundation
import Measures
import Testing

@testable import Studies

@Suite struct TrialEventCodingTests {
  static let events: [TrialEvent] = [
    .started(
      TrialEvent.Started(
        name: "GQA", processIdentifier: 7, monotonicNanoseconds: .max, baselineResidentBytes: 1, plannedSteps: 9,
        plannedTokens: 99,
        model: ModelAccount(
          parameters: 5, parameterBytes: 20, trainingFLOPsPerToken: 30.5, inferenceFLOPsPerToken: 10,
          cacheBytesPerToken: 2, bitsPerWeight: 4, referenceBitsPerWeight: 16),
        environment: ["torch": "2.13.0", "data.corpus": "austen"])),
    .started(TrialEvent.Started(name: "", monotonicNanoseconds: 0)),
    .step(
      StepObservation(
        index: 3, phase: .decode, isWarmup: true, startNanoseconds: 1, endNanoseconds: 2, tokens: 4096, samples: 16,
        loss: 8.25)),
    .step(StepObservation(index: 0, phase: .train, startNanoseconds: 0, endNanoseconds: 0, tokens: 0, samples: 0)),
    .sample(
      ResourceSample(
        nanoseconds: 5, residentBytes: 1, allocatedBytes: 2, cpuSeconds: 0.5, deviceMemoryBytes: 3,
        deviceUtilisation: 0.25, powerMilliwatts: 1500)),
    .sample(ResourceSample(nanoseconds: 5)),
    .heldOut(
      HeldOutEvidence(
        documents: [.init(id: "emma/1", tokens: 9, negativeLogLikelihood: 1.5, bytes: 30)], unigramPerplexity: 600)),
    .heldOut(HeldOutEvidence(documents: [.init(id: "ü", tokens: 9, negativeLogLikelihood: 1.5)])),
    .measure(TrialEvent.Named(id: "accuracy", value: 0.5, unit: .fraction, count: 100)),
    .finished(monotonicNanoseconds: 1),
    .failed(TrialEvent.Failed(kind: "diverged", message: "the loss is NaN", step: 12)),
    .failed(TrialEvent.Failed(kind: "x", message: "a\nb \"c\"")),
  ]

  @Test(arguments: events)
  func everyEventComesBackAsItWent(_ event: TrialEvent) throws {
    let line = try TrialEventWriter.line(event)
    #expect(line.count { $0 == UInt8(ascii: "\n") } == 1)
    #expect(line.last == UInt8(ascii: "\n"))
    var decoder = TrialOutputDecoder()
    #expect(decoder.decode(line) == [.event(event)])
  }

  /// The lines that the protocol's description shows, as another program would write them.
  @Test func theDocumentedLinesAreRead() {
    let lines = """
      {"event":"started","protocol":1,"name":"GQA","pid":7,"monotonic_ns":1,"baseline_resident_bytes":1,"steps_planned":9,"tokens_planned":9,"model":{"parameters":1,"parameter_bytes":4},"environment":{"torch":"2.13.0"}}
      {"event":"step","index":0,"phase":"train","warmup":true,"start_ns":1,"end_ns":2,"tokens":4096,"samples":16,"loss":8.3}
      {"event":"sample","monotonic_ns":1,"allocated_bytes":1}
      {"event":"measure","id":"held-out","documents":[{"id":"emma/1","tokens":9,"nll":1.5,"bytes":30}],"unigram_perplexity":600.0}
      {"event":"measure","id":"accuracy","value":0.5,"unit":"fraction","count":100}
      {"event":"finished","monotonic_ns":1}
      {"event":"failed","kind":"diverged","message":"the loss is NaN","step":12}

      """
    var decoder = TrialOutputDecoder()
    let outputs = decoder.decode(Array(lines.utf8))
    #expect(outputs.count == 7)
    for output in outputs {
      if case .event = output { continue }
      Issue.record("\(output)")
    }
  }

  @Test func theWriterWritesWholeLinesAtOnce() throws {
    let pipe = Pipe()
    let writer = TrialEventWriter(pipe.fileHandleForWriting)
    try writer.write(.finished(monotonicNanoseconds: 4))
    #expect(
      String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
        == "{\"event\":\"finished\",\"monotonic_ns\":4}\n")
  }
}
