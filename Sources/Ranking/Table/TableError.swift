/// What is wrong with a table, or with what was asked of it. Each case is the user's to mend.
public enum TableError: Error, Hashable, Sendable, CustomStringConvertible {
  case empty
  case noRows
  case notUTF8
  case tooLarge(what: String, limit: Int)
  case unterminatedQuote(line: Int)
  case textAfterQuote(line: Int, field: Int)
  case cellCount(line: Int, found: Int, expected: Int)
  case duplicateColumn(name: String)
  case unknownColumn(name: String, askedBy: String, known: [String])
  case ambiguousColumn(name: String, askedBy: String, candidates: [String])
  case contradiction(column: String, reason: String)
  case blankName(line: Int, column: String)
  case notANumber(line: Int, column: String, text: String)
  case notFinite(line: Int, column: String, text: String)
  case duplicateRow(line: Int, firstLine: Int, row: String, isGrouped: Bool)
  case noDirection(column: String)

  public var description: String {
    switch self {
    case .empty:
      "the table is empty: its first line names the columns"
    case .noRows:
      "the table has a header and no rows"
    case .notUTF8:
      "the table is no UTF-8 text: save it as CSV in UTF-8"
    case .tooLarge(let what, let limit):
      "the table is too large: more than \(limit) \(what)"
    case .unterminatedQuote(let line):
      "line \(line): a quoted cell begins here and never ends"
    case .textAfterQuote(let line, let field):
      "line \(line), cell \(field): text follows the closing quote; a quote inside a quoted cell is written twice"
    case .cellCount(let line, let found, let expected):
      "line \(line): \(found) \(found == 1 ? "cell" : "cells") where the header names \(expected) columns"
    case .duplicateColumn(let name):
      "two columns are called '\(name)'"
    case .unknownColumn(let name, let askedBy, let known):
      "\(askedBy) names the column '\(name)', which the table does not have; it has \(Self.list(known))"
        + Self.separatorHint(known)
    case .ambiguousColumn(let name, let askedBy, let candidates):
      "\(askedBy) names '\(name)', which could be \(Self.list(candidates)): give the whole name"
    case .contradiction(let column, let reason):
      "column '\(column)': \(reason)"
    case .blankName(let line, let column):
      "line \(line), column '\(column)': the name is blank"
    case .notANumber(let line, let column, let text):
      "line \(line), column '\(column)': '\(text)' is no number" + Self.numberHint(text)
    case .notFinite(let line, let column, let text):
      "line \(line), column '\(column)': '\(text)' is not finite: leave the cell blank where there is no value"
    case .duplicateRow(let line, let firstLine, let row, let isGrouped):
      "line \(line): \(row) stands on line \(firstLine) already; keep one, or the mean of the repeats"
        + (isGrouped ? "" : ", or tell rows apart with --group-by or --model-column")
    case .noDirection(let column):
      "nothing says whether more or less of '\(column)' is better: name it with --higher or --lower"
    }
  }

  /// The cell that is wrong, for a note on a column that is left out for it.
  var excerpt: String {
    switch self {
    case .notANumber(let line, _, let text), .notFinite(let line, _, let text): "'\(text)' on line \(line)"
    default: description
    }
  }

  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(20).map { "'\($0)'" }.joined(separator: ", ")
    return names.count > 20 ? "\(shown) and \(names.count - 20) more" : shown
  }

  private static func separatorHint(_ known: [String]) -> String {
    guard known.count == 1, let separator = known[0].first(where: { $0 == ";" || $0 == "\t" }) else { return "" }
    return "; its columns seem to be parted by \(separator == ";" ? "semicolons" : "tabs"): save it with commas"
  }

  private static func numberHint(_ text: String) -> String {
    if text.contains(",") { return ": write it with a decimal point and without thousands separators" }
    if text.hasSuffix("%") { return ": write it as a fraction, and the unit in the column's name" }
    return ": put units in the column's name, and leave the cell blank where there is no value"
  }
}
