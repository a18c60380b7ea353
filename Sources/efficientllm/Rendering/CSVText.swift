import Foundation

/// Comma-separated values for programs: RFC 4180, lines ended by line feeds.
enum CSVText {
  static func text(_ lines: [[String]]) -> String {
    lines.map { $0.map(quoted).joined(separator: ",") + "\n" }.joined()
  }

  static func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }

  private static func quoted(_ cell: String) -> String {
    let needsQuotes = cell.utf8.contains { "\",\r\n".utf8.contains($0) }
    return needsQuotes ? "\"\(cell.replacingOccurrences(of: "\"", with: "\"\""))\"" : cell
  }
}
