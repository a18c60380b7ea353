import OpenAIWire

/// What lies between two versions: rows are matched by their ids, and by their content where they have none.
public struct DatasetDiff: Sendable {
  /// A row whose id is in both versions, with other content.
  public struct Change: Sendable {
    public let before: DatasetRow
    public let after: DatasetRow
    /// The parts that differ: `input`, `expected`, `metadata.country` and so on, sorted.
    public let parts: [String]
  }

  public let before: DatasetVersion
  public let after: DatasetVersion
  /// In the order of the later version.
  public let added: [DatasetRow]
  /// In the order of the earlier version.
  public let removed: [DatasetRow]
  /// In the order of the later version.
  public let changed: [Change]
  /// Rows that are the same to the byte.
  public let unchanged: Int
  /// Whether the rows that both have stand in another order.
  public let isReordered: Bool

  /// Whether the versions have the same rows in the same order.
  public var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty && !isReordered }

  public init(from before: Dataset, to after: Dataset) {
    self.before = before.version
    self.after = after.version
    var old: [String: DatasetRow] = [:]
    for row in before.rows { old[row.identity] = row }
    var added: [DatasetRow] = []
    var changed: [Change] = []
    var common: [String] = []
    var unchanged = 0
    for row in after.rows {
      guard let earlier = old[row.identity] else {
        added.append(row)
        continue
      }
      common.append(row.identity)
      if earlier.hash == row.hash {
        unchanged += 1
      } else {
        changed.append(Change(before: earlier, after: row, parts: Self.parts(earlier, row)))
      }
    }
    let kept = Set(common)
    self.added = added
    self.changed = changed
    self.unchanged = unchanged
    removed = before.rows.filter { !kept.contains($0.identity) }
    isReordered = before.rows.map(\.identity).filter(kept.contains) != common
  }

  private static func parts(_ before: DatasetRow, _ after: DatasetRow) -> [String] {
    let (old, new) = (members(before), members(after))
    return Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }.sorted()
  }

  /// The canonical bytes of each part.
  private static func members(_ row: DatasetRow) -> [String: [UInt8]] {
    var members: [String: [UInt8]] = [:]
    for member in row.json.object?.members ?? [] where member.name != "metadata" {
      members[member.name] = CanonicalJSON.bytes(of: member.value)
    }
    for (name, value) in row.metadata { members["metadata.\(name)"] = CanonicalJSON.bytes(of: value.json) }
    return members
  }
}
