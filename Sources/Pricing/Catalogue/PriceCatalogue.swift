/// What is known of prices: versions, oldest first, and the user's own prices on top.
///
/// Nothing in it changes. A cost at another day or by another version is the same pure function of another table:
///
/// ```swift
/// let table = try PriceCatalogue.builtIn.table()
/// let price = table.price(of: "gpt-5", at: PriceMoment(date: try CivilDate("2025-11-25")))
/// let cost = price.flatMap { $0.cost(of: usage) }
/// ```
public struct PriceCatalogue: Sendable {
  /// Oldest first; never empty.
  public let versions: [PriceVersion]
  public let overrides: PriceVersion?

  /// - Parameter versions: At least one, oldest first.
  /// - Throws: ``PricingError/versionExists(_:)``, ``PricingError/noBase(_:of:)``.
  public init(versions: [PriceVersion], overrides: PriceVersion? = nil) throws(PricingError) {
    precondition(!versions.isEmpty, "a catalogue has at least one version")
    var known: Set<String> = []
    for version in versions {
      if let base = version.extends, !known.contains(base) { throw .noBase(base, of: version.id) }
      guard known.insert(version.id).inserted else { throw .versionExists(version.id) }
    }
    self.versions = versions
    self.overrides = overrides
  }

  /// The version of the latest day; of two of the same day, the one that came later.
  public var latest: PriceVersion {
    versions.reduce(versions[0]) { $1.date >= $0.date ? $1 : $0 }
  }

  /// The prices by a version, or by the latest one with the user's own on top where none is named.
  /// - Throws: ``PricingError/noSuchVersion(_:known:)``.
  public func table(version name: String? = nil) throws(PricingError) -> PriceTable {
    guard let name else { return PriceTable(chain(to: latest) + (overrides.map { [$0] } ?? [])) }
    guard let version = versions.first(where: { $0.id == name }) else {
      throw .noSuchVersion(String(name.prefix(80)), known: versions.map(\.id))
    }
    return PriceTable(chain(to: version))
  }

  /// A version after all that it builds on. Each base comes before what extends it, so this ends.
  private func chain(to version: PriceVersion) -> [PriceVersion] {
    var chain = [version]
    while let base = chain.last?.extends, let found = versions.first(where: { $0.id == base }) { chain.append(found) }
    return chain.reversed()
  }
}
