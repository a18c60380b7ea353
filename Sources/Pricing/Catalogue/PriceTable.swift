/// All prices of one state of knowledge: versions laid over each other.
///
/// A version that extends another puts its models before the other's, except that a model of the same name stays where it
/// was and gains entries, the newer ones winning where they hold.
public struct PriceTable: Sendable {
  struct Origin: Sendable {
    var version: String
    var date: CivilDate
    var source: PriceSource
  }

  struct Entry: Sendable {
    var entry: PriceEntry
    var currency: Currency
    /// Index into ``PriceTable/origins``.
    var origin: Int
  }

  struct Model: Sendable {
    var id: String
    var match: ModelPattern
    var currency: Currency
    var entries: [Entry]
  }

  struct Provider: Sendable {
    var id: String
    var match: ModelPattern?
    var modelsMatch: ModelPattern?
    var pages: [String]
    var fallback: [String]
    var models: [Model]
  }

  private(set) var origins: [Origin] = []
  private(set) var providers: [Provider] = []
  private(set) var hardware: [(price: HardwarePrice, origin: Int)] = []

  /// The version on top: the one asked for, or the user's own prices.
  public var version: String { origins.last?.version ?? "" }
  public var modelCount: Int { providers.reduce(0) { $0 + $1.models.count } }
  public var providerNames: [String] { providers.map(\.id) }

  /// - Parameter versions: The lowest first.
  init(_ versions: [PriceVersion]) {
    for version in versions {
      origins.append(Origin(version: version.id, date: version.date, source: version.source))
      lay(version)
    }
  }

  private mutating func lay(_ version: PriceVersion) {
    let origin = origins.count - 1
    hardware += version.hardware.map { ($0, origin) }
    var added: [Provider] = []
    for provider in version.providers {
      if let index = providers.firstIndex(where: { $0.id == provider.id }) {
        Self.lay(provider, over: &providers[index], origin: origin)
      } else {
        var fresh = Provider(id: provider.id, pages: [], fallback: [], models: [])
        Self.lay(provider, over: &fresh, origin: origin)
        added.append(fresh)
      }
    }
    providers = added + providers
  }

  private static func lay(_ provider: PricedProvider, over lower: inout Provider, origin: Int) {
    lower.match = provider.match ?? lower.match
    lower.modelsMatch = provider.modelsMatch ?? lower.modelsMatch
    if !provider.pages.isEmpty { lower.pages = provider.pages }
    if !provider.fallback.isEmpty { lower.fallback = provider.fallback }
    let places = Dictionary(
      lower.models.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
    var added: [Model] = []
    for model in provider.models {
      if let place = places[model.id] {
        let currency = model.currency ?? lower.models[place].currency
        lower.models[place].match = model.match ?? lower.models[place].match
        lower.models[place].currency = currency
        lower.models[place].entries += model.entries.map { Entry(entry: $0, currency: currency, origin: origin) }
      } else {
        let currency = model.currency ?? .usd
        added.append(
          Model(
            id: model.id, match: model.match ?? .exactly(model.id), currency: currency,
            entries: model.entries.map { Entry(entry: $0, currency: currency, origin: origin) }))
      }
    }
    lower.models = added + lower.models
  }
}

extension ModelPattern {
  /// A name that stands for itself; one that cannot be a pattern answers to nothing.
  fileprivate static func exactly(_ name: String) -> ModelPattern {
    (try? NamePattern(name)).map(ModelPattern.name) ?? .all([.not(.all([]))])
  }
}
