import Foundation

/// A table for people: aligned columns, two spaces apart, plain text.
///
/// ```swift
/// var table = TextTable([.left("method"), .right("PPL"), .right("rank")])
/// table.append(["MQA", TextTable.number(8.23), "4"])
/// print(table.render())
/// ```
struct TextTable {
  enum Alignment { case left, right }

  struct Column {
    let title: String
    let alignment: Alignment

    /// A column of words.
    static func left(_ title: String) -> Column { Column(title: title, alignment: .left) }
    /// A column of numbers.
    static func right(_ title: String) -> Column { Column(title: title, alignment: .right) }
  }

  let columns: [Column]
  private(set) var rows: [[String]] = []

  init(_ columns: [Column]) { self.columns = columns }

  /// Adds a row. Missing cells at its end are blank; surplus ones are a mistake of the caller.
  mutating func append(_ cells: [String]) {
    precondition(cells.count <= columns.count, "a row has more cells than the table has columns")
    let blanks = Array(repeating: "", count: columns.count - cells.count)
    rows.append((cells + blanks).map(Self.onOneLine))
  }

  /// The header, a rule and the rows, each line without blanks at its end and all joined by line feeds.
  /// - Parameter indent: how many blanks stand before each line.
  func render(indent: Int = 0) -> String {
    let titles = columns.map { Self.onOneLine($0.title) }
    let widths = columns.indices.map { column in
      rows.reduce(Self.width(titles[column])) { max($0, Self.width($1[column])) }
    }
    let rule = widths.map { String(repeating: "-", count: $0) }
    return ([titles, rule] + rows)
      .map { String(repeating: " ", count: indent) + line($0, widths: widths) }
      .joined(separator: "\n")
  }

  private func line(_ cells: [String], widths: [Int]) -> String {
    var text = ""
    for (column, cell) in cells.enumerated() {
      if column > 0 { text += "  " }
      let padding = String(repeating: " ", count: widths[column] - Self.width(cell))
      text += columns[column].alignment == .left ? cell + padding : padding + cell
    }
    while text.last == " " { text.removeLast() }
    return text
  }

  /// Columns a terminal gives the text. Wide East Asian characters and emoji take two.
  private static func width(_ text: String) -> Int {
    text.reduce(0) { sum, character in
      let scalar = character.unicodeScalars.first!
      let isWide =
        scalar.properties.isEmojiPresentation
        || (0x1100...0x115F).contains(scalar.value) || (0x2E80...0xA4CF).contains(scalar.value)
        || (0xAC00...0xD7A3).contains(scalar.value) || (0xF900...0xFAFF).contains(scalar.value)
        || (0xFE30...0xFE6F).contains(scalar.value) || (0xFF00...0xFF60).contains(scalar.value)
        || (0x20000...0x3FFFD).contains(scalar.value)
      return sum + (isWide ? 2 : 1)
    }
  }

  /// Control characters would break the lines, or reach the terminal: a blank stands in their place.
  static func onOneLine(_ text: String) -> String {
    String(text.map { $0.unicodeScalars.contains { $0.properties.generalCategory == .control } ? " " : $0 })
  }
}

extension TextTable {
  /// A number as tables show it: `digits` significant ones, no trailing zeros, an exponent only for the very large and
  /// the very small. A missing number is blank: absent is not zero.
  static func number(_ value: Double?, digits: Int = 5) -> String {
    guard let value else { return "" }
    let isWhole = value == value.rounded() || abs(value) >= pow(10, Double(digits))
    if isWhole, abs(value) < 1e9 { return String(format: "%.0f", value) }
    return String(format: "%.\(digits)g", value)
  }
}
