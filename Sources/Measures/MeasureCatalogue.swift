/// Every measure there is, in the order in which tables show them.
public enum MeasureCatalogue {
  public static let all: [Measure] = []

  /// Computes every measure of the catalogue over one trial.
  public static func evaluate(_ evidence: TrialEvidence) -> [MeasureID: MeasuredValue] {
    Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0.compute(evidence)) })
  }

  public static subscript(id: MeasureID) -> Measure? { all.first { $0.id == id } }
}
