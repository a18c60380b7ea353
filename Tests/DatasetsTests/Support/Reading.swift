import Foundation
import OpenAIWire

@testable import Datasets

/// The committed oracle of that name.
func fixture<Content: Decodable>(_ name: String, as type: Content.Type = Content.self) throws -> Content {
  let url = Bundle.module.resourceURL!.appendingPathComponent("Fixtures/\(name).json")
  return try JSONDecoder().decode(type, from: Data(contentsOf: url))
}

/// The rows of a text, fed in pieces of `chunk` bytes.
func read(
  _ text: String, _ form: DatasetForm = .jsonl, map: [String] = [], rest: Bool = false,
  limits: DatasetLimits = .standard, chunk: Int = 1 << 16
) throws(DatasetError) -> ImportedRows {
  try read(bytes: Array(text.utf8), form, mapping: try ColumnMapping(map, restIsMetadata: rest), limits, chunk: chunk)
}

func read(
  bytes: [UInt8], _ form: DatasetForm, mapping: ColumnMapping = .automatic, _ limits: DatasetLimits = .standard,
  chunk: Int = 1 << 16
) throws(DatasetError) -> ImportedRows {
  var importer = RowImporter(file: "test.\(form.rawValue)", form: form, mapping: mapping, limits: limits)
  for start in stride(from: 0, to: bytes.count, by: chunk) {
    importer.push(Array(bytes[start..<min(bytes.count, start + chunk)]))
  }
  return try importer.finish()
}

/// What is wrong with a text, problem by problem.
func problems(
  _ text: String, _ form: DatasetForm = .jsonl, map: [String] = [], limits: DatasetLimits = .standard
) -> [String] {
  do {
    _ = try read(text, form, map: map, limits: limits)
    return []
  } catch .invalid(_, let problems, let more) {
    return problems.map(\.description) + (more > 0 ? ["and \(more) more"] : [])
  } catch {
    return ["\(error)"]
  }
}

/// A row's JSON as text, for comparisons to the byte.
func text(_ row: DatasetRow) -> String { String(decoding: row.canonicalJSON, as: UTF8.self) }

/// A folder that goes when the test does.
final class Scratch {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("datasets-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  var store: DatasetStore { DatasetStore(folder: url.appendingPathComponent("datasets")) }
}
