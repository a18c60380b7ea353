import ArgumentParser
import Checkpoints
import Foundation

struct ModelsShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows what a model is and needs, without reading its weights.",
    discussion: """
      Works for models without weights too: a config.json is enough. Parameters are counted on the model itself, made \
      where tensors have a shape and no memory.
      """)

  @Argument(help: "A name that `efficientllm models` lists, a GGUF file, or a directory with a config.json.")
  var model: String
  @Option(help: "table or json.") var format: OutputFormat = .table

  func validate() throws {
    if format == .csv { throw ValidationError("a model is printed as table or json") }
  }

  func run() async throws {
    let home = Home()
    let shelf = ModelShelf(folder: home.models)
    let checkpoint = try Checkpoint.open(shelf.path(of: model))
    // Without libtorch the numbers of the configuration have to do.
    var summary = try (try? checkpoint.summaryOfShape(home: home.url)) ?? checkpoint.summary()
    let fetched = shelf.items().first { $0.path == checkpoint.path }?.fetched
    summary.licence = fetched?.licence ?? summary.licence
    if format == .json { return try printPrettyJSON(summary) }
    print(ModelDescription(summary: summary).text)
  }
}

/// A model's summary as lines for people.
struct ModelDescription {
  let summary: CheckpointSummary

  var text: String {
    let s = summary
    var lines: [(String, String)] = [
      ("model", s.name), ("path", s.path), ("family", "\(s.family) (\(s.architecture)), \(s.kind)"),
    ]
    var parameters = "\(ModelText.count(s.parameters)) (\(s.parameters)), counted on the \(s.countedOn)"
    if s.activeParameters != s.parameters { parameters += "; \(ModelText.count(s.activeParameters)) active a token" }
    lines.append(("parameters", parameters))
    if let bytes = s.weightBytes, let bits = s.bitsPerWeight {
      let types = s.weightTypes.joined(separator: ", ")
      lines.append(
        (
          "on disk",
          "\(ModelText.bytes(bytes)) of \(s.format): \(types), \(TextTable.number(bits, digits: 3)) bits a weight"
        ))
    } else {
      lines.append(("on disk", "no weights"))
    }
    lines.append(("in memory", "\(ModelText.bytes(s.bytesBF16)) in bf16, \(ModelText.bytes(s.bytesFP32)) in fp32"))
    lines.append(("layers", "\(s.layers) of width \(s.width), feed-forward \(s.intermediate)\(experts)"))
    lines.append(("attention", attention))
    lines.append(("vocabulary", "\(s.vocabulary)"))
    lines.append(("context", "\(s.contextLength) tokens" + (s.slidingWindow.map { ", windows of \($0)" } ?? "")))
    lines.append(
      ("FLOPs", String(format: "%.4g GFLOP a token, over %d tokens", s.flopsPerToken / 1e9, s.flopsContext)))
    if let cache = s.cacheBytesPerTokenBF16 { lines.append(("cache", "\(ModelText.bytes(cache)) a token in bf16")) }
    lines.append(("tokenizer", s.tokenizer ?? "none"))
    if s.kind == "decoder" { lines.append(("chat template", s.chatTemplate ? "yes" : "none")) }
    lines.append(("licence", s.licence ?? "not stated"))
    let width = lines.map(\.0.count).max() ?? 0
    return lines.map { $0.0.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0.1 }.joined(separator: "\n")
  }

  private var experts: String {
    guard let count = summary.experts, let active = summary.activeExperts else { return "" }
    return ", \(active) of \(count) experts"
  }

  private var attention: String {
    let width = summary.headWidth.map { " of width \($0)" } ?? ""
    guard let groups = summary.keyValueHeads else { return "\(summary.heads) heads, latent keys and values" }
    return "\(summary.heads) heads\(width), \(groups) for keys and values"
  }
}
