import Evaluators
public import Foundation
public import Interchange
import Measures
import OpenAIWire
import Pricing
public import Records

extension ObservationRecord {
  /// What another program saw of one answer.
  /// - Parameters:
  ///   - row: `EvaluationRow.identity`.
  ///   - route: where the source names none.
  ///   - time: where the source does not say when it was.
  public init(
    imported observation: ImportedObservation, form: ImportForm, candidate: Int64, row: String, repetition: Int,
    route: String, time: Date
  ) {
    let latencies = observation.latencies
    self.init(
      candidateID: candidate, row: row, repetition: repetition,
      status: observation.failure == nil ? .answered : .failed, failureKind: observation.failure?.kind,
      failureMessage: observation.failure?.message, origin: form.rawValue, route: observation.route ?? route,
      customer: observation.customer, tags: observation.tags, startedAt: observation.startedAt ?? time,
      requestID: observation.identifier, text: observation.output, toolCalls: observation.toolCalls?.text,
      finishReason: observation.finishReason, answeredBy: observation.answeredBy,
      promptTokens: observation.promptTokens, completionTokens: observation.completionTokens,
      tokenSource: observation.tokenSource, usage: observation.usageDocument?.text,
      latencies: Latencies(
        endToEnd: latencies.endToEnd, timeToFirstToken: latencies.timeToFirstToken,
        timePerOutputToken: latencies.timePerOutputToken, serviceEndToEnd: latencies.serviceEndToEnd,
        serviceTimeToFirstToken: latencies.serviceTimeToFirstToken),
      retries: observation.retries, timeline: observation.timeline?.text ?? "", cost: CostRecord(observation.cost),
      energy: .absent("the source does not say it"),
      trajectory: observation.steps.isEmpty ? nil : JSONValue.array(observation.steps.map(\.json)).text)
  }
}

extension CostRecord {
  init(_ cost: ImportedCost) {
    switch cost {
    case .absent(let absence): self = .absent(absence)
    case .known(let money, let version, let parts):
      if let picos = Int64(exactly: money.picos) {
        self = .known(picos: picos, currency: money.currency.code, priceVersion: version, price: parts.text)
      } else {
        self = .absent(Absence("the amount \(money) is too large to be held"))
      }
    }
  }
}

extension ImportedObservation {
  /// The models that answered, each once.
  var answeredBy: String? {
    var seen: Set<String> = []
    let models = calls.compactMap(\.modelAnswered).filter { seen.insert($0).inserted }
    return models.isEmpty ? nil : models.joined(separator: ", ")
  }

  /// What a single call used, as OpenAI writes it, so that it can be priced anew. Several calls have no usage in
  /// common: each was priced by itself.
  var usageDocument: JSONValue? {
    guard calls.count == 1, let usage = calls[0].usage else { return nil }
    // Sound and images have counts that this form says otherwise.
    let plain = usage.input + usage.cachedInput + usage.cacheWrite
    guard plain == usage.totalInput, usage.output + usage.outputReasoning == usage.totalOutput else { return nil }
    return .members([
      "prompt_tokens": .integer(usage.totalInput), "completion_tokens": .integer(usage.totalOutput),
      "total_tokens": .integer(usage.totalInput + usage.totalOutput),
      "prompt_tokens_details": .members([
        "cached_tokens": .integer(usage.cachedInput),
        "cache_write_tokens": usage.cacheWrite == 0 ? nil : .integer(usage.cacheWrite),
      ]),
      "completion_tokens_details": .members(["reasoning_tokens": .integer(usage.outputReasoning)]),
    ])
  }
}
