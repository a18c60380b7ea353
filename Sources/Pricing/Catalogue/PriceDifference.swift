/// What one state of the prices says otherwise than another.
public struct PriceChange: Sendable, Hashable, Codable {
  public enum Change: String, Sendable, Hashable, Codable {
    case added, removed, changed
  }

  public let provider: String
  public let model: String
  public let change: Change
  /// What the price is for; nil where the whole model came or went.
  public let kind: String?
  /// The first day of the price; nil where it has none, and for a whole model.
  public let from: CivilDate?
  /// The part of the day and the conditions it holds for, such as `processing=batch`; empty for the ordinary price.
  public let condition: String
  /// As ``Rate/text``, with the currency where that is not the dollar.
  public let before: String?
  public let after: String?
}

extension PriceTable {
  /// What another table says otherwise, by provider and model in the order of their names.
  public func changes(to other: PriceTable) -> [PriceChange] {
    let before = facts()
    let after = other.facts()
    var changes: [PriceChange] = []
    for name in Set(before.keys).union(after.keys).sorted() {
      func whole(_ change: PriceChange.Change) -> PriceChange {
        PriceChange(
          provider: name.provider, model: name.model, change: change, kind: nil, from: nil, condition: "", before: nil,
          after: nil)
      }
      switch (before[name], after[name]) {
      case (nil, _): changes.append(whole(.added))
      case (_, nil): changes.append(whole(.removed))
      case (let old?, let new?):
        for fact in Set(old.keys).union(new.keys).sorted() where old[fact] != new[fact] {
          let change: PriceChange.Change = old[fact] == nil ? .added : new[fact] == nil ? .removed : .changed
          changes.append(
            PriceChange(
              provider: name.provider, model: name.model, change: change, kind: fact.kind.name, from: fact.from,
              condition: fact.condition, before: old[fact], after: new[fact]))
        }
      }
    }
    return changes
  }

  private struct Name: Hashable, Comparable {
    var provider: String
    var model: String

    static func < (left: Name, right: Name) -> Bool { (left.provider, left.model) < (right.provider, right.model) }
  }

  private struct Fact: Hashable, Comparable {
    var condition: String
    var from: CivilDate?
    var kind: PriceKind

    static func < (left: Fact, right: Fact) -> Bool {
      (left.condition, left.from?.day ?? -1, left.kind.rawValue)
        < (right.condition, right.from?.day ?? -1, right.kind.rawValue)
    }
  }

  private func facts() -> [Name: [Fact: String]] {
    var facts: [Name: [Fact: String]] = [:]
    for provider in providers {
      for model in provider.models {
        var own: [Fact: String] = [:]
        for entry in model.entries {
          for (kind, rate) in entry.entry.prices.rates {
            let fact = Fact(condition: entry.entry.conditionText, from: entry.entry.from, kind: kind)
            own[fact] = entry.currency == .usd ? rate.text : "\(rate.text) \(entry.currency)"
          }
        }
        facts[Name(provider: provider.id, model: model.id)] = own
      }
    }
    return facts
  }
}

extension PriceEntry {
  /// When in the day and for which requests it holds, such as `processing=batch` or `00:30 to 16:30 UTC`; empty for always
  /// and every.
  public var conditionText: String {
    let span = hours.map { "\(TimeOfDay.text($0.start)) to \(TimeOfDay.text($0.end)) UTC" }
    return ([span].compactMap(\.self) + when.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
      .joined(separator: ", ")
  }
}

/// One model as the catalogue lists it: for `prices show`.
public struct PriceListing: Sendable {
  public let provider: String
  public let model: String
  public let currency: Currency
  /// Each with the version it is from. Of those that hold at a moment, the last counts.
  public let entries: [(entry: PriceEntry, version: String)]
}

extension PriceTable {
  /// Everything the table says of a model, by the names it answers to.
  public func listing(of model: String, provider: String? = nil) -> Result<PriceListing, PriceAbsence> {
    find(model: model, provider: provider).map { listing($0.model, of: $0.provider) }
  }

  /// Everything the table says of a provider's models, in the table's order; nil for an unknown provider.
  public func listings(ofProvider id: String) -> [PriceListing]? {
    providers.first { $0.id == id.lowercased() }.map { provider in provider.models.map { listing($0, of: provider) } }
  }

  private func listing(_ model: Model, of provider: Provider) -> PriceListing {
    PriceListing(
      provider: provider.id, model: model.id, currency: model.currency,
      entries: model.entries.map { ($0.entry, origins[$0.origin].version) })
  }
}
