import Foundation
import Measures
public import Pricing
import Records

extension EvaluationResults {
  /// The same answers at another version of the prices: last month's at today's, or today's as they would have been.
  ///
  /// What was used is taken from the usage that the server sent, the price is that of the model that answered, and of the
  /// provider that it was priced by before. Where one of these is not known, or the version has no such price, the cost is
  /// absent with the reason. Judges' costs stay what they were: their usage is not kept.
  ///
  /// - Parameters:
  ///   - prices: the version.
  ///   - moment: when the requests are taken to have been made; nil for when they were.
  public func repriced(by prices: PriceTable, at moment: PriceMoment? = nil) -> EvaluationResults {
    let byID = Dictionary(candidates.compactMap { one in one.id.map { ($0, one) } }, uniquingKeysWith: { $1 })
    let known = storedPrices()
    return replacing(
      observations: observations.map { observation in
        var priced = observation
        priced.cost = Repricing(prices: prices, moment: moment ?? PriceMoment(observation.startedAt)).cost(
          of: observation, candidate: byID[observation.candidateID],
          stored: observation.cost.storedPrice ?? known[observation.candidateID])
        return priced
      })
  }

  /// By what each candidate's answers were priced, for those that have no price of their own.
  private func storedPrices() -> [Int64: StoredPrice] {
    var found: [Int64: StoredPrice] = [:]
    for candidate in candidates {
      guard let id = candidate.id, let section = candidate.manifest.sections["price"] else { continue }
      let conditions = section.filter { $0.key.hasPrefix("when ") }
      let isHeld = section["per-hour"] != nil || section["per-kilowatt-hour"] != nil
      found[id] = StoredPrice(
        provider: section["provider"], model: section["model"],
        conditions: conditions.isEmpty
          ? nil : Dictionary(uniqueKeysWithValues: conditions.map { (String($0.key.dropFirst(5)), $0.value) }),
        hardware: section["hardware"] ?? (isHeld ? "the plan's" : nil))
    }
    // Model and conditions are the other request's own; who sells is the same.
    for observation in observations where found[observation.candidateID] == nil {
      guard let price = observation.cost.storedPrice else { continue }
      found[observation.candidateID] = StoredPrice(provider: price.provider, hardware: price.hardware)
    }
    return found
  }
}

extension CostRecord {
  var storedPrice: StoredPrice? {
    if case .known(_, _, _, let price) = self { StoredPrice(json: price) } else { nil }
  }
}

/// How one answer is priced anew.
private struct Repricing {
  let prices: PriceTable
  let moment: PriceMoment

  /// The version that costs have whose price stood in the plan.
  static let planVersion = "plan"

  func cost(of observation: ObservationRecord, candidate: CandidateRecord?, stored: StoredPrice?) -> CostRecord {
    // What the plan itself said has no other version.
    if case .known(_, _, Self.planVersion, _) = observation.cost { return observation.cost }
    if let hardware = stored?.hardware { return self.hardware(hardware, observation, stored) }
    let others = BilledAttempts(observation)
    var attempts = others.earlier.map { (usage: $0.usage.bytes, model: $0.model, tier: $0.tier) }
    if let usage = observation.usage { attempts.append((Array(usage.utf8), observation.answeredBy, nil)) }
    if attempts.isEmpty || (observation.usage == nil && observation.status == .answered) {
      if case .absent = observation.cost { return observation.cost }
      return .absent(Absence("what the request used is not kept, so that it cannot be priced anew"))
    }
    do throws(RequestCosting.Unpriced) {
      let costs = try attempts.map { (usage, answered, tier) throws(RequestCosting.Unpriced) in
        let document = try RequestCosting.document(usage)
        guard let model = model(answered ?? document.model, candidate, stored), !model.isEmpty else {
          throw RequestCosting.Unpriced("it is not known which model answered")
        }
        var conditions = stored?.conditions ?? [:]
        if conditions["service_tier"] == nil { conditions["service_tier"] = tier ?? document.serviceTier }
        return try RequestCosting.cost(
          ofUsage: document, model: model, provider: stored?.provider, conditions: PriceConditions(conditions),
          at: moment, table: prices)
      }
      return try RequestCosting.sum(costs, unknown: others.unknown)
    } catch {
      return .absent(error.absence)
    }
  }

  /// The model by which an answer is priced. Where it is the one that was asked for, it may have been priced under another
  /// name.
  private func model(_ answered: String?, _ candidate: CandidateRecord?, _ stored: StoredPrice?) -> String? {
    if let answered, answered != candidate?.model { return answered }
    return stored?.model ?? answered ?? candidate?.model
  }

  private func hardware(_ name: String, _ observation: ObservationRecord, _ stored: StoredPrice?) -> CostRecord {
    guard let seconds = stored?.seconds else {
      return .absent(Absence("how long hardware '\(name)' was held for the request is not kept"))
    }
    let joules = stored?.joules ?? observation.energy.quantity?.value
    switch prices.hardwarePrice(of: name, on: moment.date) {
    case .failure(let absence): return .absent(Absence(absence.description))
    case .success(let found):
      switch found.price.cost(seconds: seconds, joules: joules) {
      case .failure(let absence): return .absent(Absence(absence.description))
      case .success(let money):
        return record(
          money, version: found.version, StoredPrice(hardware: name, seconds: seconds, joules: stored?.joules))
      }
    }
  }

  private func record(_ money: Money, version: String, _ price: StoredPrice) -> CostRecord {
    guard let picos = Int64(exactly: money.picos) else {
      return .absent(Absence(PriceAbsence.beyondRange.description))
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let json = (try? encoder.encode(price)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return .known(picos: picos, currency: money.currency.code, priceVersion: version, price: json)
  }
}
