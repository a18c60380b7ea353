import ArgumentParser
import Corpora
import Foundation
import Records
import Studies

struct CorpusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "corpus", abstract: "Lists, obtains, tokenizes and describes training text.",
    subcommands: [
      CorpusListCommand.self, CorpusGetCommand.self, CorpusShowCommand.self, CorpusPrepareCommand.self,
    ])
}

/// What is known of a corpus that lies on this machine, or could.
private struct CorpusLine: Encodable {
  var name: String
  var title: String
  var isObtained: Bool
  var documents: Int?
  var bytes: Int?
  var licence: String?

  init(name: String, title: String, corporaDirectory: URL) {
    self.name = name
    let source = try? CorpusSource(name, corporaDirectory: corporaDirectory)
    let manifest = source?.form == .obtained ? source?.manifest() : nil
    isObtained = manifest != nil
    self.title = manifest?["title"] ?? title
    documents = manifest?["documents"].flatMap { Int($0) }
    bytes = manifest?["bytes"].flatMap { Int($0) }
    licence = manifest?["licence"]
  }
}

struct CorpusListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the built-in corpora and whether they have been obtained.")

  @Option(help: "table or json.") var format: OutputFormat = .table

  func run() async throws {
    let corpora = Home().corpora
    let builtIn = BuiltInCorpus.allCases.map { (name: $0.rawValue, title: $0.title) }
    let found = ((try? FileManager.default.contentsOfDirectory(atPath: corpora.path)) ?? [])
      .filter { name in !name.hasPrefix(".") && !builtIn.contains { $0.name == name } }
    let lines = (builtIn + found.sorted().map { (name: $0, title: "") }).map {
      CorpusLine(name: $0.name, title: $0.title, corporaDirectory: corpora)
    }
    if format == .json { return try printPrettyJSON(lines) }
    let width = lines.map(\.name.count).max() ?? 0
    for line in lines {
      let size = line.bytes.map { String(format: "%.1f MB", Double($0) / 1e6) } ?? ""
      let state =
        line.isObtained ? "obtained, \(line.documents.map(String.init) ?? "?") documents, \(size)" : "not obtained"
      print(line.name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + line.title + " [\(state)]")
    }
    print("Any text file, JSONL file (a \"text\" in each line) or folder of them is a corpus too: give its path.")
  }
}

struct CorpusGetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Obtains a built-in corpus from Debian's packages, without installing them.")

  @Argument(help: "austen, kjv or debian-prose.") var name: String
  @Flag(help: "Make it again even if it is there.") var again = false
  @Option(help: "The program that obtains corpora (scripts/corpora/obtain of the project).") var script: String?

  func validate() throws {
    guard BuiltInCorpus(rawValue: name) != nil else {
      let names = BuiltInCorpus.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("there is no built-in corpus \"\(name)\": it is one of \(names)")
    }
  }

  func run() async throws {
    let script = try self.script ?? Self.findScript()
    let command = ["python3", script, name, Home().corpora.path] + (again ? ["--again"] : [])
    try await ProgressScript.run(command, timeout: .seconds(3600), what: "the corpus")
  }

  /// The project's script, looked for above the program and above the working directory.
  private static func findScript() throws -> String {
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    let current = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    for start in [program, current] {
      var folder = start
      while folder.path != "/" {
        let script = folder.appendingPathComponent("scripts/corpora/obtain")
        if FileManager.default.fileExists(atPath: script.path) { return script.path }
        folder.deleteLastPathComponent()
      }
    }
    throw ValidationError(
      "scripts/corpora/obtain is not to be found: run this in the project's folder, or give --script")
  }
}

struct CorpusShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows a corpus: documents, bytes, licence, and the tokens that are kept.")

  @Argument(help: "A built-in corpus, or the path of a text file, a JSONL file or a folder of them.") var name: String
  @Option(help: "table or json.") var format: OutputFormat = .table

  private struct Shown: Encodable {
    var name: String
    var form: String
    var documents: Int
    var bytes: Int
    var sha256: String
    var licence: String
    var source: [String: String]
    var tokens: [CachedTokens]
  }

  func run() async throws {
    let home = Home()
    let source = try CorpusSource(name, corporaDirectory: home.corpora)
    let documents = try source.documents()
    let manifest = source.manifest()
    let hash = try source.contentHash()
    let shown = Shown(
      name: name, form: source.form.rawValue, documents: documents.count,
      bytes: documents.reduce(0) { $0 + $1.text.utf8.count }, sha256: hash,
      licence: manifest["licence"] ?? "not stated",
      source: manifest, tokens: CachedTokens.of(contentHash: hash, in: home.tokens))
    if format == .json { return try printPrettyJSON(shown) }
    print("corpus     \(shown.name)\(manifest["title"].map { ": " + $0 } ?? "")")
    print("documents  \(shown.documents)")
    print("text       \(shown.bytes) bytes")
    if let packages = manifest["packages"] { print("packages   \(packages)") }
    print("licence    \(shown.licence)")
    print("sha256     \(shown.sha256)")
    if shown.tokens.isEmpty { print("tokens     none kept yet") }
    for kept in shown.tokens {
      print(
        "tokens     vocabulary \(kept.vocabularySize), held out \(kept.heldOutFraction): \(kept.trainTokens) to train on, "
          + "\(kept.heldOutTokens) held out")
    }
  }
}
