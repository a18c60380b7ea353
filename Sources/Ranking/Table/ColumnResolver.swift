import Measures

/// Finds the column that a user means.
struct ColumnResolver {
  let header: [String]

  /// - Throws: ``TableError`` `.duplicateColumn`.
  init(header: [String]) throws(TableError) {
    var seen: Set<String> = []
    for name in header where !name.isEmpty {
      if !seen.insert(name).inserted { throw .duplicateColumn(name: name) }
    }
    self.header = header
  }

  /// The column of that name; failing that, in another case; failing that, where it holds a measure, with a unit behind
  /// it (`AMU` is `AMU_GB`).
  /// - Throws: ``TableError`` `.unknownColumn`, `.ambiguousColumn`.
  func index(of name: String, askedBy option: String, isMeasure: Bool = false) throws(TableError) -> Int {
    let wanted = name.trimmingBlanks()
    var matches: [(String) -> Bool] = [{ $0 == wanted }, { $0.lowercased() == wanted.lowercased() }]
    if isMeasure {
      matches.append { MeasureCatalogue.baseName(ofColumn: $0).lowercased() == wanted.lowercased() }
    }
    for isMatch in matches where !wanted.isEmpty {
      let found = header.indices.filter { isMatch(header[$0]) }
      if found.count > 1 {
        throw .ambiguousColumn(name: name, askedBy: option, candidates: found.map { header[$0] })
      }
      if let index = found.first { return index }
    }
    throw .unknownColumn(name: name, askedBy: option, known: header.filter { !$0.isEmpty })
  }

  /// The directions that flags give, by the column's name.
  fileprivate func directions(
    _ names: [String], _ direction: Direction, askedBy option: String
  ) throws(TableError) -> [Int: Direction] {
    var directions: [Int: Direction] = [:]
    for name in names { directions[try index(of: name, askedBy: option, isMeasure: true)] = direction }
    return directions
  }
}

extension ColumnResolver {
  /// - Throws: ``TableError`` for a column that is unknown, that names rows, or that is named in both ways.
  func directions(_ layout: TableLayout, keys: Set<Int>) throws(TableError) -> [String: Direction] {
    let higher = try directions(layout.higher, .higherIsBetter, askedBy: "--higher")
    let lower = try directions(layout.lower, .lowerIsBetter, askedBy: "--lower")
    for index in higher.keys where lower[index] != nil {
      throw .contradiction(column: header[index], reason: "both --higher and --lower name it")
    }
    var directions: [String: Direction] = [:]
    for (index, direction) in higher.merging(lower, uniquingKeysWith: { first, _ in first }) {
      if keys.contains(index) {
        throw .contradiction(column: header[index], reason: "it names rows and holds no numbers")
      }
      directions[header[index]] = direction
    }
    return directions
  }
}
