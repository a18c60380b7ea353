import Records

/// Which of a study's trials count: one for each seed of each cell, and what its methods are called.
struct TrialSelection: Sendable {
  /// A cell with the trials that count.
  struct Member: Sendable {
    let cell: CellRecord
    /// Unique within the group.
    let label: String
    /// One a seed, ascending by seed.
    let finished: [TrialRecord]
  }

  /// The cells that stand on one model, in the order in which they first ran.
  struct Group: Sendable {
    let model: String
    let members: [Member]
  }

  let groups: [Group]
  /// The last attempt of every seed of every cell, or the last finished one where one finished.
  let counted: [TrialRecord]
  private let labels: [String: String]

  init(_ trials: [TrialRecord]) {
    var order: [String] = []
    var attempts: [String: [Int: [TrialRecord]]] = [:]
    for trial in trials {
      if attempts[trial.cell.key] == nil { order.append(trial.cell.key) }
      attempts[trial.cell.key, default: [:]][trial.seed, default: []].append(trial)
    }

    var counted: [TrialRecord] = []
    var cells: [(cell: CellRecord, finished: [TrialRecord])] = []
    for key in order {
      let seeds = attempts[key, default: [:]].sorted { $0.key < $1.key }
      var finished: [TrialRecord] = []
      for (_, tries) in seeds {
        let inOrder = tries.sorted { ($0.attempt, $0.id ?? 0) < ($1.attempt, $1.id ?? 0) }
        guard let last = inOrder.last else { continue }
        let done = inOrder.last { $0.status == .finished }
        counted.append(done ?? last)
        if let done { finished.append(done) }
      }
      if let cell = seeds.first?.value.first?.cell { cells.append((cell, finished)) }
    }

    var models: [String] = []
    for (cell, _) in cells where !models.contains(cell.model) { models.append(cell.model) }
    var labels: [String: String] = [:]
    groups = models.map { model in
      let members = cells.filter { $0.cell.model == model }
      let names = Self.labels(for: members.map(\.cell))
      return Group(
        model: model,
        members: zip(members, names).map { member, name in
          labels[member.cell.key] = name
          return Member(cell: member.cell, label: name, finished: member.finished)
        })
    }
    self.labels = labels
    self.counted = counted
  }

  func label(of trial: TrialRecord) -> String { labels[trial.cell.key] ?? trial.cell.method }

  /// The methods' names; where two cells share one, each gets the settings in which they differ.
  static func labels(for cells: [CellRecord]) -> [String] {
    let labels = cells.map { cell in
      let namesakes = cells.filter { $0.method == cell.method }
      guard namesakes.count > 1 else { return cell.method }
      let keys = Set(namesakes.flatMap(\.settings.keys)).sorted()
      let varied = keys.filter { key in Set(namesakes.map { $0.settings[key] }).count > 1 }
      if varied.isEmpty { return cell.method }
      return "\(cell.method) (\(varied.map { "\($0) \(cell.settings[$0] ?? "unset")" }.joined(separator: ", ")))"
    }
    return labels.enumerated().map { index, label in
      let earlier = labels[..<index].count { $0 == label }
      return earlier == 0 ? label : "\(label) #\(earlier + 1)"
    }
  }
}
