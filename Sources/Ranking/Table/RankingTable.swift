public import Measures

/// A table to rank: one row per group, method and model, and columns of raw numbers. A cell without a number is blank:
/// absent is not zero.
public struct RankingTable: Sendable, Hashable {
  public struct Column: Sendable, Hashable {
    public let name: String
    /// Nil when nothing says which way is better: such a column is shown and not ranked.
    public let direction: Direction?

    public init(name: String, direction: Direction?) {
      self.name = name
      self.direction = direction
    }
  }

  public struct Row: Sendable, Hashable {
    public let group: String
    public let method: String
    /// Empty in a table that names no models.
    public let model: String
    /// By the column's name. A blank cell has no entry.
    public let values: [String: Double]

    public init(group: String, method: String, model: String = "", values: [String: Double]) {
      self.group = group
      self.method = method
      self.model = model
      self.values = values
    }
  }

  /// What the one group of an ungrouped table is called.
  public static let wholeTable = "all"

  public let columns: [Column]
  public let rows: [Row]
  /// What a reader should know: columns left out or not ranked, and why.
  public let notes: [String]

  /// - Parameter rows: no two with the same group, method and model; finite values of `columns` alone.
  public init(columns: [Column], rows: [Row], notes: [String] = []) {
    self.columns = columns
    self.rows = rows
    self.notes = notes
  }

  public subscript(column name: String) -> Column? { columns.first { $0.name == name } }
}

/// What the columns of a table mean, as far as their names do not say it.
public struct TableLayout: Sendable, Hashable {
  /// Rows with the same value here are ranked against each other; nil ranks the whole table.
  public var groupColumn: String?
  public var methodColumn: String
  /// Nil means `model` where the table has such a column.
  public var modelColumn: String?
  /// Columns in which more, or less, is better, whatever the catalogue says.
  public var higher: [String]
  public var lower: [String]

  public init(
    groupColumn: String? = nil, methodColumn: String = "method", modelColumn: String? = nil, higher: [String] = [],
    lower: [String] = []
  ) {
    self.groupColumn = groupColumn
    self.methodColumn = methodColumn
    self.modelColumn = modelColumn
    self.higher = higher
    self.lower = lower
  }
}
