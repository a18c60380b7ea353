import Datasets
import Foundation

/// Datasets for people.
enum DatasetRendering {
  static func addition(_ addition: DatasetAddition, of imported: ImportedRows) -> String {
    let version = addition.version
    var lines = ["\(version.name)@\(version.number)  sha256:\(version.hash.short)"]
    if addition.isNew {
      lines.append("rows     \(version.rowCount): \(addition.addedRows) added, \(addition.removedRows) removed")
    } else {
      lines.append("rows     \(version.rowCount): these very rows are there already, so no version was made")
    }
    lines.append("columns  " + imported.mapping.joined(separator: ", "))
    if !imported.unusedColumns.isEmpty {
      lines.append(
        "unused   " + shortened(imported.unusedColumns.joined(separator: ", "), to: 200)
          + " (--map or --rest-as-metadata takes them)")
    }
    return lines.map(TextTable.onOneLine).joined(separator: "\n")
  }

  static func versions(_ versions: [DatasetVersion]) -> String {
    var table = TextTable([
      .left("version"), .left("hash"), .right("rows"), .left("added"), .left("how"), .left("file"),
    ])
    for version in versions {
      table.append([
        "\(version.name)@\(version.number)", "sha256:\(version.hash.short)", "\(version.rowCount)",
        version.added.formatted(.iso8601), version.mode.rawValue, version.source.file,
      ])
    }
    return table.render()
  }

  static func shown(_ version: DatasetVersion, _ contents: DatasetContents) -> String {
    var lines = [
      "dataset  \(version.name)@\(version.number)", "pinned   \(version.pinned)", "rows     \(version.rowCount)",
      "source   \(version.source.file), \(version.source.bytes) bytes, sha256:\(version.source.hash.short)",
      "columns  \(version.mapping.joined(separator: ", "))",
    ]
    let parts = [
      ("id", contents.withID), ("input", contents.withText), ("messages", contents.withMessages),
      ("expected", contents.withExpected), ("context", contents.withContext), ("trajectory", contents.withTrajectory),
      ("labels", contents.withLabels), ("judged", contents.withJudged),
    ].filter { $0.1 > 0 }
    lines.append("with     " + parts.map { "\($0.0) \($0.1)" }.joined(separator: ", "))
    let labels = contents.labels.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    if !labels.isEmpty { lines.append("labels   " + labels.joined(separator: ", ")) }
    guard !contents.metadata.isEmpty else { return lines.map(TextTable.onOneLine).joined(separator: "\n") }
    var table = TextTable([.left("metadata"), .left("rows"), .right("distinct"), .left("frequent")])
    for field in contents.metadata {
      let kinds = field.rows.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
      let frequent = field.frequent.map { shortened($0, to: 20) }.joined(separator: ", ")
      table.append([shortened(field.name, to: 40), kinds, "\(field.distinct)", frequent])
    }
    return lines.map(TextTable.onOneLine).joined(separator: "\n") + "\n\n" + table.render()
  }

  static func rows(_ selection: RowSelection, limit: Int) -> String {
    var table = TextTable([.left("row"), .left("input"), .left("expected"), .left("metadata")])
    for row in selection.rows.prefix(limit) {
      let metadata = row.metadata.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
      table.append([
        name(row), shortened(row.input.question, to: 60), shortened(row.expected.first ?? "", to: 30),
        shortened(metadata, to: 50),
      ])
    }
    let dataset = selection.dataset
    var count = "\(selection.rows.count) of \(dataset.rowCount) rows of \(dataset.name)@\(dataset.number)"
    if selection.rows.count > limit { count += ", the first \(limit) shown" }
    return table.render() + "\n" + count
  }

  /// Few characters on one line.
  static func shortened(_ text: String, to length: Int) -> String {
    text.count > length ? text.prefix(length - 1) + "…" : text
  }

  private static func name(_ row: DatasetRow) -> String {
    row.id.map { shortened($0, to: 24) } ?? "sha256:\(row.hash.short)"
  }
}

/// What lies between two versions.
extension DatasetRendering {
  struct Difference: Encodable {
    struct Row: Encodable {
      var row: String
      var hash: String
    }

    struct Change: Encodable {
      var row: String
      var before: String
      var after: String
      var parts: [String]
    }

    var before: DatasetSummary
    var after: DatasetSummary
    var added: [Row]
    var removed: [Row]
    var changed: [Change]
    var unchanged: Int
    var reordered: Bool

    init(_ diff: DatasetDiff) {
      func row(_ row: DatasetRow) -> Row { Row(row: row.identity, hash: "sha256:\(row.hash)") }
      before = DatasetSummary(diff.before)
      after = DatasetSummary(diff.after)
      added = diff.added.map(row)
      removed = diff.removed.map(row)
      changed = diff.changed.map {
        Change(
          row: $0.after.identity, before: "sha256:\($0.before.hash)", after: "sha256:\($0.after.hash)", parts: $0.parts)
      }
      unchanged = diff.unchanged
      reordered = diff.isReordered
    }
  }

  static func diff(_ diff: DatasetDiff, limit: Int) -> String {
    let names = "\(diff.before.name)@\(diff.before.number) and \(diff.after.name)@\(diff.after.number)"
    if diff.isEmpty { return "\(names) have the same \(diff.unchanged) rows" }
    var table = TextTable([.left(""), .left("row"), .left("what"), .left("input")])
    func append(_ sign: String, _ row: DatasetRow, _ what: String) {
      if table.rows.count < limit { table.append([sign, name(row), what, shortened(row.input.question, to: 60)]) }
    }
    for row in diff.removed { append("-", row, "removed") }
    for change in diff.changed { append("~", change.after, shortened(change.parts.joined(separator: ", "), to: 60)) }
    for row in diff.added { append("+", row, "added") }
    let total = diff.removed.count + diff.changed.count + diff.added.count
    var summary =
      "\(names): \(diff.added.count) added, \(diff.removed.count) removed, \(diff.changed.count) changed, "
      + "\(diff.unchanged) unchanged"
    if diff.isReordered { summary += ", in another order" }
    if total > limit { summary += "; the first \(limit) shown" }
    return table.rows.isEmpty ? summary : table.render() + "\n" + summary
  }
}
