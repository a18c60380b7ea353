import Foundation
import TestSupport
import Testing

@testable import Safetensors

struct SafetensorsCollectionTests {
  /// A folder that goes when the test ends.
  private final class Folder {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID())")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }

    func shard(_ file: String, _ tensors: [String: UInt8]) throws {
      let items = tensors.sorted { $0.key < $1.key }.map { name, byte in
        SafetensorsWriter.Item(name: name, type: .uint8, shape: [1]) { body in
          try withUnsafeBytes(of: byte) { try body($0) }
        }
      }
      try SafetensorsWriter.write(items, to: url.appendingPathComponent(file).path)
    }

    func index(_ text: String) throws {
      try text.write(to: url.appendingPathComponent("model.safetensors.index.json"), atomically: true, encoding: .utf8)
    }
  }

  private func twoShards() throws -> Folder {
    let folder = try Folder()
    try folder.shard("one.safetensors", ["a": 1, "b": 2])
    try folder.shard("two.safetensors", ["c": 3])
    return folder
  }

  private static let index = #"""
    {"metadata":{"total_size":3.0,"by":[{"x":null}]},
     "weight_map":{"a":"one.safetensors","b":"one.safetensors","c":"two.safetensors"}}
    """#

  @Test func shardsReadAsOne() throws {
    let folder = try twoShards()
    try folder.index(Self.index)
    for path in [folder.url.path, folder.url.appendingPathComponent("model.safetensors.index.json").path] {
      let collection = try SafetensorsCollection(path: path)
      #expect(collection.path.hasSuffix("model.safetensors.index.json"))
      #expect(collection.files.count == 2)
      #expect(Set(collection.entries.keys) == ["a", "b", "c"])
      for (name, byte) in [("a", UInt8(1)), ("b", 2), ("c", 3)] {
        let entry = try #require(collection.entries[name])
        #expect(collection.withBytes(of: entry) { Array($0) } == [byte])
        #expect(collection.file(of: name)?.entries[name] == entry)
      }
      #expect(collection.file(of: "c")?.path.hasSuffix("two.safetensors") == true)
      #expect(collection.file(of: "d") == nil)
    }
  }

  @Test func oneFileIsACollectionToo() throws {
    let folder = try twoShards()
    try folder.shard("model.safetensors", ["x": 9])
    // As other programs do: the single file goes before an index beside it.
    try folder.index(Self.index)
    for path in [folder.url.path, folder.url.appendingPathComponent("model.safetensors").path] {
      let collection = try SafetensorsCollection(path: path)
      let entry = try #require(collection.entries["x"])
      #expect(collection.withBytes(of: entry) { Array($0) } == [9])
      #expect(collection.entries.count == 1)
    }
  }

  @Test(arguments: [
    (#"{"weight_map":{"a":"one.safetensors","b":"one.safetensors"}}"#, nil),
    (#"{"weight_map":{"a":"one.safetensors","c":"two.safetensors"}}"#, "holds the tensor 'b'"),
    (
      #"{"weight_map":{"a":"one.safetensors","b":"two.safetensors","c":"two.safetensors"}}"#,
      "it lies in two.safetensors"
    ),
    (
      #"{"weight_map":{"a":"one.safetensors","b":"one.safetensors","c":"two.safetensors","d":"two.safetensors"}}"#,
      "'d' is not in two.safetensors"
    ),
    (#"{"weight_map":{"a":"three.safetensors"}}"#, "three.safetensors cannot be read"),
    (#"{"weight_map":{"a":"../one.safetensors"}}"#, "no plain name"),
    (#"{"weight_map":{"a":"/one.safetensors"}}"#, "no plain name"),
    (#"{"weight_map":{"a":"sub/one.safetensors"}}"#, "no plain name"),
    (#"{"weight_map":{"a":"..\\one.safetensors"}}"#, "no plain name"),
    (#"{"weight_map":{"a":"one.safetensors\u0000"}}"#, "no plain name"),
    (#"{"weight_map":{"a":".safetensors"}}"#, "no plain name"),
    (#"{"weight_map":{"a":"one.bin"}}"#, "no plain name"),
    (#"{"weight_map":{"a":1}}"#, "no string"),
    (#"{"weight_map":{"a":"one.safetensors","a":"two.safetensors"}}"#, "'a' is there twice"),
    (#"{"weight_map":{},"weight_map":{}}"#, "twice"),
    (#"{"weight_map":{}}"#, "lacks a weight_map"),
    (#"{"metadata":{}}"#, "lacks a weight_map"),
    (#"{"weight_map":{"a":"one.safetensors"}"#, "no JSON"),
    (#"{"metadata":01,"weight_map":{}}"#, "malformed"),
    ("[]", "no JSON object"),
    ("", "no JSON object"),
  ])
  func indexesThatContradictThemselvesAreRefused(index: String, words: String?) throws {
    let folder = try twoShards()
    try folder.index(index)
    guard let words else {
      // Files that no tensor is in are none of the checkpoint's.
      #expect(try SafetensorsCollection(path: folder.url.path).entries.count == 2)
      return
    }
    #expect {
      _ = try SafetensorsCollection(path: folder.url.path)
    } throws: {
      "\($0)".contains(words)
    }
  }

  @Test func absentCheckpointsAreNamed() throws {
    let folder = try Folder()
    #expect(throws: SafetensorsError.absent(folder: folder.url.path)) {
      _ = try SafetensorsCollection(path: folder.url.path)
    }
    #expect(throws: SafetensorsError.self) { _ = try SafetensorsCollection(path: "/nowhere/index.json") }
    #expect("\(SafetensorsError.absent(folder: "here"))".contains("model.safetensors.index.json"))
  }

  @Test func damagedIndexesNeverLeadElsewhere() throws {
    let corpus = [Array(Self.index.utf8)]
    let words = ["../", "/", "\\u002f", "\"", "{", "}", "[", ".safetensors", "\\", ",", "1e5"]
    var mutator = ByteMutator(seed: 3, corpus: corpus, words: words)
    var taken = 0
    for _ in 0..<3000 {
      let guarded = GuardedBytes(mutator.next())
      guard let index = try? SafetensorsIndex(guarded.bytes, path: "fuzz") else { continue }
      taken += 1
      #expect(index.shards.allSatisfy { !$0.contains("/") && $0.hasSuffix(".safetensors") })
    }
    #expect(taken > 50)
  }
}
