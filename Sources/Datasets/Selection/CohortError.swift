/// What is wrong with the text of a cohort, or with the rows it is asked of.
public enum CohortError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The text cannot be read. The column counts characters from 1.
  case syntax(column: Int, reason: String)
  /// A row's metadata is of another kind than what it is compared with.
  case type(column: Int, row: String, reason: String)
  /// No row has that name in its metadata.
  case unknownField(String, column: Int, known: [String])

  public var description: String {
    switch self {
    case .syntax(let column, let reason): "the filter, at column \(column): \(reason)"
    case .type(let column, let row, let reason):
      "the filter, at column \(column): \(reason) in row \(DatasetProblem.shown(row))"
    case .unknownField(let field, let column, let known):
      "the filter, at column \(column): no row has metadata \(DatasetProblem.shown(field)); there is "
        + (known.isEmpty ? "none at all" : known.prefix(20).map(DatasetProblem.shown).joined(separator: ", "))
    }
  }
}
