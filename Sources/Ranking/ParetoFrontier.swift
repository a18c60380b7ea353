public import Measures

/// Who is beaten by nobody: a method is dominated by another that is at least as good in every chosen measure and better
/// in one. Equals do not dominate each other.
public struct ParetoFrontier: Sendable, Hashable {
  public struct Point: Sendable, Hashable {
    public let name: String
    /// One value a measure, in the order of the directions; nil where it is absent.
    public let values: [Double?]

    public init(name: String, values: [Double?]) {
      self.name = name
      self.values = values
    }
  }

  /// Names on the frontier, in the order of the points.
  public let members: [String]
  /// By name, those that dominate it, in the order of the points.
  public let dominatedBy: [String: [String]]
  /// Names that lack a chosen measure: they neither dominate nor are dominated.
  public let absent: [String]

  /// - Parameter points: with distinct names, and as many values as there are directions.
  public init(_ points: [Point], _ directions: [Direction]) {
    let complete = points.filter { !$0.values.contains(nil) }
    var members: [String] = []
    var dominatedBy: [String: [String]] = [:]
    for point in complete {
      let betters = complete.filter { Self.dominates($0, point, directions) }.map(\.name)
      if betters.isEmpty { members.append(point.name) } else { dominatedBy[point.name] = betters }
    }
    self.members = members
    self.dominatedBy = dominatedBy
    absent = points.filter { $0.values.contains(nil) }.map(\.name)
  }

  private static func dominates(_ first: Point, _ second: Point, _ directions: [Direction]) -> Bool {
    dominates(first.values.map { $0! }, second.values.map { $0! }, directions)
  }

  /// Whether the first is at least as good in every value and better in one.
  static func dominates(_ first: [Double], _ second: [Double], _ directions: [Direction]) -> Bool {
    var isBetterSomewhere = false
    for (index, direction) in directions.enumerated() {
      if direction.isBetter(second[index], than: first[index]) { return false }
      if direction.isBetter(first[index], than: second[index]) { isBetterSomewhere = true }
    }
    return isBetterSomewhere
  }
}

extension RankingTable {
  /// The columns that a user names for a frontier.
  /// - Throws: ``TableError`` for a column that is unknown, named twice, or without a direction.
  public func frontierColumns(_ names: [String]) throws(TableError) -> [Column] {
    let resolver = try ColumnResolver(header: columns.map(\.name))
    var chosen: [Column] = []
    for name in names {
      let column = columns[try resolver.index(of: name, askedBy: "--frontier", isMeasure: true)]
      if chosen.contains(column) { throw .contradiction(column: column.name, reason: "--frontier names it twice") }
      if column.direction == nil { throw .noDirection(column: column.name) }
      chosen.append(column)
    }
    return chosen
  }
}

extension GroupRanking {
  /// The frontier over some columns, each of which has a direction.
  public func frontier(_ columns: [RankingTable.Column]) -> ParetoFrontier {
    ParetoFrontier(
      methods.map { method in
        ParetoFrontier.Point(name: method.method, values: columns.map { method.values[$0.name] })
      }, columns.map { $0.direction! })
  }
}
