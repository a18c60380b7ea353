public import Datasets
public import Interchange

/// What another program observed, by the rows of a plan: in place of a candidate's requests.
public struct ImportedAnswers: Sendable {
  /// By row, in the order in which they began.
  private var places: [Int: [Int]] = [:]
  private let run: ImportedRun
  /// Observations that are about none of the rows.
  public private(set) var unpaired = 0
  /// Rows that were known by what was asked alone.
  public private(set) var byQuestion = 0

  /// - Parameters:
  ///   - run: priced already, where costs are wanted.
  ///   - rows: those that the plan chose, in its order.
  public init(_ run: ImportedRun, rows: [DatasetRow]) {
    self.run = run
    let pairing = RowPairing(rows: rows)
    for (index, observation) in run.observations.enumerated() {
      guard let found = pairing.place(of: observation) else {
        unpaired += 1
        continue
      }
      if found.way == .question { byQuestion += 1 }
      places[found.place, default: []].append(index)
    }
  }

  /// The observation of a row that counts as the repetition, from 0; nil where there are not so many.
  public func observation(ofRow row: Int, repetition: Int) -> ImportedObservation? {
    guard let found = places[row], found.indices.contains(repetition) else { return nil }
    return run.observations[found[repetition]]
  }

  /// What the source said of it.
  public func scores(ofRow row: Int, repetition: Int) -> [ImportedScore] {
    guard let found = places[row], found.indices.contains(repetition) else { return [] }
    return run.scores.filter { $0.observation == found[repetition] }
  }
}
