/// What a request was, besides an ordinary one.
public struct PriceConditions: Sendable, Hashable {
  /// By the catalogue's names: `processing`, `service_tier`, `speed` and others.
  public private(set) var values: [String: String]

  public static let standard = PriceConditions([:])
  /// Sent to be answered within a day.
  public static let batch = PriceConditions(["processing": "batch"])

  /// Tiers that name the ordinary price are left out, and a tier `batch` is the batch price.
  public init(_ values: [String: String]) {
    self.values = values
    switch values["service_tier"] {
    case "default", "standard", "auto", "on_demand": self.values["service_tier"] = nil
    case "batch":
      self.values["service_tier"] = nil
      self.values["processing"] = "batch"
    default: break
    }
  }
}

extension PriceTable {
  /// The prices of a model.
  /// - Parameters:
  ///   - model: The model that answered - not the one that was asked for, where a fallback took its place.
  ///   - provider: Who sold it; nil takes the first provider that has models of such names.
  ///   - moment: When the request was made.
  ///   - conditions: What the request was, besides an ordinary one. Each has to have a price on that day.
  /// - Returns: The prices, or why there are none.
  public func price(
    of model: String, provider: String? = nil, at moment: PriceMoment, conditions: PriceConditions = .standard
  ) -> Result<Price, PriceAbsence> {
    find(model: model, provider: provider).flatMap { found in
      price(of: found.model, provider: found.provider, at: moment, conditions: conditions)
    }
  }

  private func price(
    of model: Model, provider: Provider, at moment: PriceMoment, conditions: PriceConditions
  ) -> Result<Price, PriceAbsence> {
    var used: [Int] = []
    switch standard(of: model, at: moment) {
    case .index(let index): used.append(index)
    case .hourNeeded:
      return .failure(.hourNeeded(model: model.id, provider: provider.id, date: moment.date))
    case .none: return .failure(.notPriced(model: model.id, provider: provider.id, date: moment.date))
    }
    // A discount off a price says nothing of the price that somebody put over it.
    let layer = model.entries[used[0]].origin
    for (name, value) in conditions.values.sorted(by: { $0.key < $1.key }) {
      let fitting = model.entries.indices.filter { index in
        let when = model.entries[index].entry.when
        return when[name] == value && when.allSatisfy { conditions.values[$0.key] == $0.value }
          && model.entries[index].origin >= layer
      }
      let active = fitting.filter { model.entries[$0].entry.holds(on: moment.date) }
      guard !active.isEmpty else {
        let first = fitting.compactMap { model.entries[$0].entry.from }.min()
        return .failure(
          .noPriceFor(
            condition: "\(name)=\(value)", model: model.id, provider: provider.id, date: moment.date, from: first))
      }
      used += active.filter { !used.contains($0) }
    }
    used = [used[0]] + used.dropFirst().sorted()

    let entries = used.map { model.entries[$0] }
    guard entries.allSatisfy({ $0.currency == entries[0].currency }) else {
      return .failure(.mixedCurrencies(model: model.id, provider: provider.id))
    }
    var rates = entries[0].entry.prices.rates
    for entry in entries.dropFirst() { rates.merge(entry.entry.prices.rates) { $1 } }
    let reference = reference(
      to: entries, until: nextChange(of: model, after: used[0], date: moment.date), model: model, provider: provider,
      conditions: conditions)
    return .success(Price(reference: reference, currency: entries[0].currency, rates: rates))
  }

  private enum Standard {
    case index(Int)
    case hourNeeded
    case none
  }

  /// The last ordinary entry that holds. Without a time of day, an entry for some hours may hold or not.
  private func standard(of model: Model, at moment: PriceMoment) -> Standard {
    for index in model.entries.indices.reversed() {
      let entry = model.entries[index].entry
      guard entry.when.isEmpty, entry.holds(on: moment.date) else { continue }
      guard let hours = entry.hours else { return .index(index) }
      guard let second = moment.secondOfDay else { return .hourNeeded }
      if hours.contains(secondOfDay: second) { return .index(index) }
    }
    return .none
  }

  /// The first day on which an entry that comes after takes over.
  private func nextChange(of model: Model, after index: Int, date: CivilDate) -> CivilDate? {
    let later = model.entries[(index + 1)...].compactMap { follower -> CivilDate? in
      guard follower.entry.when.isEmpty, follower.entry.hours == nil, let from = follower.entry.from, from > date else {
        return nil
      }
      return from
    }
    return later.min()
  }

  private func reference(
    to entries: [Entry], until change: CivilDate?, model: Model, provider: Provider, conditions: PriceConditions
  ) -> PriceReference {
    // The one on top says where the price is from; what it leaves open is the one's below.
    let top = entries.max { $0.origin < $1.origin } ?? entries[0]
    let origin = origins[top.origin]
    let ends = entries.compactMap(\.entry.until) + [change].compactMap(\.self)
    let isOwn = origin.version.hasPrefix(PriceVersion.overridesName)
    return PriceReference(
      provider: provider.id, model: model.id, version: origin.version, versionDate: isOwn ? nil : origin.date,
      source: top.entry.source ?? origin.source.name,
      pages: [origin.source.url].compactMap(\.self) + provider.pages,
      from: entries.compactMap(\.entry.from).max(), until: ends.min(), conditions: conditions.values)
  }
}
