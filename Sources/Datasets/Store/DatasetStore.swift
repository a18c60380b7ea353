public import Foundation

/// Datasets as they are kept: by name, in versions that never change, each row once.
///
/// ```
/// FOLDER/NAME/lock                 held while something is added
/// FOLDER/NAME/packs/HASH.jsonl     rows in canonical form, one a line, under the SHA-256 of the file
/// FOLDER/NAME/versions/3.rows      the rows' hashes in order, one a line; its SHA-256 is the version's hash
/// FOLDER/NAME/versions/3.json      the manifest, written last: with it the version exists
/// ```
///
/// Every file is written beside its place and renamed, and everything read is held against its hash: what is damaged is
/// refused by name. One that adds locks the dataset; readers need no lock.
public struct DatasetStore: Sendable {
  public let folder: URL
  public let limits: DatasetLimits

  /// Bytes of one stored file of rows.
  static let largestPack = 1 << 32
  static let mostVersions = 10_000

  /// - Parameter folder: need not exist yet.
  public init(folder: URL, limits: DatasetLimits = .standard) {
    self.folder = folder
    self.limits = limits
  }

  /// The datasets that have a version, sorted.
  public func names() -> [String] {
    let found = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return found.filter { DatasetReference.isName($0) && FileManager.default.fileExists(atPath: manifest($0, 1).path) }
      .sorted()
  }

  /// All versions of a dataset, the first first.
  /// - Throws: ``DatasetError/noSuchDataset(_:known:)``, ``DatasetError/damaged(path:reason:)``,
  ///   ``DatasetError/unreadable(path:reason:)``.
  public func versions(of name: String) throws(DatasetError) -> [DatasetVersion] {
    let versions = try versionsIfAny(of: name)
    if versions.isEmpty { throw .noSuchDataset(name, known: names()) }
    return versions
  }

  /// The version that a reference means. A hash that several versions have is the newest of them.
  /// - Throws: ``DatasetError/noSuchVersion(name:version:latest:)``,
  ///   ``DatasetError/ambiguousVersion(name:prefix:matches:)``, and those of ``versions(of:)``.
  public func resolve(_ reference: DatasetReference) throws(DatasetError) -> DatasetVersion {
    let versions = try versions(of: reference.name)
    switch reference.selector {
    case .latest: return versions[versions.count - 1]
    case .number(let number):
      guard number <= versions.count else {
        throw .noSuchVersion(name: reference.name, version: "\(number)", latest: versions.count)
      }
      return versions[number - 1]
    case .hash(let prefix):
      let matches = versions.filter { $0.hash.description.hasPrefix(prefix) }
      guard let newest = matches.last else {
        throw .noSuchVersion(name: reference.name, version: "sha256:\(prefix)", latest: versions.count)
      }
      let hashes = Set(matches.map(\.hash))
      guard hashes.count == 1 else {
        throw .ambiguousVersion(name: reference.name, prefix: prefix, matches: hashes.sorted())
      }
      return newest
    }
  }

  /// The rows of the version that a reference means, each held against its hash.
  /// - Throws: ``DatasetError/damaged(path:reason:)``, and those of ``resolve(_:)``.
  public func load(_ reference: DatasetReference) throws(DatasetError) -> Dataset {
    try load(try resolve(reference))
  }

  /// - Throws: ``DatasetError/damaged(path:reason:)``, ``DatasetError/unreadable(path:reason:)``.
  public func load(_ version: DatasetVersion) throws(DatasetError) -> Dataset {
    let hashes = try rowHashes(of: version)
    var shelf = PackShelf(folder: packs(version.name))
    try shelf.open(version.packs)
    var rows: [DatasetRow] = []
    rows.reserveCapacity(hashes.count)
    for hash in hashes {
      guard let row = try shelf.row(hash) else {
        throw .damaged(path: list(version).path, reason: "row sha256:\(hash.short) is in none of its packs")
      }
      rows.append(row)
    }
    return Dataset(version: version, rows: rows)
  }

  func versionsIfAny(of name: String) throws(DatasetError) -> [DatasetVersion] {
    guard DatasetReference.isName(name) else { return [] }
    let folder = versions(name)
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let numbers = files.compactMap { file in
      file.hasSuffix(".json") ? Int(file.dropLast(5)).flatMap { "\($0).json" == file ? $0 : nil } : nil
    }.sorted()
    var versions: [DatasetVersion] = []
    for (index, number) in numbers.enumerated() {
      let expected = index + 1
      guard number == expected else {
        throw .damaged(path: manifest(name, expected).path, reason: "it is missing, and a later version is there")
      }
      let url = manifest(name, number)
      let version: DatasetVersion
      let bytes = try AtomicFile.read(url, atMost: DatasetVersion.largestManifest)
      do {
        version = try DatasetVersion(manifest: bytes)
      } catch {
        throw .damaged(path: url.path, reason: error.reason)
      }
      guard version.name == name, version.number == number, version.parent?.hash == versions.last?.hash,
        version.parent?.number == versions.last?.number
      else { throw .damaged(path: url.path, reason: "it belongs to another dataset or version") }
      versions.append(version)
    }
    return versions
  }

  /// The hashes of a version's rows, in order.
  func rowHashes(of version: DatasetVersion) throws(DatasetError) -> [ContentHash] {
    let url = list(version)
    // The count was sealed in the manifest; a line is a hash and a line feed.
    let (limit, overflow) = version.rowCount.multipliedReportingOverflow(by: ContentHash.digits + 1)
    guard !overflow else { throw .damaged(path: url.path, reason: "it cannot have \(version.rowCount) rows") }
    let bytes = try AtomicFile.read(url, atMost: limit)
    guard bytes.count == limit, ContentHash(of: bytes) == version.hash else {
      throw .damaged(path: url.path, reason: "its hash is not that of the version")
    }
    let hashes = bytes.split(separator: 0x0A).compactMap {
      ContentHash(hexadecimal: String(decoding: $0, as: UTF8.self))
    }
    guard hashes.count == version.rowCount else { throw .damaged(path: url.path, reason: "a line is no hash") }
    return hashes
  }

  static func listBytes(_ hashes: [ContentHash]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(hashes.count * (ContentHash.digits + 1))
    for hash in hashes { bytes += Array(hash.description.utf8) + [0x0A] }
    return bytes
  }
}

/// Where things lie.
extension DatasetStore {
  func home(_ name: String) -> URL { folder.appendingPathComponent(name, isDirectory: true) }
  func versions(_ name: String) -> URL { home(name).appendingPathComponent("versions", isDirectory: true) }
  func packs(_ name: String) -> URL { home(name).appendingPathComponent("packs", isDirectory: true) }
  func manifest(_ name: String, _ number: Int) -> URL { versions(name).appendingPathComponent("\(number).json") }
  func list(_ version: DatasetVersion) -> URL {
    versions(version.name).appendingPathComponent("\(version.number).rows")
  }
}

/// The rows of one version of a dataset.
public struct Dataset: Sendable {
  public let version: DatasetVersion
  public let rows: [DatasetRow]

  /// What a result has to name: the dataset's name with the whole hash.
  public var reference: String { version.pinned }
}
