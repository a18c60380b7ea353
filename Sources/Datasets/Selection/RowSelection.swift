public import OpenAIWire

/// Some of a dataset's rows, with what chose them: all that a result has to name for others to get the same rows.
public struct RowSelection: Sendable {
  public let dataset: DatasetVersion
  public let cohort: Cohort?
  public let sample: RowSample?
  /// In the dataset's order.
  public let rows: [DatasetRow]
  /// How many rows the cohort has, of which the sample was taken.
  public let cohortSize: Int

  /// - Throws: ``CohortError``, ``DatasetError/badSample(reason:)``.
  public init(_ dataset: Dataset, cohort: Cohort? = nil, sample: RowSample? = nil) throws {
    self.dataset = dataset.version
    self.cohort = cohort
    self.sample = sample
    let members = try cohort?.select(dataset.rows) ?? dataset.rows
    cohortSize = members.count
    rows = try sample?.select(members) ?? members
  }

  /// What chose the rows and the hash of the list of theirs.
  public var json: JSONValue {
    .members([
      "dataset": .string(dataset.pinned), "number": .integer(dataset.number),
      "where": cohort.map { .string($0.description) },
      "sample": sample.map {
        .members([
          "count": .integer($0.count), "seed": .string("\($0.seed)"), "stratify_by": $0.stratum.map { .string($0) },
        ])
      },
      "cohort_size": .integer(cohortSize), "row_count": .integer(rows.count),
      "hash": .string(ContentHash(ofList: rows.map(\.hash)).description),
      "rows": .array(
        rows.map { .members(["identity": .string($0.identity), "hash": .string($0.hash.description), "row": $0.json]) }),
    ])
  }

  /// ``json`` in canonical form.
  public var text: String { String(decoding: CanonicalJSON.bytes(of: json), as: UTF8.self) }
}
