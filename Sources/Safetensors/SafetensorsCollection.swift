internal import Foundation

/// A checkpoint of one safetensors file or of several with an index, every file mapped.
///
/// The index is held strictly to its files: each tensor it names lies where it says, and no file holds a tensor that it
/// does not name.
public final class SafetensorsCollection: Sendable {
  /// What was opened: a file, or an index.
  public let path: String
  /// The files, in the order of their names.
  public let files: [SafetensorsFile]
  /// Every tensor of every file. An entry's range counts from the start of its own file; see ``file(of:)``.
  public let entries: [String: SafetensorsEntry]
  private let fileOfTensor: [String: Int]

  static let singleName = "model.safetensors"
  static let indexName = "model.safetensors.index.json"

  /// Opens a `.safetensors` file, an index (`.json`), or a folder that holds `model.safetensors` or, failing that,
  /// `model.safetensors.index.json`.
  /// - Throws: ``SafetensorsError``.
  public init(path: String) throws(SafetensorsError) {
    self.path = try Self.resolved(path)
    guard self.path.hasSuffix(".json") else {
      let file = try SafetensorsFile(path: self.path)
      files = [file]
      entries = file.entries
      fileOfTensor = file.entries.mapValues { _ in 0 }
      return
    }
    let index = try Self.index(at: self.path)
    let folder = URL(fileURLWithPath: self.path).deletingLastPathComponent()
    let shards = index.shards
    var files: [SafetensorsFile] = []
    var entries: [String: SafetensorsEntry] = [:]
    var fileOfTensor: [String: Int] = [:]
    for (number, shard) in shards.enumerated() {
      let file = try SafetensorsFile(path: folder.appendingPathComponent(shard).path)
      for (name, entry) in file.entries {
        guard index.weightMap[name] == shard else {
          let place = index.weightMap[name].map { "it lies in \($0)" } ?? "nothing of it"
          throw .damagedIndex(path: self.path, reason: "\(shard) holds the tensor '\(name)', and it says \(place)")
        }
        entries[name] = entry
        fileOfTensor[name] = number
      }
      files.append(file)
    }
    if let lost = index.weightMap.first(where: { entries[$0.key] == nil }) {
      throw .damagedIndex(path: self.path, reason: "the tensor '\(lost.key)' is not in \(lost.value)")
    }
    (self.files, self.entries, self.fileOfTensor) = (files, entries, fileOfTensor)
  }

  /// The file that holds a tensor; nil where none does.
  public func file(of name: String) -> SafetensorsFile? { fileOfTensor[name].map { files[$0] } }

  /// Lends the bytes of one tensor.
  public func withBytes<Result>(
    of entry: SafetensorsEntry, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    guard let file = file(of: entry.name), file.entries[entry.name] == entry else {
      preconditionFailure("an entry of another checkpoint")
    }
    return try file.withBytes(of: entry, body)
  }

  private static func resolved(_ path: String) throws(SafetensorsError) -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else { return path }
    let folder = URL(fileURLWithPath: path, isDirectory: true)
    for name in [singleName, indexName] {
      let file = folder.appendingPathComponent(name).path
      if FileManager.default.fileExists(atPath: file) { return file }
    }
    throw .absent(folder: path)
  }

  private static func index(at path: String) throws(SafetensorsError) -> SafetensorsIndex {
    let bytes: Data
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      bytes = try handle.read(upToCount: SafetensorsIndex.maximumBytes + 1) ?? Data()
    } catch {
      throw .unreadable(path: path, reason: error.localizedDescription)
    }
    let parsed = bytes.withUnsafeBytes { buffer in
      Result { () throws(SafetensorsError) in try SafetensorsIndex(buffer, path: path) }
    }
    return try parsed.get()
  }
}
