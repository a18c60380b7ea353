import ArgumentParser
import Foundation
import Pricing

struct PricesShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows every price of a model, the models of a provider, or the versions there are.",
    discussion: """
      Prices are for a million tokens; of requests and searches for a thousand. Of the prices that hold at a moment, the \
      last one listed counts.
      """)

  @Argument(help: "A model by any of its names; left out, the versions (with --provider, its models) are listed.")
  var model: String?
  @Option(help: "Who sells it; left out, the first provider that has models of such names.") var provider: String?
  @Option(help: "By this version of the prices, without your own; left out, the latest with your own on top.")
  var version: String?
  @Option(help: "table or json.") var format: OutputFormat = .table

  func validate() throws {
    if format == .csv { throw ValidationError("prices are printed as table or json") }
  }

  func run() async throws {
    let catalogue = try PricesCommand.shelf.catalogue()
    let table = try catalogue.table(version: version)
    if let model {
      let listing: PriceListing
      switch table.listing(of: model, provider: provider) {
      case .success(let found): listing = found
      case .failure(let absence): throw ValidationError(absence.description)
      }
      return try show([PriceRows(listing)])
    }
    guard let provider else { return try show(PriceVersions(catalogue, table: table)) }
    guard let listings = table.listings(ofProvider: provider) else {
      throw ValidationError(
        "no provider '\(provider)' is in the prices; there is \(table.providerNames.joined(separator: ", "))")
    }
    try show(listings.map(PriceRows.init))
  }

  private func show(_ models: [PriceRows]) throws {
    if format == .json { return try printPrettyJSON(models) }
    var table = TextTable([
      .left("model"), .left("holds"), .left("for"), .left("kind"), .right("price"), .left("per"), .left("version"),
    ])
    for model in models {
      for row in model.prices {
        let name = row.currency == Currency.usd.code ? row.price : "\(row.price) \(row.currency)"
        table.append([
          "\(model.provider)/\(model.model)", row.effective.text, row.condition, row.kind, name, String(row.per),
          row.version,
        ])
      }
    }
    print(table.render())
  }

  private func show(_ versions: PriceVersions) throws {
    if format == .json { return try printPrettyJSON(versions) }
    var table = TextTable([.left("version"), .left("date"), .left("extends"), .left("source"), .left("licence")])
    for version in versions.versions {
      table.append([
        version.id, version.date.description, version.extends ?? "", version.source.name, version.source.licence ?? "",
      ])
    }
    print(table.render())
    print("\nIn use: \(versions.inUse), \(versions.models) models of \(versions.providers.count) providers.")
    print("Your own prices: \(versions.hasOverrides ? "" : "none yet; they would be in ")\(versions.overrides)")
  }
}

/// The prices of one model, a row each.
struct PriceRows: Encodable {
  struct Row: Encodable {
    var kind: String
    /// A decimal, with its steps by the length of the input.
    var price: String
    var currency: String
    /// How many of the kind the price is for.
    var per: Int
    var effective: EffectiveDates
    var condition: String
    var version: String
    var source: String?
  }

  var provider: String
  var model: String
  var prices: [Row]

  init(_ listing: PriceListing) {
    provider = listing.provider
    model = listing.model
    prices = listing.entries.flatMap { entry, version in
      PriceKind.allCases.compactMap { kind in
        entry.prices.rates[kind].map { rate in
          Row(
            kind: kind.name, price: rate.text, currency: listing.currency.code, per: kind.quotedFor,
            effective: EffectiveDates(from: entry.from, until: entry.until), condition: entry.conditionText,
            version: version, source: entry.source)
        }
      }
    }
  }
}

/// The versions of the catalogue.
struct PriceVersions: Encodable {
  struct Version: Encodable {
    var id: String
    var date: CivilDate
    var extends: String?
    var source: PriceSource
  }

  var versions: [Version]
  /// What a cost is made with where no version is named.
  var inUse: String
  var models: Int
  var providers: [String]
  var overrides: String
  var hasOverrides: Bool

  init(_ catalogue: PriceCatalogue, table: PriceTable) {
    versions = catalogue.versions.map {
      Version(id: $0.id, date: $0.date, extends: $0.extends, source: $0.source)
    }
    inUse = table.version
    models = table.modelCount
    providers = table.providerNames
    overrides = PricesCommand.shelf.overridesFile.path
    hasOverrides = catalogue.overrides != nil
  }
}
