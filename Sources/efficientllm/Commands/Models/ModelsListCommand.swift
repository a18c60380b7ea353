import ArgumentParser
import Checkpoints
import Foundation

struct ModelsListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the models that are here, and those that can be had.")

  @Option(help: "table or json.") var format: OutputFormat = .table

  func validate() throws {
    if format == .csv { throw ValidationError("models are printed as table or json") }
  }

  func run() async throws {
    let list = ModelList(shelf: ModelShelf(folder: Home().models))
    if format == .json { return try printPrettyJSON(list) }
    print(list.text)
  }
}

/// The models of this machine, and those of the catalogue that are not on it.
struct ModelList: Encodable {
  /// A model that lies here.
  struct Here: Encodable {
    var name: String
    var title: String?
    var family: String?
    var kind: String?
    var parameters: Int?
    var format: String?
    /// Types of the tensors, those with most bytes first.
    var weightTypes: [String]
    var bitsPerWeight: Double?
    var bytes: Int?
    var licence: String?
    var path: String
    /// Why it cannot be used; nil for one that can.
    var problem: String?
  }

  /// A model that `models get` fetches.
  struct Available: Encodable {
    var name: String
    var title: String
    var family: String
    var kind: String
    var parameters: Int
    var format: String
    var downloadBytes: Int
    var bytes: Int
    var licence: String
    var source: String
    /// `name==version` of each package.
    var packages: [String]
  }

  var here: [Here]
  var available: [Available]
  var folder: String

  init(shelf: ModelShelf) {
    let items = shelf.items()
    folder = shelf.folder.path
    here = items.map(Self.describe)
    available = shelf.catalogue.entries.filter { entry in !items.contains { $0.name == entry.name } }.map { entry in
      Available(
        name: entry.name, title: entry.title, family: entry.family, kind: entry.kind.rawValue,
        parameters: entry.parameters, format: entry.format, downloadBytes: entry.downloadBytes,
        bytes: entry.installedBytes, licence: entry.licence, source: entry.source,
        packages: entry.packages.map { "\($0.name)==\($0.version)" })
    }
  }

  private static func describe(_ item: ModelShelf.Item) -> Here {
    var here = Here(
      name: item.name, title: item.fetched?.title, weightTypes: [], licence: item.fetched?.licence,
      path: item.path.path)
    do {
      let summary = try Checkpoint.open(item.path).summary()
      here.family = summary.family
      here.kind = summary.kind
      here.parameters = summary.parameters
      here.format = summary.format
      here.weightTypes = summary.weightTypes
      here.bitsPerWeight = summary.bitsPerWeight
      here.bytes = summary.weightBytes
      here.licence = here.licence ?? summary.licence
      if summary.weightBytes == nil { here.problem = "it has no weights" }
    } catch {
      here.problem = "\(error)"
    }
    return here
  }

  var text: String {
    var sections: [String] = []
    if here.isEmpty {
      sections.append("No model is here yet (\(folder)).")
    } else {
      var table = TextTable([
        .left("name"), .left("family"), .right("parameters"), .left("format"), .right("bits/weight"), .right("size"),
        .left("licence"), .left("where"),
      ])
      for model in here {
        table.append([
          model.name, model.family ?? "?", model.parameters.map(ModelText.count) ?? "?",
          ([model.format ?? "?"] + model.weightTypes.prefix(1)).joined(separator: " ")
            + (model.weightTypes.count > 2 ? " ..." : ""),
          TextTable.number(model.bitsPerWeight, digits: 3), model.bytes.map(ModelText.bytes) ?? "",
          model.licence ?? "not stated", model.path,
        ])
      }
      let problems = here.compactMap { model in model.problem.map { "  \(model.name): \($0)" } }
      sections.append((["Here:", table.render(indent: 2)] + problems).joined(separator: "\n"))
    }
    if !available.isEmpty {
      var table = TextTable([
        .left("name"), .left("model"), .right("parameters"), .left("format"), .right("download"), .left("licence"),
      ])
      for model in available {
        table.append([
          model.name, model.title, ModelText.count(model.parameters), model.format,
          ModelText.bytes(model.downloadBytes), model.licence,
        ])
      }
      sections.append("To be had by `efficientllm models get NAME`:\n" + table.render(indent: 2))
    }
    sections.append(
      "The path of any GGUF file or Hugging Face directory is a model too; what lies in \(folder) goes by its name.")
    return sections.joined(separator: "\n\n")
  }
}

/// Sizes of models as people read them.
enum ModelText {
  /// 134.5M, 70.6B.
  static func count(_ number: Int) -> String {
    switch number {
    case 1_000_000_000...: String(format: "%.1fB", Double(number) / 1e9)
    case 1_000_000...: String(format: "%.1fM", Double(number) / 1e6)
    case 10_000...: String(format: "%.1fK", Double(number) / 1e3)
    default: "\(number)"
    }
  }

  /// Powers of ten, as disks and networks count.
  static func bytes(_ number: Int) -> String {
    switch number {
    case 1_000_000_000...: String(format: "%.1f GB", Double(number) / 1e9)
    case 1_000_000...: String(format: "%.1f MB", Double(number) / 1e6)
    case 1_000...: String(format: "%.1f kB", Double(number) / 1e3)
    default: "\(number) B"
    }
  }
}
