public import Foundation
import OpenAIWire

/// What is known of one version of a dataset without reading its rows. Versions never change.
public struct DatasetVersion: Sendable, Hashable {
  /// How the rows of a file became the version.
  public enum Mode: String, Sendable, Hashable {
    /// The version's rows are the file's.
    case replace
    /// The rows of the version before, and then those of the file that it lacks.
    case append
  }

  /// The version that was the latest when this one was added.
  public struct Parent: Sendable, Hashable {
    public let number: Int
    public let hash: ContentHash
  }

  /// A stored file of rows.
  struct Pack: Sendable, Hashable {
    /// Of the file, which it also names.
    let hash: ContentHash
    let rows: Int
    let bytes: Int
  }

  public let name: String
  /// Counts from 1.
  public let number: Int
  /// The hash of the list of the rows' hashes: equal for equal rows in equal order, whatever they are called.
  public let hash: ContentHash
  public let parent: Parent?
  /// To the second.
  public let added: Date
  public let mode: Mode
  public let source: DatasetSource
  /// What was taken from which column of the source, as `input=question`.
  public let mapping: [String]
  public let rowCount: Int
  let packs: [Pack]

  /// What a result has to name: `support@sha256:...` with the whole hash.
  public var pinned: String { "\(name)@sha256:\(hash)" }
}

/// The manifest: how a version is stored.
extension DatasetVersion {
  /// Raised when a reader of before would misunderstand.
  private static let format = 1

  static let largestManifest = 16 << 20

  /// Canonical JSON and a line feed. The last hash, of the object without it, finds damage.
  var manifest: [UInt8] {
    var object = self.object
    object.append("seal", .string(ContentHash(of: CanonicalJSON.bytes(of: .object(object))).description))
    return CanonicalJSON.bytes(of: .object(object)) + [0x0A]
  }

  private var object: JSONObject {
    JSONObject([
      "format": .integer(Self.format), "name": .string(name), "number": .integer(number),
      "hash": .string(hash.description),
      "parent": parent.map { .members(["number": .integer($0.number), "hash": .string($0.hash.description)]) },
      "added": .string(added.formatted(.iso8601)), "mode": .string(mode.rawValue),
      "source": .members([
        "file": .string(source.file), "form": .string(source.form.rawValue), "hash": .string(source.hash.description),
        "bytes": .integer(source.bytes),
      ]),
      "mapping": .array(mapping.map { .string($0) }), "rows": .integer(rowCount),
      "packs": .array(
        packs.map {
          .members(["hash": .string($0.hash.description), "rows": .integer($0.rows), "bytes": .integer($0.bytes)])
        }),
    ])
  }

  /// Why a manifest cannot be believed.
  struct Refusal: Error {
    let reason: String
  }

  init(manifest bytes: [UInt8]) throws(Refusal) {
    let object: JSONObject
    do {
      guard case .object(let read) = try JSONReader.value(of: bytes) else {
        throw Refusal(reason: "it is no JSON object")
      }
      object = read
    } catch {
      throw Refusal(reason: "it is no JSON object")
    }
    guard object["format"]?.integer == Self.format else {
      throw Refusal(reason: "its format is not \(Self.format): a newer program may have written it")
    }
    guard let version = Self.version(object) else { throw Refusal(reason: "a field is missing or wrong") }
    // What is read is written again: so the seal covers every byte, and the fields that nobody knows are found.
    guard version.manifest == bytes else { throw Refusal(reason: "its seal is not that of its content") }
    self = version
  }

  private static func version(_ object: JSONObject) -> DatasetVersion? {
    guard let name = object["name"]?.string, DatasetReference.isName(name),
      let number = object["number"]?.integer, number >= 1, let hash = hash(object["hash"]),
      let added = object["added"]?.string.flatMap({ try? Date($0, strategy: .iso8601) }),
      let mode = object["mode"]?.string.flatMap(Mode.init(rawValue:)),
      let source = object["source"].flatMap(Self.source),
      let mapping = object["mapping"]?.array.map({ $0.compactMap(\.string) }),
      let rows = object["rows"]?.integer, rows >= 1, let listed = object["packs"]?.array
    else { return nil }
    let packs = listed.compactMap(Self.pack)
    guard packs.count == listed.count else { return nil }
    var parent: Parent?
    if let json = object["parent"] {
      guard let number = json.object?["number"]?.integer, let hash = Self.hash(json.object?["hash"]) else { return nil }
      parent = Parent(number: number, hash: hash)
    }
    return DatasetVersion(
      name: name, number: number, hash: hash, parent: parent, added: added, mode: mode, source: source,
      mapping: mapping, rowCount: rows, packs: packs)
  }

  private static func hash(_ value: JSONValue?) -> ContentHash? {
    value?.string.flatMap { ContentHash(hexadecimal: $0) }
  }

  private static func source(_ value: JSONValue) -> DatasetSource? {
    guard let object = value.object, let file = object["file"]?.string,
      let form = object["form"]?.string.flatMap(DatasetForm.init(rawValue:)), let hash = hash(object["hash"]),
      let bytes = object["bytes"]?.integer, bytes >= 0
    else { return nil }
    return DatasetSource(file: file, form: form, hash: hash, bytes: bytes)
  }

  private static func pack(_ value: JSONValue) -> Pack? {
    guard let object = value.object, let hash = hash(object["hash"]), let rows = object["rows"]?.integer, rows >= 1,
      let bytes = object["bytes"]?.integer, bytes >= rows, bytes <= DatasetStore.largestPack
    else { return nil }
    return Pack(hash: hash, rows: rows, bytes: bytes)
  }
}
