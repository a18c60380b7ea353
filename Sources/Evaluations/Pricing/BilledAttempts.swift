import MeasuringClient
import OpenAIWire
import Records

/// What is known of the usage of every attempt at one request. An attempt that broke off was paid for as far as it had come,
/// whatever became of the next.
struct BilledAttempts: Hashable {
  struct Known: Hashable {
    /// As the server sent it.
    var usage: JSONValue
    /// Nil where the answer names none.
    var model: String?
    var tier: String?
  }

  /// Attempts that failed after their usage was said.
  private(set) var earlier: [Known] = []
  /// Attempts that failed when a server may have worked for them, and said nothing of their usage.
  private(set) var unknown = 0

  /// Of what the client saw.
  init(_ observation: Observation) {
    for attempt in observation.attempts {
      guard let failure = attempt.failure else { continue }
      add(
        attempt.usage.map { Known(usage: $0, model: attempt.answeredBy, tier: attempt.serviceTier) },
        kind: failure.kind,
        wasSent: attempt.sent != nil, hadBegun: attempt.status == 200 || !attempt.arrivals.isEmpty)
    }
  }

  /// Of what the records keep.
  init(_ observation: ObservationRecord) {
    // An answer at the first attempt has no other; most are.
    guard observation.retries > 0 || observation.status == .failed, !observation.timeline.isEmpty,
      let document = try? JSONReader.value(of: Array(observation.timeline.utf8))
    else { return }
    for attempt in document.object?["attempts"]?.array ?? document.array ?? [] {
      guard let attempt = attempt.object, let kind = attempt["error"]?.string else { continue }
      let usage = attempt["usage"].flatMap { $0.object == nil ? nil : $0 }
      add(
        usage.map {
          Known(usage: $0, model: attempt["answered_by"]?.string, tier: attempt["service_tier"]?.string)
        }, kind: kind, wasSent: attempt["sent_ns"] != nil,
        hadBegun: attempt["status"]?.integer == 200 || attempt["token_ns"]?.array?.isEmpty == false)
    }
  }

  private mutating func add(_ known: Known?, kind: String, wasSent: Bool, hadBegun: Bool) {
    if let known { return earlier.append(known) }
    switch kind {
    case "truncated", "malformed_chunk", "server_error_event", "too_large": unknown += 1
    // Nobody hangs up on a server without its having begun.
    case "timeout", "cancelled": unknown += wasSent ? 1 : 0
    case "reset": unknown += hadBegun ? 1 : 0
    // Refusals, and what found nobody, cost nothing.
    default: break
    }
  }
}

extension ObservationRecord {
  /// Attempts at the request that may have been paid for and are not in its cost, which is a lower bound then. None where it
  /// is priced by time: every attempt took some, and all of it is counted.
  var unpricedAttempts: Int {
    guard cost.picos != nil, cost.storedPrice?.hardware == nil else { return 0 }
    return BilledAttempts(self).unknown
  }
}
