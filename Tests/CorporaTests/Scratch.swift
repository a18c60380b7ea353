import Foundation

@testable import Corpora

/// A folder of a test's own, with corpora and a cache in it.
final class Scratch {
  let url: URL
  var corpora: URL { url.appendingPathComponent("corpora", isDirectory: true) }
  var cache: URL { url.appendingPathComponent("tokens", isDirectory: true) }

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("corpora-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Writes a file under the folder and gives its path.
  func write(_ text: String, to name: String) throws -> String { try write(Data(text.utf8), to: name) }

  func write(_ data: Data, to name: String) throws -> String {
    let file = url.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: file)
    return file.path
  }

  func prepare(
    _ corpus: String, vocabularySize: Int = 280, heldOutFraction: Double = 0.2, told: Told = Told()
  ) throws -> TokenizedCorpus {
    try TokenizedCorpus.prepare(
      corpus: corpus, vocabularySize: vocabularySize, heldOutFraction: heldOutFraction, corporaDirectory: corpora,
      cacheDirectory: cache, progress: { told.add($0) })
  }
}

/// What progress said.
final class Told: @unchecked Sendable {
  // Only touched under the lock.
  private let lock = NSLock()
  private var lines: [String] = []

  func add(_ line: String) { lock.withLock { lines.append(line) } }
  var all: [String] { lock.withLock { lines } }
}

/// Documents of made-up words, the same each time.
func madeUpDocuments(_ count: Int, seed: UInt64 = 1) -> [Document] {
  var generator = SplitMix64(seed: seed)
  let words = ["the", "cat", "sat", "on", "mat", "rain", "thaw", "never", "again", "Emma", "hall", "quite"]
  return (0..<count).map { index in
    let text = (0..<Int.random(in: 20..<60, using: &generator)).map { _ in
      words[Int.random(in: 0..<words.count, using: &generator)]
    }
    return Document(id: "made-up/\(index)", text: text.joined(separator: " ") + " \(index).")
  }
}

func jsonLines(_ documents: [Document]) throws -> String {
  try documents.map { document in
    let object = ["id": document.id, "text": document.text]
    return String(decoding: try JSONEncoder().encode(object), as: UTF8.self) + "\n"
  }.joined()
}
