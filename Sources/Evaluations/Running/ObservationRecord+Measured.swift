import Evaluators
import Foundation
import Measures
import MeasuringClient
import OpenAIWire
import Records

/// Turns the client's stamps into times of day.
struct ClockAnchor: Sendable {
  let date = Date()
  let nanoseconds = MonotonicClock.now

  func date(of stamp: UInt64) -> Date {
    date + (stamp >= nanoseconds ? Double(stamp - nanoseconds) : -Double(nanoseconds - stamp)) / 1e9
  }
}

extension ObservationRecord {
  /// What the client saw of one request.
  init(
    _ observation: Observation, candidate: Int64, row: String, repetition: Int,
    attribution: EvaluationWork.RowAttribution, startedAt: Date, cost: CostRecord, energy: MeasuredValue
  ) {
    func seconds(_ nanoseconds: UInt64?) -> Double? { nanoseconds.map { Double($0) / 1e9 } }
    let failure = observation.failure
    let timeline = JSONValue.members([
      "scheduled_ns": .integer(Int(clamping: observation.scheduled)),
      "attempts": observation.json.object?["attempts"] ?? .array([]),
    ])
    self.init(
      candidateID: candidate, row: row, repetition: repetition,
      status: observation.succeeded ? .answered : .failed,
      failureKind: observation.succeeded ? nil : failure?.kind ?? "incomplete",
      failureMessage: observation.succeeded ? nil : failure?.description ?? "the answer did not end",
      route: attribution.route, customer: attribution.customer, tags: attribution.tags, startedAt: startedAt,
      requestID: observation.identifier, text: observation.text,
      toolCalls: observation.toolCalls.isEmpty ? nil : JSONValue.array(observation.toolCalls).text,
      finishReason: observation.finishReason, answeredBy: observation.answeredBy,
      promptTokens: observation.promptTokens, completionTokens: observation.completionTokens,
      tokenSource: observation.tokenSource?.rawValue, usage: observation.usage?.text,
      latencies: Latencies(
        endToEnd: seconds(observation.latency), timeToFirstToken: seconds(observation.timeToFirstToken),
        timePerOutputToken: observation.timePerOutputToken.map { $0 / 1e9 },
        serviceEndToEnd: seconds(observation.serviceLatency),
        serviceTimeToFirstToken: seconds(observation.serviceTimeToFirstToken)),
      retries: observation.retries, timeline: timeline.text, cost: cost, energy: energy)
  }

  /// When its attempts held the server, by the clock of the machine that sent them.
  var spans: [SharedOccupancy.Span] {
    guard let document = try? JSONReader.value(of: Array(timeline.utf8)),
      let attempts = document.object?["attempts"]?.array
    else { return [] }
    return attempts.compactMap { attempt in
      guard let sent = attempt.object?["sent_ns"]?.integer, let end = attempt.object?["end_ns"]?.integer, sent >= 0,
        end > sent
      else { return nil }
      return SharedOccupancy.Span(begin: UInt64(sent), end: UInt64(end))
    }
  }
}

extension Observation {
  /// When its attempts held the server.
  var spans: [SharedOccupancy.Span] {
    attempts.compactMap { attempt in
      guard let sent = attempt.sent, let end = attempt.end, end > sent else { return nil }
      return SharedOccupancy.Span(begin: sent, end: end)
    }
  }
}
