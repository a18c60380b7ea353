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

  /// What a request cost by its tokens, attempts included that broke off after they had said their usage. Where others did
  /// without having said it the cost is a lower bound, and its price says so. What is priced by the time it holds hardware is
  /// known only when the run of the candidate has ended; see ``cost(seconds:joules:at:)``.
  func cost(of observation: Observation, at date: Date) -> CostRecord {
    cost(
      of: observation.usage.map {
        BilledAttempts.Known(usage: $0, model: observation.answeredBy, tier: observation.serviceTier)
      }, answered: observation.succeeded, others: BilledAttempts(observation), at: date)
  }

  /// The same of a request in the records.
  /// - Parameter tier: in which the answer was served, where that is known.
  func cost(of observation: ObservationRecord, tier: String?) -> CostRecord {
    let usage = observation.usage.flatMap { try? JSONReader.value(of: Array($0.utf8)) }
    return cost(
      of: usage.map { BilledAttempts.Known(usage: $0, model: observation.answeredBy, tier: tier) },
      answered: observation.status == .answered, others: BilledAttempts(observation), at: observation.startedAt)
  }

  private func cost(
    of answer: BilledAttempts.Known?, answered: Bool, others: BilledAttempts, at date: Date
  ) -> CostRecord {
    guard case .catalogue(let provider, let model, let conditions) = price else {
      return .absent(Absence(Settlement.pendingCost))
    }
    if answered, answer == nil { return .absent(Absence("the server does not say its usage")) }
    if answer == nil, others.earlier.isEmpty {
      return .absent(Absence("the request failed, and nothing was said of its usage"))
    }
    let attempts = others.earlier + (answer.map { [$0] } ?? [])
    do throws(Unpriced) {
      let costs = try attempts.map { (known) throws(Unpriced) in
        let named = known.model ?? asked
        var when = conditions
        if let tier = known.tier, when["service_tier"] == nil { when["service_tier"] = tier }
        return try Self.cost(
          ofUsage: try Self.document(known.usage.bytes), model: named == asked ? model ?? asked : named,
          provider: provider, conditions: PriceConditions(when), at: PriceMoment(date), table: table)
      }
      return try Self.sum(costs, unknown: others.unknown)
    } catch {
      return .absent(error.absence)
    }
  }

  /// Why something has no price.
  struct Unpriced: Error {
    let absence: Absence
    init(_ reason: String) { absence = Absence(reason) }
  }

  /// The sum of what the attempts at one request cost, with the price of the last of them.
  /// - Parameter unknown: attempts that are not in it and may have cost something.
  static func sum(_ costs: [Cost], unknown: Int) throws(Unpriced) -> CostRecord {
    guard let last = costs.last else { throw Unpriced("nothing was said of its usage") }
    var total = last.total
    for cost in costs.dropLast() {
      guard let sum = try? total.adding(cost.total) else {
        throw Unpriced("the costs of its attempts cannot be added up")
      }
      total = sum
    }
    var price = reference(of: last)
    if costs.count > 1 { price.append("earlier_attempts", .array(costs.dropLast().map { .object(reference(of: $0)) })) }
    if unknown > 0 {
      price.append("lower_bound", .string("\(unknown) attempts broke off before their usage was said"))
    }
    return record(total, version: last.price.version, price: .object(price))
  }

  static func document(_ usage: [UInt8]) throws(Unpriced) -> UsageDocument {
    do { return try UsageDocument(json: usage) } catch { throw Unpriced("the usage cannot be read: \(error)") }
  }

  static func cost(
    ofUsage document: UsageDocument, model: String, provider: String?, conditions: PriceConditions,
    at moment: PriceMoment,
    table: PriceTable
  ) throws(Unpriced) -> Cost {
    let found = table.price(of: model, provider: provider, at: moment, conditions: conditions)
      .flatMap { $0.cost(of: document.usage) }
    switch found {
    case .failure(let absence): throw Unpriced(absence.description)
    case .success(let cost): return cost
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

  private static func reference(of cost: Cost) -> JSONObject {
    let reference = cost.price
    return JSONValue.members([
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
    ]).object ?? JSONObject()
  }

  private static func record(_ amount: Money, version: String, price: JSONValue) -> CostRecord {
    guard let picos = Int64(exactly: amount.picos) else {
      return .absent(Absence("the amount \(amount) is too large to be held"))
    }
    return .known(picos: picos, currency: amount.currency.code, priceVersion: version, price: price.text)
  }
}
