/// Strings of bytes in a tree: all of them that a text starts with are found in one walk.
struct ByteTrie: Sendable {
  /// From a node and a byte to the next node.
  private let edges: PairTable
  /// The value at each node; `none` where no string ends.
  private let values: [UInt32]
  private static let none = UInt32.max
  static let root: UInt32 = 0

  /// - Parameter entries: of equal strings the last holds.
  init(_ entries: [(bytes: ArraySlice<UInt8>, value: UInt32)]) {
    var values: [UInt32] = [Self.none]
    var parents: [(node: UInt32, byte: UInt32)] = []
    // Sorted, so that each string shares a path with the one before it and no edge is looked up while building.
    let sorted = entries.indices.sorted { left, right in
      if entries[left].bytes.elementsEqual(entries[right].bytes) { return left < right }
      return entries[left].bytes.lexicographicallyPrecedes(entries[right].bytes)
    }
    var path: [UInt32] = [0]
    var last: ArraySlice<UInt8> = []
    for index in sorted {
      let bytes = entries[index].bytes
      var shared = 0
      for (one, other) in zip(bytes, last) {
        guard one == other else { break }
        shared += 1
      }
      path.removeLast(path.count - 1 - shared)
      for byte in bytes.dropFirst(shared) {
        parents.append((path[path.count - 1], UInt32(byte)))
        path.append(UInt32(values.count))
        values.append(Self.none)
      }
      values[Int(path[path.count - 1])] = entries[index].value
      last = bytes
    }
    var edges = PairTable(capacity: parents.count)
    for (index, edge) in parents.enumerated() {
      _ = edges.insert(edge.node, edge.byte, rank: 0, token: UInt32(index + 1))
    }
    self.edges = edges
    self.values = values
  }

  @inline(__always)
  func next(_ node: UInt32, _ byte: UInt8) -> UInt32? {
    edges.find(node, UInt32(byte)).map { UInt32(truncatingIfNeeded: $0) }
  }

  @inline(__always)
  func value(_ node: UInt32) -> UInt32? {
    let value = values[Int(node)]
    return value == Self.none ? nil : value
  }
}
