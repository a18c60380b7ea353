import Measures

/// The methods of one group, compared: per column the mean of the raw values over the group's models, and its rank.
public struct GroupRanking: Sendable, Hashable {
  public struct Standing: Sendable, Hashable {
    public let method: String
    /// The raw mean by the column's name. Without an entry where it would be blank.
    public let values: [String: Double]
    /// By the column's name, for ranked columns and where there is a value.
    public let ranks: [String: Int]

    public init(method: String, values: [String: Double], ranks: [String: Int]) {
      self.method = method
      self.values = values
      self.ranks = ranks
    }
  }

  public let group: String
  public let columns: [RankingTable.Column]
  /// In the order of the table.
  public let methods: [Standing]
  /// Means that compare different models.
  public let notes: [String]

  public func values(of column: String) -> [Double?] { methods.map { $0.values[column] } }
}

extension RankingTable {
  /// Ranks the methods of each group, in the order of the table.
  ///
  /// Each mean is over the models for which the method has a value; a method with none stays blank and unranked. Means over
  /// different models are not quite comparable: a note names each method that lacks a model another one has, so that no
  /// rank rests on it unseen. Where no two methods share a model (as when the table compares models of different sizes)
  /// one note says that.
  public func ranked() -> [GroupRanking] {
    rows.map(\.group).uniqued().map { group in
      GroupRanking(group: group, columns: columns, rows: rows.filter { $0.group == group })
    }
  }
}

extension GroupRanking {
  fileprivate init(group: String, columns: [RankingTable.Column], rows: [RankingTable.Row]) {
    let methods = rows.map(\.method).uniqued()
    let rowsOf = Dictionary(grouping: rows, by: \.method)
    let models = rows.map(\.model)
    let sharesNoModel = Set(models).count == models.count && methods.count > 1
    var notes: [String] = []
    if sharesNoModel {
      notes.append("\(Self.prefix(group))no two methods share a model: each mean is over the method's own models")
    }

    var values: [String: [String: Double]] = [:]
    var ranks: [String: [String: Int]] = [:]
    for column in columns {
      let measured = Set(rows.filter { $0.values[column.name] != nil }.map(\.model))
      let means = methods.map { method -> Double? in
        let present = rowsOf[method]!.filter { $0.values[column.name] != nil }
        let wanted = sharesNoModel ? measured.intersection(rowsOf[method]!.map(\.model)) : measured
        let missing = wanted.subtracting(present.map(\.model)).sorted()
        if !present.isEmpty && !missing.isEmpty {
          notes.append(
            "\(Self.prefix(group))\(column.name) of \(method) is a mean over \(present.count) of "
              + "\(present.count + missing.count) models: it has no value for "
              + missing.map { "model '\($0)'" }.joined(separator: ", ") + ". Its rank compares different models")
        }
        return DecimalMean.of(present.map { $0.values[column.name]! })
      }
      let places = column.direction.map { CompetitionRanking.ranks(means, $0) }
      for (index, method) in methods.enumerated() {
        values[method, default: [:]][column.name] = means[index]
        ranks[method, default: [:]][column.name] = places?[index]
      }
    }
    self.init(
      group: group, columns: columns,
      methods: methods.map { Standing(method: $0, values: values[$0] ?? [:], ranks: ranks[$0] ?? [:]) }, notes: notes)
  }

  private static func prefix(_ group: String) -> String { group == RankingTable.wholeTable ? "" : "\(group): " }
}

extension Sequence where Element: Hashable {
  /// The elements in order, each once.
  func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
