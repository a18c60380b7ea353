internal import Foundation
internal import Safetensors

/// The files of a Hugging Face directory, read with care: each has a size that is not gone over, and no name in one
/// leads out of the directory.
struct HuggingFaceDirectory: Sendable {
  let url: URL
  let path: String

  /// Bytes of a JSON file beyond which it is not one of these; an index of a very large model has about 10 MB.
  static let largestDocument = 64 << 20

  init(_ url: URL) {
    self.url = url
    path = url.path
  }

  func url(_ name: String) -> URL { url.appendingPathComponent(name) }

  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: url(name).path) }

  /// A file's bytes; nil where there is none.
  /// - Throws: ``CheckpointError/damaged(path:reason:)``.
  func data(_ name: String) throws(CheckpointError) -> Data? {
    let file = url(name).resolvingSymlinksInPath()
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: file.path) else { return nil }
    guard attributes[.type] as? FileAttributeType == .typeRegular else {
      throw .damaged(path: url(name).path, reason: "it is no file")
    }
    guard let size = attributes[.size] as? Int, size <= Self.largestDocument else {
      throw .damaged(path: url(name).path, reason: "it is larger than \(Self.largestDocument >> 20) MiB")
    }
    do {
      return try Data(contentsOf: file)
    } catch {
      throw .damaged(path: url(name).path, reason: error.localizedDescription)
    }
  }

  /// A JSON object's fields; nil where there is no such file.
  /// - Throws: ``CheckpointError/damaged(path:reason:)``.
  func object(_ name: String) throws(CheckpointError) -> [String: Any]? {
    guard let data = try data(name) else { return nil }
    guard let value = try? JSONSerialization.jsonObject(with: data), let object = value as? [String: Any] else {
      throw .damaged(path: url(name).path, reason: "it is no JSON object. Download it again.")
    }
    return object
  }

  /// config.json as it is written.
  /// - Throws: ``CheckpointError/noConfiguration(path:)``.
  func configuration() throws(CheckpointError) -> Data {
    guard let data = try data("config.json") else { throw .noConfiguration(path: path) }
    return data
  }

  /// The files that hold weights, in the order of their names; empty where there are none.
  /// - Throws: ``CheckpointError/damaged(path:reason:)`` for an index that cannot be followed.
  func weightFiles() throws(CheckpointError) -> [URL] {
    if has("model.safetensors") { return [url("model.safetensors")] }
    let index = "model.safetensors.index.json"
    guard let map = try object(index) else { return [] }
    guard let files = map["weight_map"] as? [String: String], !files.isEmpty else {
      throw .damaged(path: url(index).path, reason: "it has no weight_map. Download it again.")
    }
    let names = Set(files.values).sorted()
    guard names.count <= 10_000 else { throw .damaged(path: url(index).path, reason: "it names \(names.count) files") }
    for name in names {
      guard !name.contains("/"), !name.contains("\0"), name != "..", name.hasSuffix(".safetensors") else {
        throw .damaged(path: url(index).path, reason: "it names '\(name.prefix(200))', which is no file beside it")
      }
      guard has(name) else {
        throw .damaged(
          path: url(index).path, reason: "it names \(name), which is not there. Download the missing files.")
      }
    }
    return names.map { url($0) }
  }

  /// The weights, mapped.
  /// - Throws: ``CheckpointError/noWeights(path:found:)``, ``Safetensors/SafetensorsError``.
  func weights() throws -> SafetensorsWeights {
    let files = try weightFiles()
    guard !files.isEmpty else {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
      let others = names.filter { $0.hasSuffix(".bin") || $0.hasSuffix(".pth") || $0.hasSuffix(".h5") }
      throw CheckpointError.noWeights(path: path, found: others.sorted())
    }
    return try SafetensorsWeights(files.map { try SafetensorsFile(path: $0.path) }, directory: path)
  }

  /// Bytes of the files that hold weights; zero where there are none.
  func weightBytes() throws(CheckpointError) -> Int {
    try weightFiles().reduce(0) { sum, file in
      let attributes = try? FileManager.default.attributesOfItem(atPath: file.resolvingSymlinksInPath().path)
      return sum + (attributes?[.size] as? Int ?? 0)
    }
  }
}
