import Foundation
import Measures
import MeasuringClient
import OpenAIWire
import Pricing
import Records

/// Prices one candidate's requests, each by the model that answered and at the moment it was asked.
struct RequestCosting: Sendable {
  let table: PriceTable
  let price: PlannedPrice
  /// What requests ask for.
  let asked: String

  /// What a request cost by its tokens. What is priced by the time it holds hardware is known only when the run of the
  /// candidate has ended; see ``cost(seconds:joules:at:)``.
  func cost(of observation: Observation, at date: Date) -> CostRecord {
    guard case .catalogue(let provider, let model, let conditions) = price else {
      return .absent(Absence(Settlement.pendingCost))
    }
    guard let usage = observation.usage else {
      let reason =
        observation.succeeded
        ? "the server does not say its usage" : "the request failed, and nothing was said of its usage"
      return .absent(Absence(reason))
    }
    let answered = observation.answeredBy ?? asked
    var when = conditions
    if let tier = observation.serviceTier, when["service_tier"] == nil { when["service_tier"] = tier }
    return Self.cost(
      ofUsage: usage.bytes, model: answered == asked ? model ?? asked : answered, provider: provider,
      conditions: PriceConditions(when), at: date, table: table)
  }

  /// What usage cost, by the catalogue.
  static func cost(
    ofUsage usage: [UInt8], model: String, provider: String?, conditions: PriceConditions, at date: Date,
    table: PriceTable
  ) -> CostRecord {
    let document: UsageDocument
    do { document = try UsageDocument(json: usage) } catch {
      return .absent(Absence("the usage cannot be read: \(error)"))
    }
    let found = table.price(of: model, provider: provider, at: PriceMoment(date), conditions: conditions)
      .flatMap { $0.cost(of: document.usage) }
    switch found {
    case .failure(let absence): return .absent(Absence(absence.description))
    case .success(let cost): return record(cost)
    }
  }

  /// What is wrong with the price by hardware, if anything is.
  func hardwareProblem(at date: Date) -> String? {
    if case .catalogue = price { return nil }
    guard case .absent(let absence) = cost(seconds: 1, joules: 1, at: date) else { return nil }
    return absence.reason
  }

  /// What so much of the hardware cost.
  func cost(seconds: Double, joules: Double?, at date: Date) -> CostRecord {
    let found: Result<(price: HardwarePrice, version: String, source: String), PriceAbsence>
    switch price {
    case .catalogue: return .absent(Absence("the candidate is priced by its tokens"))
    case .hardware(let id): found = table.hardwarePrice(of: id, on: PriceMoment(date).date)
    case .held(let perHour, let perKilowattHour, let currency, let source):
      do {
        let price = try HardwarePrice(
          id: "the plan's", perHour: perHour, perKilowattHour: perKilowattHour, currency: Currency(currency),
          source: source)
        found = .success((price, "plan", source ?? "the plan"))
      } catch {
        return .absent(Absence("\(error)"))
      }
    }
    switch found.flatMap({ used in used.price.cost(seconds: seconds, joules: joules).map { ($0, used) } }) {
    case .failure(let absence): return .absent(Absence(absence.description))
    case .success(let (amount, used)):
      let reference = JSONValue.members([
        "hardware": .string(used.price.id), "source": .string(used.source), "seconds": .number(seconds),
        "joules": joules.map { .number($0) }, "version": .string(used.version),
      ])
      return Self.record(amount, version: used.version, price: reference)
    }
  }

  private static func record(_ cost: Cost) -> CostRecord {
    let reference = cost.price
    return record(
      cost.total, version: reference.version,
      price: .members([
        "provider": .string(reference.provider), "model": .string(reference.model),
        "version": .string(reference.version), "source": .string(reference.source),
        "conditions": .object(
          reference.conditions.sorted { $0.key < $1.key }.reduce(into: JSONObject()) {
            $0.append($1.key, .string($1.value))
          }),
        "parts": .array(
          cost.parts.map { part in
            .members([
              "kind": .string(part.kind.name), "priced_as": .string(part.pricedAs.name),
              "count": .integer(part.count), "price": .string(part.price.decimalText),
              "per": .integer(part.pricedAs.quotedFor), "amount": .string(part.amount.decimalText),
            ])
          }),
      ]))
  }

  private static func record(_ amount: Money, version: String, price: JSONValue) -> CostRecord {
    guard let picos = Int64(exactly: amount.picos) else {
      return .absent(Absence("the amount \(amount) is too large to be held"))
    }
    return .known(picos: picos, currency: amount.currency.code, priceVersion: version, price: price.text)
  }
}
