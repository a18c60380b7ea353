/// A sample of rows that depends on the seed and on the rows' content, and on nothing else.
///
/// Each row gets the SHA-256 of `efficientllm-sample-1`, the seed and the row's hash, each on a line of its own; the rows
/// with the least are taken. So a row's place in the file makes no difference, a larger sample of the same seed holds the
/// smaller one, and rows that a later version adds displace few.
public struct RowSample: Sendable, Hashable {
  public let count: Int
  public let seed: UInt64
  /// A name of the metadata whose values share the sample as they share the rows; nil draws from all rows alike.
  public let stratum: String?

  /// - Throws: ``DatasetError/badSample(reason:)`` for a count below 1.
  public init(count: Int, seed: UInt64, stratum: String? = nil) throws(DatasetError) {
    guard count >= 1 else { throw .badSample(reason: "a sample has at least 1 row, not \(count)") }
    self.count = count
    self.seed = seed
    self.stratum = stratum
  }

  /// The sampled rows in the order in which they were given; all of them where there are no more than ``count``.
  ///
  /// With a stratum each of its values gets its proportional share: the whole part of it, and what is left goes one each
  /// to the largest remainders. Rows that lack the name are a stratum too.
  /// - Throws: ``DatasetError/badSample(reason:)`` when no row has the stratum's name.
  public func select(_ rows: [DatasetRow]) throws(DatasetError) -> [DatasetRow] {
    if let stratum, !rows.isEmpty, !rows.contains(where: { $0.metadata[stratum] != nil }) {
      let known = Set(rows.flatMap(\.metadata.keys)).sorted().prefix(20).map(DatasetProblem.shown)
      let mend = known.isEmpty ? "there is none at all" : "there is \(known.joined(separator: ", "))"
      throw .badSample(reason: "no row has metadata \(DatasetProblem.shown(stratum)) to sample by: \(mend)")
    }
    guard rows.count > count else { return rows }
    let ranked = rows.indices.map { (index: $0, key: key(of: rows[$0])) }.sorted {
      $0.key == $1.key ? $0.index < $1.index : $0.key < $1.key
    }
    guard let stratum else { return ranked.prefix(count).map(\.index).sorted().map { rows[$0] } }
    var strata: [MetadataValue?: [Int]] = [:]
    for (index, _) in ranked { strata[rows[index].metadata[stratum], default: []].append(index) }
    let shares = Self.shares(of: count, among: strata.mapValues(\.count))
    return strata.flatMap { value, members in members.prefix(shares[value] ?? 0) }.sorted().map { rows[$0] }
  }

  private func key(of row: DatasetRow) -> ContentHash {
    ContentHash(of: Array("efficientllm-sample-1\n\(seed)\n\(row.hash)\n".utf8))
  }

  /// Largest remainders; between equal ones the larger stratum, then the order of the values.
  /// - Parameter count: no more than there are rows.
  static func shares(of count: Int, among sizes: [MetadataValue?: Int]) -> [MetadataValue?: Int] {
    let total = sizes.values.reduce(0, +)
    // Neither factor is beyond the number of rows, whose square fits.
    var shares = sizes.mapValues { count * $0 / total }
    let left = count - shares.values.reduce(0, +)
    let order = sizes.sorted { first, second in
      let (one, other) = (count * first.value % total, count * second.value % total)
      if one != other { return one > other }
      if first.value != second.value { return first.value > second.value }
      return label(first.key).utf8.lexicographicallyPrecedes(label(second.key).utf8)
    }
    for (value, _) in order.prefix(left) { shares[value, default: 0] += 1 }
    return shares
  }

  private static func label(_ value: MetadataValue?) -> String { value.map { "\($0.kind) \($0)" } ?? "" }
}
