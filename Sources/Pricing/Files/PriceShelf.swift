public import Foundation

/// The prices of one home: the versions the program brings, those that were added, and the user's own.
///
/// ```
/// prices/versions/0001-genai-prices-0.2.4.json   added by `prices update`, never changed
/// prices/overrides.json                          written by hand, wins over every version
/// ```
public struct PriceShelf: Sendable {
  /// `$EFFICIENTLLM_HOME/prices`.
  public let folder: URL

  public init(folder: URL) { self.folder = folder }

  public var overridesFile: URL { folder.appendingPathComponent("overrides.json") }
  var versionsFolder: URL { folder.appendingPathComponent("versions", isDirectory: true) }

  private static let mostVersions = 1_000

  /// Everything that is known of prices here.
  /// - Throws: ``PricingError``.
  public func catalogue() throws(PricingError) -> PriceCatalogue {
    var versions = PriceCatalogue.builtIn.versions
    for file in versionFiles() {
      let version = try PriceFile.version(at: file)
      // A later program may bring what was added by hand before.
      if !versions.contains(where: { $0.id == version.id }) { versions.append(version) }
    }
    return try PriceCatalogue(versions: versions, overrides: overrides())
  }

  /// Files of versions, oldest first.
  private func versionFiles() -> [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: versionsFolder.path)) ?? []
    return names.filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }.sorted().prefix(Self.mostVersions)
      .map { versionsFolder.appendingPathComponent($0) }
  }

  private func overrides() throws(PricingError) -> PriceVersion? {
    guard FileManager.default.fileExists(atPath: overridesFile.path) else { return nil }
    let data = try PriceFile.contents(of: overridesFile)
    // The file changes; its hash says with which of its states something was priced.
    let hash = data.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    let digits = String(hash, radix: 16)
    let defaults = PriceVersion.Defaults(
      id: PriceVersion.overridesName, date: CivilDate(day: 0), source: PriceSource(name: "the user's overrides"))
    var version = try PriceFile.decode(PriceVersion.self, from: data, path: overridesFile.path, defaults: defaults)
    version.id = "\(PriceVersion.overridesName)-\(String(repeating: "0", count: 16 - digits.count))\(digits)"
    version.isComplete = false
    version.extends = nil
    return version
  }

  /// Adds a version. It extends the latest one, unless it says which or is complete.
  /// - Returns: The version as it is kept.
  /// - Throws: ``PricingError/versionExists(_:)``, ``PricingError/badVersionName(_:)``, ``PricingError/noBase(_:of:)``,
  ///   ``PricingError/notWritten(path:reason:)``.
  public func add(_ version: PriceVersion) throws(PricingError) -> PriceVersion {
    try PriceVersion.check(name: version.id)
    let known = try catalogue()
    guard !known.versions.contains(where: { $0.id == version.id }) else { throw .versionExists(version.id) }
    var kept = version
    if kept.isComplete { kept.extends = nil } else if kept.extends == nil { kept.extends = known.latest.id }
    // Nothing is written that could not be read again.
    _ = try PriceCatalogue(versions: known.versions + [kept], overrides: known.overrides)
    try write(kept, number: versionFiles().count + 1)
    return kept
  }

  /// Writes a whole file beside its place and links it there, which fails where something lies already.
  private func write(_ version: PriceVersion, number: Int) throws(PricingError) {
    let digits = String(number)
    let name = "\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)-\(version.id).json"
    let place = versionsFolder.appendingPathComponent(name)
    let beside = versionsFolder.appendingPathComponent(".\(name).\(ProcessInfo.processInfo.processIdentifier)")
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      let data = try encoder.encode(version)
      try FileManager.default.createDirectory(at: versionsFolder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: beside) }
      try data.write(to: beside)
      try FileManager.default.linkItem(at: beside, to: place)
    } catch {
      throw .notWritten(path: place.path, reason: error.localizedDescription)
    }
  }
}
