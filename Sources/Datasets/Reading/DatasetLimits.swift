/// What a file may hold before it is refused. All of it is kept in memory while it is checked.
public struct DatasetLimits: Sendable, Hashable {
  /// Bytes of the file.
  public var fileBytes: Int
  /// Bytes of one row, as it stands in the file.
  public var rowBytes: Int
  public var rows: Int
  /// Columns of a CSV file, and members of a JSONL row.
  public var columns: Int
  /// Problems that are listed; further ones are counted.
  public var problems: Int
  /// Elements of one list: messages, passages, right answers, steps, labels.
  public var elements: Int

  public init(
    fileBytes: Int = 1 << 30, rowBytes: Int = 16 << 20, rows: Int = 1_000_000, columns: Int = 1_024,
    problems: Int = 20, elements: Int = 10_000
  ) {
    self.fileBytes = fileBytes
    self.rowBytes = rowBytes
    self.rows = rows
    self.columns = columns
    self.problems = problems
    self.elements = elements
  }

  public static let standard = DatasetLimits()
}

/// The forms in which rows come.
public enum DatasetForm: String, Sendable, Hashable, CaseIterable {
  /// One JSON object a line.
  case jsonl
  /// Comma-separated values (RFC 4180), the first line naming the columns.
  case csv
  /// The same, separated by tabs.
  case tsv

  /// What the ending of a file's name says; nil where it says nothing.
  public init?(path: String) {
    guard let dot = path.lastIndex(of: "."), !path[dot...].contains("/") else { return nil }
    switch path[path.index(after: dot)...].lowercased() {
    case "jsonl", "ndjson": self = .jsonl
    case "csv": self = .csv
    case "tsv": self = .tsv
    default: return nil
    }
  }
}
