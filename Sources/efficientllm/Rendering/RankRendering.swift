import Foundation
import Measures
import Ranking

/// A ranked table as text, JSON or CSV. Raw values come first, ranks beside them, derived numbers after.
struct RankRendering {
  let table: RankingTable
  let groups: [GroupRanking]
  let withScore: Bool
  /// Nil when no frontier was asked for.
  let frontierColumns: [RankingTable.Column]?

  /// What the reader should know; for people it goes to standard error.
  var notes: [String] { table.notes + groups.flatMap(\.notes) + (withScore ? [PublishedScore.erratum] : []) }

  // MARK: For people

  func text() -> String {
    groups.map { group in
      var parts = [group.group == RankingTable.wholeTable ? nil : group.group, ranks(group)]
      if withScore { parts.append(scores(group)) }
      if let frontierColumns { parts.append(frontier(group, frontierColumns)) }
      return parts.compactMap { $0 }.joined(separator: "\n")
    }.joined(separator: "\n\n")
  }

  private func ranks(_ group: GroupRanking) -> String {
    var text = TextTable(
      [.left("method")]
        + group.columns.flatMap { $0.direction == nil ? [.right($0.name)] : [.right($0.name), .right("rank")] })
    for method in group.methods {
      text.append(
        [method.method]
          + group.columns.flatMap { column in
            let value = TextTable.number(method.values[column.name], digits: 6)
            return column.direction == nil ? [value] : [value, method.ranks[column.name].map(String.init) ?? ""]
          })
    }
    return text.render()
  }

  private func scores(_ group: GroupRanking) -> String {
    let columns = group.columns.filter { $0.direction != nil }
    var text = TextTable(
      [.left("method")] + columns.map { .right($0.name) } + [.right("efficiency score")])
    let scores = group.efficiencyScores()
    for (index, normalised) in table.normalised(group).enumerated() {
      text.append(
        [group.methods[index].method] + columns.map { TextTable.number(normalised[$0.name], digits: 4) }
          + [TextTable.number(scores[index].quantity?.value, digits: 4)])
    }
    var lines = ["", "normalised over the whole table, 1 is best and 0.1 worst", text.render()]
    let reasons = Dictionary(grouping: zip(group.methods, scores), by: { $0.1.absenceReason ?? "" })
    for (reason, members) in reasons.sorted(by: { $0.key < $1.key }) where !reason.isEmpty {
      let isEveryone = members.count == group.methods.count
      lines.append(
        "no efficiency score\(isEveryone ? "" : " for " + members.map(\.0.method).joined(separator: ", ")): \(reason)")
    }
    return lines.joined(separator: "\n")
  }

  private func frontier(_ group: GroupRanking, _ columns: [RankingTable.Column]) -> String {
    let frontier = group.frontier(columns)
    var text = TextTable([.left("method")] + columns.map { .right($0.name) } + [.left("frontier")])
    for method in group.methods {
      let standing =
        frontier.absent.contains(method.method)
        ? "no value"
        : frontier.dominatedBy[method.method].map { "dominated by \($0.joined(separator: ", "))" } ?? "on it"
      text.append([method.method] + columns.map { TextTable.number(method.values[$0.name], digits: 6) } + [standing])
    }
    return "\n" + text.render()
  }

  // MARK: For programs

  func json() throws -> String {
    let document = Document(
      groups: groups.map { group in
        let normalised = table.normalised(group)
        let scores = group.efficiencyScores()
        let frontier = frontierColumns.map { group.frontier($0) }
        let ranked = group.columns.filter { $0.direction != nil }.map(\.name)
        return Document.Group(
          group: group.group,
          methods: group.methods.enumerated().map { index, method in
            let isOnFrontier = frontier?.members.contains(method.method) == true
            return Document.Method(
              method: method.method, values: Blankable(method.values, over: group.columns.map(\.name)),
              ranks: Blankable(method.ranks, over: ranked),
              score: withScore
                ? .init(normalised: Blankable(normalised[index], over: ranked), value: scores[index]) : nil,
              dominatedBy: isOnFrontier ? [] : frontier?.dominatedBy[method.method])
          }, frontier: frontier?.members)
      }, frontierColumns: frontierColumns?.map(\.name), notes: notes.isEmpty ? nil : notes)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(document), as: UTF8.self)
  }

  func csv() -> String {
    let columns = table.columns
    let header =
      ["group", "method"] + columns.flatMap { $0.direction == nil ? [$0.name] : [$0.name, "\($0.name) rank"] }
    let rows = groups.flatMap { group in
      group.methods.map { method in
        [group.group, method.method]
          + columns.flatMap { column -> [String] in
            let value = method.values[column.name].map { "\($0)" } ?? ""
            return column.direction == nil ? [value] : [value, method.ranks[column.name].map(String.init) ?? ""]
          }
      }
    }
    return ([header] + rows).map { $0.map(Self.quoted).joined(separator: ",") + "\n" }.joined()
  }

  private static func quoted(_ cell: String) -> String {
    let needsQuotes = cell.utf8.contains { "\",\r\n".utf8.contains($0) }
    return needsQuotes ? "\"\(cell.replacingOccurrences(of: "\"", with: "\"\""))\"" : cell
  }
}

extension MeasuredValue {
  fileprivate var absenceReason: String? {
    if case .absent(let absence) = self { absence.reason } else { nil }
  }
}

/// Values by name in which a blank is `null`, so that every method has the same keys.
struct Blankable<Value: Encodable>: Encodable {
  private let values: [String: Value?]

  init(_ values: [String: Value], over names: [String]) {
    self.values = names.reduce(into: [:]) { $0.updateValue(values[$1], forKey: $1) }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(values)
  }
}

/// The JSON form. Keys beyond `groups`, `group`, `methods`, `method`, `values` and `ranks` are there when they were asked
/// for, and `notes` when there are any.
private struct Document: Encodable {
  struct Group: Encodable {
    let group: String
    let methods: [Method]
    /// The methods that no other dominates.
    let frontier: [String]?
  }

  struct Method {
    let method: String
    let values: Blankable<Double>
    let ranks: Blankable<Int>
    let score: Score?
    /// Those that dominate it. Nil when no frontier was asked for, or the method lacks a value.
    let dominatedBy: [String]?
  }

  struct Score {
    let normalised: Blankable<Double>
    let value: MeasuredValue
  }

  let groups: [Group]
  let frontierColumns: [String]?
  let notes: [String]?

  enum CodingKeys: String, CodingKey {
    case groups, notes
    case frontierColumns = "frontier_columns"
  }
}

extension Document.Method: Encodable {
  enum CodingKeys: String, CodingKey {
    case method, values, ranks, normalised, score
    case scoreAbsence = "score_absence"
    case dominatedBy = "dominated_by"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(method, forKey: .method)
    try container.encode(values, forKey: .values)
    try container.encode(ranks, forKey: .ranks)
    if let score {
      try container.encode(score.normalised, forKey: .normalised)
      // A number, or null with the reason beside it.
      try container.encode(score.value.quantity?.value, forKey: .score)
      try container.encodeIfPresent(score.value.absenceReason, forKey: .scoreAbsence)
    }
    try container.encodeIfPresent(dominatedBy, forKey: .dominatedBy)
  }
}
