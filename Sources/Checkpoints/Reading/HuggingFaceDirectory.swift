internal import Foundation
internal import Safetensors

/// The files of a Hugging Face directory, read with care: each has a size that is not gone over.
struct HuggingFaceDirectory: Sendable {
  let url: URL
  let path: String

  /// Bytes of a JSON file beyond which it is not one of these; tokenizer_config.json can have a few MB.
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

  /// The weights, mapped; nil where there are none as safetensors.
  /// - Throws: ``Safetensors/SafetensorsError`` for files that are damaged or not all there.
  func weights() throws(SafetensorsError) -> SafetensorsCollection? {
    do {
      return try SafetensorsCollection(path: path)
    } catch .absent {
      return nil
    }
  }

  /// Says what there is in place of weights.
  var lacksWeights: CheckpointError {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let others = names.filter { $0.hasSuffix(".bin") || $0.hasSuffix(".pth") || $0.hasSuffix(".h5") }
    return .noWeights(path: path, found: others.sorted())
  }
}
