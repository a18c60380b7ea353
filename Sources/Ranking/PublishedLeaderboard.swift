import Foundation
import Measures

/// The published results of arXiv 2505.13840: its leaderboard's ranks, and the raw rows that are known.
///
/// They are compiled into the program (`Resources/published-leaderboard.json`), so that it can be copied alone.
public struct PublishedLeaderboard: Sendable {
  public struct Group: Sendable, Hashable {
    public let name: String
    /// By rank of performance, then by name.
    public let methods: [Method]
  }

  public struct Method: Sendable, Hashable {
    public let name: String
    /// By column. Without an entry where nothing was published.
    public let ranks: [String: Int]
  }

  public let about: String
  public let columns: [String]
  public let groups: [Group]
  /// By the name of the raw table, such as `attention_1.5B`.
  public let raw: [String: RankingTable]
  /// Sentences; each begins with the group and the column it is about.
  public let knownDisagreements: [String]

  public static let shared: PublishedLeaderboard = {
    do {
      return try PublishedLeaderboard(json: Data(PackageResources.published_leaderboard_json))
    } catch {
      preconditionFailure("the built-in leaderboard cannot be read: \(error)")
    }
  }()

  /// The order in which the paper goes through its axes.
  private static let axes = ["attention", "posenc", "moe", "attention_free", "peft", "quant"]

  /// - Throws: a decoding error, or ``TableError`` when a row has not one cell a column.
  init(json: Data) throws {
    let file = try JSONDecoder().decode(File.self, from: json)
    about = file.about
    columns = file.rankColumns
    knownDisagreements = file.knownDisagreements
    groups = try file.groups.map { name, methods in
      Group(
        name: name,
        methods: try methods.map { method, ranks in
          Method(name: method, ranks: try Self.pair(file.rankColumns, with: ranks))
        }.sorted { (Self.place($0), $0.name) < (Self.place($1), $1.name) })
    }.sorted { (Self.place($0), Self.size($0), $0.name) < (Self.place($1), Self.size($1), $1.name) }
    raw = try file.raw.mapValues { table in
      RankingTable(
        columns: table.columns.map { .init(name: $0, direction: MeasureCatalogue.direction(forColumn: $0)) },
        rows: try table.rows.sorted { $0.key < $1.key }.map { method, values in
          .init(group: RankingTable.wholeTable, method: method, values: try Self.pair(table.columns, with: values))
        })
    }
  }

  private static func place(_ method: Method) -> Int { method.ranks["Performance"] ?? .max }

  private static func place(_ group: Group) -> Int {
    axes.lastIndex { group.name.hasPrefix($0) } ?? axes.count
  }

  /// The billions of parameters at which a group's bucket begins: 14 of `peft_14B-24B`.
  private static func size(_ group: Group) -> Double {
    let bucket = group.name.split(separator: "_").last ?? ""
    return Double(bucket.prefix { $0.isNumber || $0 == "." }) ?? 0
  }

  private static func pair<Value>(_ columns: [String], with cells: [Value?]) throws -> [String: Value] {
    if cells.count != columns.count { throw TableError.cellCount(line: 0, found: cells.count, expected: columns.count) }
    return Dictionary(zip(columns, cells).compactMap { column, cell in cell.map { (column, $0) } }) { first, _ in first
    }
  }
}

extension PublishedLeaderboard {
  /// Whether our ranking of the raw rows gives a published column.
  public struct Reproduction: Sendable, Hashable {
    public let group: String
    public let column: String
    public let published: [String: Int]
    public let ours: [String: Int]

    public var isReproduced: Bool { published == ours }
  }

  /// Each published column whose raw rows are known, ranked again among the leaderboard's methods. A raw row of a
  /// method that the leaderboard leaves out is left out.
  public func reproductions() -> [Reproduction] {
    groups.flatMap { group -> [Reproduction] in
      guard let table = rawTable(of: group) else { return [] }
      let names = Set(group.methods.map(\.name))
      let ranking = RankingTable(columns: table.columns, rows: table.rows.filter { names.contains($0.method) }).ranked()
      return columns.compactMap { column in
        let published = group.methods.reduce(into: [String: Int]()) { $0[$1.name] = $1.ranks[column] }
        let source = table.columns.first { Self.leaderboardColumn($0.name) == column }
        guard let source, !published.isEmpty else { return nil }
        let ours = ranking.flatMap(\.methods).reduce(into: [String: Int]()) { $0[$1.method] = $1.ranks[source.name] }
        return Reproduction(group: group.name, column: column, published: published, ours: ours)
      }
    }
  }

  /// The group and column that ``knownDisagreements`` name, such as `moe TT`.
  public var disagreeingColumns: Set<String> {
    Set(knownDisagreements.compactMap { $0.split(separator: ":").first.map(String.init) })
  }

  /// The raw rows of a group: a table of the same name, or of that name with a model size behind it.
  private func rawTable(of group: Group) -> RankingTable? {
    raw.first { name, _ in
      guard name.hasPrefix(group.name) else { return false }
      let rest = name.dropFirst(group.name.count)
      return rest.isEmpty || rest.first == "_" && rest.dropFirst().first?.isNumber == true
    }?.value
  }

  private static func leaderboardColumn(_ name: String) -> String? {
    MeasureCatalogue.measure(forColumn: name).map { String($0.id.rawValue.prefix { $0 != "." }) }
  }
}

/// The file as it is written.
private struct File: Decodable {
  struct RawTable: Decodable {
    let columns: [String]
    let rows: [String: [Double?]]

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      columns = try container.decode([String].self, forKey: Key(stringValue: "columns"))
      rows = try container.allKeys.filter { $0.stringValue != "columns" }.reduce(into: [:]) { rows, key in
        rows[key.stringValue] = try container.decode([Double?].self, forKey: key)
      }
    }
  }

  struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  let about: String
  let rankColumns: [String]
  let groups: [String: [String: [Int?]]]
  let raw: [String: RawTable]
  let knownDisagreements: [String]

  enum CodingKeys: String, CodingKey {
    case about, groups, raw
    case rankColumns = "rank_columns"
    case knownDisagreements = "known_disagreements"
  }
}
