/// The prices of one model at one moment, looked up once. ``cost(of:)`` is arithmetic alone.
public struct Price: Sendable {
  struct Charge: Sendable {
    /// The kind whose price this is: another one where the kind has none of its own.
    var kind: PriceKind
    var rate: Rate
  }

  public let reference: PriceReference
  public let currency: Currency
  /// The prices there are, by what they are for.
  public let rates: [PriceKind: Rate]
  /// By the raw value of the kind that is used.
  private let charges: [Charge?]

  init(reference: PriceReference, currency: Currency, rates: [PriceKind: Rate]) {
    self.reference = reference
    self.currency = currency
    self.rates = rates
    charges = PriceKind.allCases.map { kind in
      if let own = rates[kind] { return Charge(kind: kind, rate: own) }
      if let fresh = kind.fresh, rates[fresh] != nil { return nil }
      return kind.coveredBy.flatMap { general in rates[general].map { Charge(kind: general, rate: $0) } }
    }
  }

  /// What one request costs.
  ///
  /// Each part is count x price / quantity, rounded half to even to 10^-12; a price of at most six places for a million
  /// tokens needs no rounding. The cost is the sum of its parts. A price in steps goes by all input of the request.
  /// - Returns: ``PriceAbsence/noPrice(_:model:provider:)`` where something was used that has no price.
  public func cost(of usage: Usage) -> Result<Cost, PriceAbsence> {
    let totalInput = usage.totalInput
    var parts: [CostPart] = []
    parts.reserveCapacity(4)
    var total: Int128 = 0
    var missing: PriceKind?
    usage.forEachUsed { kind, count in
      guard let charge = charges[kind.rawValue] else {
        // A request is charged by itself only where the catalogue says so.
        if kind != .request { missing = missing ?? kind }
        return
      }
      let picos = charge.rate.picos(totalInput: totalInput)
      let quantity = Int128(charge.kind.quotedFor)
      let amount = FixedPoint.dividedHalfEven(picos * Int128(count), by: quantity)
      total += amount
      parts.append(
        CostPart(
          kind: kind, pricedAs: charge.kind, count: count, price: Money(picos: picos, currency: currency),
          amount: Money(picos: amount, currency: currency)))
    }
    if let missing {
      return .failure(.noPrice(missing, model: reference.model, provider: reference.provider))
    }
    return .success(Cost(total: Money(picos: total, currency: currency), parts: parts, price: reference))
  }
}

/// Which price a cost was made with, so that it can be made again, or otherwise.
public struct PriceReference: Sendable, Hashable {
  public let provider: String
  /// As the catalogue names it.
  public let model: String
  /// The version of the catalogue that the price is from.
  public let version: String
  /// The day that version was taken up; nil for the user's own prices.
  public let versionDate: CivilDate?
  /// Where the price is from, in words.
  public let source: String
  /// Where the source, or the provider, says it.
  public let pages: [String]
  /// The first day it holds; nil where the source does not say.
  public let from: CivilDate?
  /// The day after the last; nil where none is known.
  public let until: CivilDate?
  /// What the request was, besides an ordinary one, such as `["processing": "batch"]`.
  public let conditions: [String: String]
}

/// What something cost, and how that came about.
public struct Cost: Sendable, Hashable {
  public let total: Money
  /// What was used, in the order of ``PriceKind``; their amounts add up to the total.
  public let parts: [CostPart]
  public let price: PriceReference
}

/// The cost of one kind of what was used.
public struct CostPart: Sendable, Hashable {
  public let kind: PriceKind
  /// The kind whose price was taken; another where `kind` has none of its own.
  public let pricedAs: PriceKind
  public let count: Int
  /// For ``PriceKind/quotedFor`` of it.
  public let price: Money
  public let amount: Money
}
