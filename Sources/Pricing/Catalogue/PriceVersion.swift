/// One state of what is known of prices: where it is from and of which day. Versions never change; what is learnt later is
/// another version.
public struct PriceVersion: Sendable, Hashable {
  /// Names the version, such as `genai-prices-0.2.3`.
  public var id: String
  /// The day it was taken up.
  public var date: CivilDate
  /// Whether it is all that is known. Otherwise it adds to, or changes, the version that it extends.
  public var isComplete: Bool
  /// The version it adds to.
  public var extends: String?
  public var source: PriceSource
  public var providers: [PricedProvider]
  /// Machines by what they cost, for candidates that one serves oneself.
  public var hardware: [HardwarePrice]

  public init(
    id: String, date: CivilDate, isComplete: Bool = false, extends: String? = nil, source: PriceSource,
    providers: [PricedProvider] = [], hardware: [HardwarePrice] = []
  ) {
    self.id = id
    self.date = date
    self.isComplete = isComplete
    self.extends = extends
    self.source = source
    self.providers = providers
    self.hardware = hardware
  }

  /// The name under which the user's own prices stand in costs, followed by the hash of their file.
  static let overridesName = "overrides"

  /// - Throws: ``PricingError/badVersionName(_:)``.
  static func check(name: String) throws(PricingError) {
    let isPlain = name.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || [0x2D, 0x2E, 0x5F].contains(byte)
    }
    guard isPlain, (1...64).contains(name.utf8.count), name.first != ".", !name.hasPrefix(overridesName) else {
      throw .badVersionName(String(name.prefix(80)))
    }
  }
}

/// Where prices are from.
public struct PriceSource: Sendable, Hashable, Codable {
  public var name: String
  public var url: String?
  public var licence: String?
  /// Of the package it was taken from, in hexadecimal.
  public var sha256: String?
  /// The licence's words, where they have to go with the data.
  public var notice: String?

  public init(name: String, url: String? = nil, licence: String? = nil, sha256: String? = nil, notice: String? = nil) {
    self.name = name
    self.url = url
    self.licence = licence
    self.sha256 = sha256
    self.notice = notice
  }

  private enum CodingKeys: String, CodingKey, CaseIterable { case name, url, licence, sha256, notice }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.strictContainer(keyedBy: CodingKeys.self, of: "a source")
    name = try container.decode(String.self, forKey: .name)
    url = try container.decodeIfPresent(String.self, forKey: .url)
    licence = try container.decodeIfPresent(String.self, forKey: .licence)
    sha256 = try container.decodeIfPresent(String.self, forKey: .sha256)
    notice = try container.decodeIfPresent(String.self, forKey: .notice)
  }
}

/// Somebody who sells the use of models.
public struct PricedProvider: Sendable, Hashable, Codable {
  public var id: String
  public var name: String?
  /// Where the provider says its prices.
  public var pages: [String]
  /// Other names of the provider.
  public var match: ModelPattern?
  /// The models that are this provider's where none is named.
  public var modelsMatch: ModelPattern?
  /// Providers whose models and prices hold here too, where it lists no model of that name.
  public var fallback: [String]
  /// The first that answers to a name is meant.
  public var models: [PricedModel]

  public init(id: String, models: [PricedModel]) {
    self.id = id
    pages = []
    fallback = []
    self.models = models
  }

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case id, name, pages, match
    case modelsMatch = "models_match"
    case fallback, models
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.strictContainer(keyedBy: CodingKeys.self, of: "a provider")
    id = try container.decode(String.self, forKey: .id)
    name = try container.decodeIfPresent(String.self, forKey: .name)
    pages = try container.decodeIfPresent([String].self, forKey: .pages) ?? []
    match = try container.decodeIfPresent(ModelPattern.self, forKey: .match)
    modelsMatch = try container.decodeIfPresent(ModelPattern.self, forKey: .modelsMatch)
    fallback = try container.decodeIfPresent([String].self, forKey: .fallback) ?? []
    models = try container.decode([PricedModel].self, forKey: .models)
  }
}

/// A model with all its prices.
public struct PricedModel: Sendable, Hashable, Codable {
  public var id: String
  /// The names it answers to; its id alone where this is nil.
  public var match: ModelPattern?
  public var currency: Currency?
  /// Of those that hold at a moment, the last counts.
  public var entries: [PriceEntry]

  public init(id: String, match: ModelPattern? = nil, currency: Currency? = nil, entries: [PriceEntry]) {
    self.id = id
    self.match = match
    self.currency = currency
    self.entries = entries
  }

  private enum CodingKeys: String, CodingKey, CaseIterable { case id, match, currency, entries }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.strictContainer(keyedBy: CodingKeys.self, of: "a model")
    id = try container.decode(String.self, forKey: .id)
    match = try container.decodeIfPresent(ModelPattern.self, forKey: .match)
    currency = try container.decodeIfPresent(Currency.self, forKey: .currency)
    entries = try container.decode([PriceEntry].self, forKey: .entries)
  }
}

/// Prices with when and for which requests they hold.
public struct PriceEntry: Sendable, Hashable, Codable {
  /// The first day; nil where the source does not say.
  public var from: CivilDate?
  /// The day after the last; nil where there is none yet.
  public var until: CivilDate?
  /// The part of the day, where it is not all of it.
  public var hours: DailyHours?
  /// What a request has to be for this to hold, such as `["processing": "batch"]`. What is not listed here is then
  /// charged by the standard price.
  public var when: [String: String]
  /// Where this price is from, if not from the version's source.
  public var source: String?
  public var prices: RateSheet

  public init(
    from: CivilDate? = nil, until: CivilDate? = nil, hours: DailyHours? = nil, when: [String: String] = [:],
    source: String? = nil, prices: RateSheet
  ) {
    self.from = from
    self.until = until
    self.hours = hours
    self.when = when
    self.source = source
    self.prices = prices
  }

  private enum CodingKeys: String, CodingKey, CaseIterable { case from, until, hours, when, source, prices }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.strictContainer(keyedBy: CodingKeys.self, of: "an entry")
    from = try container.decodeIfPresent(CivilDate.self, forKey: .from)
    until = try container.decodeIfPresent(CivilDate.self, forKey: .until)
    hours = try container.decodeIfPresent(DailyHours.self, forKey: .hours)
    when = try container.decodeIfPresent([String: String].self, forKey: .when) ?? [:]
    source = try container.decodeIfPresent(String.self, forKey: .source)
    prices = try container.decode(RateSheet.self, forKey: .prices)
  }

  func holds(on date: CivilDate) -> Bool {
    (from.map { $0 <= date } ?? true) && (until.map { date < $0 } ?? true)
  }
}
