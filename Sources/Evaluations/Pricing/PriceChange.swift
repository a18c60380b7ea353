import Measures
import OpenAIWire
import Records

/// Puts what a run has stored of a candidate to the price that its plan says now, so that no run has costs at two prices.
///
/// By the catalogue the usage that was stored is priced, by time the seconds and the joules. What is not kept cannot be priced:
/// its cost becomes absent, with the reason.
struct PriceChange {
  /// The section of a candidate's manifest that says by what it is priced, and what earlier ones are called.
  static let section = "price"
  static let earlier = "earlier price"

  let costing: RequestCosting
  let store: RecordStore

  /// - Parameters:
  ///   - now: the price as the manifest says it.
  ///   - stored: every attempt at its requests.
  /// - Returns: the candidate with its price; as it was where nothing has changed.
  func apply(to candidate: CandidateRecord, now: [String: String], stored: [ObservationRecord]) throws
    -> CandidateRecord
  {
    guard let id = candidate.id, let before = candidate.manifest.sections[Self.section] else { return candidate }
    let isOther = before != now
    // Hardware of the user's own prices may have another price under the same name.
    let isHardware = if case .hardware = costing.price { true } else { false }
    guard isOther || isHardware else { return candidate }
    let measured = stored.filter { $0.origin == "measured" }
    let costs = try recomputed(measured)
    let changed = measured.enumerated().compactMap { index, observation in
      observation.id.flatMap { id in
        costs[index] == observation.cost ? nil : (id: id, cost: costs[index], energy: observation.energy)
      }
    }
    guard isOther || !changed.isEmpty else { return candidate }
    try store.settleObservations(changed)
    guard !measured.isEmpty else { return try store.setCandidate(id, section: Self.section, now) }
    var past = before
    past["version"] = Self.versions(of: measured)
    try store.noteCandidate(id, section: Self.earlier, past)
    return try store.setCandidate(id, section: Self.section, now)
  }

  private static func versions(of observations: [ObservationRecord]) -> String? {
    let versions = Set(
      observations.compactMap { observation -> String? in
        if case .known(_, _, let version, _) = observation.cost { version } else { nil }
      }
    ).sorted()
    return versions.isEmpty ? nil : versions.joined(separator: ", ")
  }

  private func recomputed(_ observations: [ObservationRecord]) throws -> [CostRecord] {
    if case .catalogue = costing.price {
      return observations.map { observation in
        guard observation.usage != nil || observation.status == .failed else {
          return .absent(Absence("what the request used is not kept, so that it cannot be priced by its tokens"))
        }
        return costing.cost(of: observation, tier: observation.cost.storedPrice?.conditions?["service_tier"])
      }
    }
    let shared = Settlement.seconds(of: observations)
    return observations.enumerated().map { index, observation in
      // The server's time is shared out when its session ends; until then there is nothing to be priced.
      if observation.cost == .absent(Absence(Settlement.pendingCost)) { return observation.cost }
      guard let seconds = observation.cost.storedPrice?.seconds ?? shared[index] else {
        return .absent(Absence("when the request was under way is not kept, so that it cannot be priced by its time"))
      }
      return costing.cost(
        seconds: seconds, joules: observation.energy.quantity?.value, at: observation.startedAt)
    }
  }
}
