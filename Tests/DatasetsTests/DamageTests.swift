import Foundation
import Testing

@testable import Datasets

/// Stored files that are not what they were are refused by name.
@Suite struct DamageTests {
  private let scratch: Scratch
  private var store: DatasetStore { scratch.store }
  private var home: URL { store.folder.appendingPathComponent("a") }

  init() throws {
    scratch = try Scratch()
    _ = try scratch.store.add(try read("{\"input\":\"1\"}\n{\"input\":\"2\"}"), to: "a")
    _ = try scratch.store.add(try read("{\"input\":\"3\"}"), to: "a", mode: .append)
  }

  private var files: [String] {
    get throws {
      try FileManager.default.subpathsOfDirectory(atPath: home.path).filter {
        $0.contains(".json") || $0.contains(".rows")
      }
      .sorted()
    }
  }

  /// The file that loading the latest version, or adding to it, complains of.
  private func refused(_ what: () throws -> Void) -> String? {
    do {
      try what()
      return nil
    } catch DatasetError.damaged(let path, _) {
      return path.hasPrefix(home.path + "/") ? String(path.dropFirst(home.path.count + 1)) : path
    } catch {
      return "\(error)"
    }
  }

  private func load() throws { for number in 1...2 { _ = try store.load(try DatasetReference("a@\(number)")) } }

  private func add() throws { _ = try store.add(try read("{\"input\":\"4\"}"), to: "a", mode: .append) }

  @Test func everyByteCounts() throws {
    #expect(try files.count == 6)
    for file in try files {
      let url = home.appendingPathComponent(file)
      let original = try Data(contentsOf: url)
      for position in original.indices {
        var bytes = original
        bytes[position] ^= 1
        try bytes.write(to: url)
        #expect(refused(load) == file, "byte \(position) of \(file)")
      }
      for length in [0, 1, original.count / 2, original.count - 1] {
        try original.prefix(length).write(to: url)
        #expect(refused(load) == file, "\(length) bytes of \(file)")
      }
      try (original + original).write(to: url)
      #expect(refused(load) == file)
      try original.write(to: url)
    }
    #expect(refused(load) == nil)
  }

  @Test func whatIsMissingIsNamed() throws {
    for file in try files {
      let url = home.appendingPathComponent(file)
      let original = try Data(contentsOf: url)
      try FileManager.default.removeItem(at: url)
      // The newest manifest is what makes its version: without it there are just the others.
      if file == "versions/2.json" {
        #expect(try store.versions(of: "a").count == 1)
      } else {
        #expect(refused(load) == file)
      }
      try original.write(to: url)
    }
  }

  @Test func nothingIsAddedToWhatIsDamaged() throws {
    let before = try files
    for file in before where file != "versions/1.rows" {
      let url = home.appendingPathComponent(file)
      let original = try Data(contentsOf: url)
      var bytes = original
      bytes[bytes.count / 2] ^= 1
      try bytes.write(to: url)
      #expect(refused(add) == file)
      try original.write(to: url)
    }
    #expect(try files == before)
    #expect(try store.versions(of: "a").count == 2)
  }

  @Test func aManifestStaysWhereItBelongs() throws {
    try FileManager.default.copyItem(at: home, to: store.folder.appendingPathComponent("b"))
    #expect { try store.versions(of: "b") } throws: {
      if case .damaged(let path, let reason)? = $0 as? DatasetError {
        path.hasSuffix("b/versions/1.json") && reason == "it belongs to another dataset or version"
      } else {
        false
      }
    }
  }

  /// A pack whose hash is right, holding a line that nobody here would have written.
  @Test func rowsHaveToBeCanonical() throws {
    for line in ["{ \"input\":\"x\"}", "{\"input\":\"x\",\"other\":1}", "[]", "", "{\"question\":\"x\"}"] {
      let bytes = Array(line.utf8) + [0x0A]
      let folder = scratch.url.appendingPathComponent("packs-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let pack = DatasetVersion.Pack(hash: ContentHash(of: bytes), rows: 1, bytes: bytes.count)
      try Data(bytes).write(to: PackShelf.url(pack.hash, in: folder))
      var shelf = PackShelf(folder: folder)
      try shelf.open([pack])
      #expect(throws: DatasetError.self) { try shelf.row(ContentHash(of: Array(line.utf8))) }
    }
  }

  @Test func whatCannotBeWrittenIsSaid() throws {
    let file = scratch.url.appendingPathComponent("file")
    try Data().write(to: file)
    let store = DatasetStore(folder: file)
    #expect { try store.add(try read("{\"input\":\"1\"}"), to: "a") } throws: {
      if case .cannotWrite? = $0 as? DatasetError { true } else { false }
    }
    #expect(store.names() == [])
  }
}
