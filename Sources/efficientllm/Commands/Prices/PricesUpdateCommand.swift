import ArgumentParser
import Foundation
import Pricing

struct PricesUpdateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "update", abstract: "Adds a version of the prices. What is there already is never changed.",
    discussion: """
      The file has one version as JSON: either all there is ("complete": true, as scripts/pricing/import_genai_prices.py \
      writes it), or what changes, which then extends the latest version. docs/prices.md has its form.
      """)

  @Option(help: "The new version.") var file: String
  @Option(help: "Its name, where the file gives none.") var id: String?
  @Option(help: "Where the prices are from, where the file does not say.") var source: String?
  @Option(help: "The day they were taken up, where the file does not say; left out, today.") var date: String?
  @Option(help: "table or json.") var format: OutputFormat = .table

  private struct Added: Encodable {
    var added: String
    var date: CivilDate
    var extends: String?
    var source: String
    var changes: [PriceChange]
  }

  func validate() throws {
    if format == .csv { throw ValidationError("what is added is printed as table or json") }
  }

  func run() async throws {
    let shelf = PricesCommand.shelf
    let day = try date.map { try CivilDate($0) } ?? PriceMoment(Date()).date
    let version = try PriceFile.version(
      at: URL(fileURLWithPath: file), id: id, date: day, source: source.map { PriceSource(name: $0) })
    let before = try shelf.catalogue()
    let kept = try shelf.add(version)
    let after = try shelf.catalogue().table(version: kept.id)
    let changes = try before.table(version: kept.extends ?? before.latest.id).changes(to: after)
    let added = Added(
      added: kept.id, date: kept.date, extends: kept.extends, source: kept.source.name, changes: changes)
    if format == .json { return try printPrettyJSON(added) }
    print("added \(kept.id) of \(kept.date), from \(kept.source.name)")
    print(PriceChangeTable.text(changes, most: 40))
  }
}

struct PricesDiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Shows what changed between two versions of the prices.")

  @Argument(help: "A version, or a file that `prices update` could add.") var before: String
  @Argument(help: "A version, or such a file.") var after: String
  @Option(help: "table or json.") var format: OutputFormat = .table

  func validate() throws {
    if format == .csv { throw ValidationError("changes are printed as table or json") }
  }

  func run() async throws {
    let catalogue = try PricesCommand.shelf.catalogue()
    let changes = try table(before, catalogue).changes(to: table(after, catalogue))
    if format == .json { return try printPrettyJSON(changes) }
    print(PriceChangeTable.text(changes))
  }

  private func table(_ name: String, _ catalogue: PriceCatalogue) throws -> PriceTable {
    if catalogue.versions.contains(where: { $0.id == name }) || !FileManager.default.fileExists(atPath: name) {
      return try catalogue.table(version: name)
    }
    var version = try PriceFile.version(
      at: URL(fileURLWithPath: name), id: "file", date: PriceMoment(Date()).date, source: PriceSource(name: name))
    // By its own name it may be there already.
    version.id = "file"
    if !version.isComplete, version.extends == nil { version.extends = catalogue.latest.id }
    return try PriceCatalogue(versions: catalogue.versions + [version]).table(version: version.id)
  }
}

/// Changes of prices for people.
enum PriceChangeTable {
  /// - Parameter most: Rows at most; how many there are besides is said.
  static func text(_ changes: [PriceChange], most: Int = .max) -> String {
    if changes.isEmpty { return "no price differs" }
    var table = TextTable([
      .left("model"), .left("change"), .left("kind"), .left("from"), .left("for"), .right("before"), .right("after"),
    ])
    for change in changes.prefix(most) {
      table.append([
        "\(change.provider)/\(change.model)", change.change.rawValue, change.kind ?? "", change.from?.description ?? "",
        change.condition, change.before ?? "", change.after ?? "",
      ])
    }
    let rest = changes.count > most ? "\nand \(changes.count - most) more: see `prices diff`" : ""
    return table.render() + rest
  }
}
