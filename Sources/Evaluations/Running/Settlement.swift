import Foundation
import Measures
import OpenAIWire
import Records

/// Says what requests came to that are priced by the hardware they held, once it is known who held it beside them.
struct Settlement {
  static let pendingCost = "the hardware's time is shared out when the candidate's run has ended"
  static let pendingEnergy = "the server's energy is shared out when the candidate's run has ended"
  static let notOurs = "the endpoint was not started by the run: what it draws is not known"
  static let lostEnergy = "the run was ended before the server's energy was read"

  let costing: RequestCosting
  let store: RecordStore

  /// - Parameters:
  ///   - stored: all requests that one server had in one session.
  ///   - others: when requests held it that are not stored, as those that ended with the run. Their part is nobody's.
  func settle(_ stored: [ObservationRecord], beside others: [SharedOccupancy.Span] = [], energy: EnergyEvidence) throws
  {
    let (spans, owners) = Self.spans(of: stored, beside: others)
    func summed(_ shares: [Double]) -> [Double] { Self.summed(shares, owners, count: stored.count) }
    let seconds = summed(SharedOccupancy.seconds(of: spans))
    let joules: [MeasuredValue] = self.joules(spans, energy, count: stored.count, summed)
    try store.settleObservations(
      stored.enumerated().compactMap { index, observation in
        guard let id = observation.id else { return nil }
        let cost =
          if case .catalogue = costing.price {
            observation.cost
          } else {
            costing.cost(
              seconds: seconds[index], joules: joules[index].quantity?.value, at: observation.startedAt)
          }
        return (id: id, cost: cost, energy: joules[index])
      })
  }

  private static func spans(
    of stored: [ObservationRecord], beside others: [SharedOccupancy.Span]
  ) -> (spans: [SharedOccupancy.Span], owners: [Int]) {
    var spans: [SharedOccupancy.Span] = []
    var owners: [Int] = []
    for (index, observation) in stored.enumerated() {
      let own = observation.spans
      spans += own
      owners += own.map { _ in index }
    }
    return (spans + others, owners)
  }

  /// The shares of each owner. Spans behind the owners' are nobody's.
  private static func summed(_ shares: [Double], _ owners: [Int], count: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: count)
    for (share, owner) in zip(shares, owners) { sums[owner] += share }
    return sums
  }

  private func joules(
    _ spans: [SharedOccupancy.Span], _ energy: EnergyEvidence, count: Int, _ summed: ([Double]) -> [Double]
  ) -> [MeasuredValue] {
    switch energy {
    case .absent(let absence): return [MeasuredValue](repeating: .absent(absence), count: count)
    case .counter(let counter):
      let readings = counter.readings.map { (nanoseconds: $0.nanoseconds, joules: $0.joules) }
      guard let shares = SharedOccupancy.joules(of: spans, readings: readings) else {
        return [MeasuredValue](
          repeating: .absent("the energy readings do not reach over all requests"), count: count)
      }
      return summed(shares).map { .value(Quantity($0, count: 1, isEstimate: counter.isEstimate)) }
    }
  }

  /// The seconds that each of a candidate's requests held its server, from the stored stamps; nil where there are none.
  static func seconds(of observations: [ObservationRecord]) -> [Double?] {
    var seconds = [Int64: Double]()
    for session in sessions(observations) {
      let (spans, owners) = spans(of: session, beside: [])
      let sums = summed(SharedOccupancy.seconds(of: spans), owners, count: session.count)
      for owner in Set(owners) { if let id = session[owner].id { seconds[id] = sums[owner] } }
    }
    return observations.map { $0.id.flatMap { seconds[$0] } }
  }

  /// Settles what a killed run left open: the time from the stamps that were stored; its energy is lost.
  /// - Parameter observations: of one candidate.
  func settleLeftOvers(_ observations: [ObservationRecord]) throws {
    let open = observations.filter {
      $0.energy == .absent(Self.pendingEnergy) || $0.cost == .absent(Absence(Self.pendingCost))
    }
    for session in Self.sessions(open) { try settle(session, energy: .absent(Absence(Self.lostEnergy))) }
  }

  /// Requests of one client had one server; the part of their names before the last hyphen is the client's.
  private static func sessions(_ observations: [ObservationRecord]) -> [[ObservationRecord]] {
    Dictionary(grouping: observations) {
      $0.requestID.prefix(upTo: $0.requestID.lastIndex(of: "-") ?? $0.requestID.endIndex)
    }.values.map(\.self)
  }
}
