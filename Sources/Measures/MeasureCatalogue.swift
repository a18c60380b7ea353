/// Every measure there is, in the order in which tables show them.
///
/// To add one: declare it in the file of its family under `Catalogue/`, and name it in the family's `all`.
public enum MeasureCatalogue {
  public static let all: [Measure] =
    Performance.all + MemoryUtilisation.all + ComputeUtilisation.all + Latency.all + Throughput.all
    + InferenceThroughput.all + Energy.all + CompressionRate.all

  /// Computes every measure of the catalogue over one trial.
  public static func evaluate(_ evidence: TrialEvidence) -> [MeasureID: MeasuredValue] {
    all.reduce(into: [:]) { $0[$1.id] = $1.compute(evidence) }
  }

  public static subscript(id: MeasureID) -> Measure? { byID[id] }

  private static let byID = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })
}
