public import Foundation

/// What became of rows that were added.
public struct DatasetAddition: Sendable {
  /// The new version; or, where nothing is new, the one that has these very rows already.
  public let version: DatasetVersion
  /// Whether a version was made.
  public let isNew: Bool
  /// Rows that the version before did not have.
  public let addedRows: Int
  /// Rows that only the version before has.
  public let removedRows: Int
}

extension DatasetStore {
  /// Makes the rows a version of the dataset, or finds that the latest has these very rows and makes none.
  ///
  /// Waits while another process adds to the same dataset. Whatever stops it, the dataset has the new version or does not.
  ///
  /// - Throws: ``DatasetError/badName(_:)``; ``DatasetError/invalid(file:problems:more:)`` where a row that is appended
  ///   has the id of one that is there; ``DatasetError/damaged(path:reason:)`` where what is there cannot be trusted;
  ///   ``DatasetError/tooManyVersions(name:limit:)``; ``DatasetError/cannotWrite(path:reason:)``.
  public func add(
    _ imported: ImportedRows, to name: String, mode: DatasetVersion.Mode = .replace, at date: Date = Date()
  ) throws(DatasetError) -> DatasetAddition {
    try DatasetReference.check(name: name)
    guard !imported.rows.isEmpty else { throw .noRows(file: imported.source.file) }
    try makeFolders(name)
    let lock = try StoreLock(home(name).appendingPathComponent("lock"))
    defer { lock.release() }
    let existing = try versionsIfAny(of: name)
    guard existing.count < Self.mostVersions else { throw .tooManyVersions(name: name, limit: Self.mostVersions) }
    let parent = existing.last
    let before = try parent.map { (version) throws(DatasetError) in try rowHashes(of: version) } ?? []
    let known = Set(before)
    var hashes = imported.rows.map(\.hash)
    if mode == .append, let parent {
      try checkIDs(of: imported, beside: try load(parent))
      hashes = before + hashes.filter { !known.contains($0) }
      guard hashes.count <= limits.rows else {
        let problem = DatasetProblem(reason: "with it the dataset would have more than \(limits.rows) rows")
        throw .invalid(file: imported.source.file, problems: [problem], more: 0)
      }
    }
    let hash = ContentHash(ofList: hashes)
    if let parent, parent.hash == hash {
      return DatasetAddition(version: parent, isNew: false, addedRows: 0, removedRows: 0)
    }
    let version = try write(imported, hashes, hash, to: name, mode: mode, after: existing, at: date)
    return DatasetAddition(
      version: version, isNew: true, addedRows: hashes.count { !known.contains($0) },
      removedRows: known.subtracting(hashes).count)
  }

  private func makeFolders(_ name: String) throws(DatasetError) {
    for folder in [packs(name), versions(name)] {
      do {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      } catch {
        throw .cannotWrite(path: folder.path, reason: error.localizedDescription)
      }
    }
  }

  /// A row that is appended may not change one that is there.
  private func checkIDs(of imported: ImportedRows, beside dataset: Dataset) throws(DatasetError) {
    var hashes: [String: ContentHash] = [:]
    for row in dataset.rows { if let id = row.id { hashes[id] = row.hash } }
    let clashes = zip(imported.rows, imported.rowNumbers).filter { row, _ in
      guard let id = row.id, let hash = hashes[id] else { return false }
      return hash != row.hash
    }
    guard !clashes.isEmpty else { return }
    let problems = clashes.prefix(limits.problems).map { row, number in
      DatasetProblem(
        row: number, column: "id",
        reason:
          "\(dataset.version.name)@\(dataset.version.number) has \(DatasetProblem.shown(row.id ?? "")) with other "
          + "content: without --append the file's rows take the place of all")
    }
    throw .invalid(file: imported.source.file, problems: problems, more: clashes.count - problems.count)
  }

  private func write(
    _ imported: ImportedRows, _ hashes: [ContentHash], _ hash: ContentHash, to name: String,
    mode: DatasetVersion.Mode, after existing: [DatasetVersion], at date: Date
  ) throws(DatasetError) -> DatasetVersion {
    clearUnfinished(name)
    var shelf = PackShelf(folder: packs(name))
    for version in existing { try shelf.open(version.packs) }
    var packs = shelf.packs(holding: hashes)
    if let pack = try writePack(imported.rows.filter { !shelf.holds($0.hash) }, name) { packs.append(pack) }
    let version = DatasetVersion(
      name: name, number: existing.count + 1, hash: hash,
      parent: existing.last.map { DatasetVersion.Parent(number: $0.number, hash: $0.hash) },
      added: Date(timeIntervalSince1970: date.timeIntervalSince1970.rounded(.down)), mode: mode,
      source: imported.source, mapping: imported.mapping, rowCount: hashes.count, packs: packs)
    try AtomicFile.write(Self.listBytes(hashes), to: list(version))
    try AtomicFile.write(version.manifest, to: manifest(name, version.number))
    AtomicFile.synchronise(home(name))
    AtomicFile.synchronise(folder)
    return version
  }

  /// Stores rows that no pack has yet; nil for none.
  private func writePack(_ rows: [DatasetRow], _ name: String) throws(DatasetError) -> DatasetVersion.Pack? {
    if rows.isEmpty { return nil }
    var bytes: [UInt8] = []
    for row in rows { bytes += row.canonicalJSON + [0x0A] }
    let url = PackShelf.url(ContentHash(of: bytes), in: packs(name))
    guard bytes.count <= Self.largestPack else {
      throw .cannotWrite(path: url.path, reason: "the rows would take more than \(Self.largestPack) bytes")
    }
    try AtomicFile.write(bytes, to: url)
    return DatasetVersion.Pack(hash: ContentHash(of: bytes), rows: rows.count, bytes: bytes.count)
  }

  /// What one that was killed left behind. Nobody else writes while the lock is held.
  private func clearUnfinished(_ name: String) {
    for folder in [packs(name), versions(name)] {
      for file in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      where file.hasPrefix(AtomicFile.unfinished) {
        try? FileManager.default.removeItem(at: folder.appendingPathComponent(file))
      }
    }
  }
}
