import Datasets
import Foundation

/// A version as programs read it.
struct DatasetSummary: Encodable {
  struct Source: Encodable {
    var file: String
    var form: String
    var sha256: String
    var bytes: Int
  }

  var name: String
  var number: Int
  var hash: String
  /// What results name.
  var reference: String
  /// The number of the version before; left out for the first.
  var parent: Int?
  var added: String
  var mode: String
  var rows: Int
  var mapping: [String]
  var source: Source

  init(_ version: DatasetVersion) {
    name = version.name
    number = version.number
    hash = "sha256:\(version.hash)"
    reference = version.pinned
    parent = version.parent?.number
    added = version.added.formatted(.iso8601)
    mode = version.mode.rawValue
    rows = version.rowCount
    mapping = version.mapping
    source = Source(
      file: version.source.file, form: version.source.form.rawValue, sha256: version.source.hash.description,
      bytes: version.source.bytes)
  }
}

/// The rows of a version in numbers.
struct DatasetContents: Encodable {
  struct Field: Encodable {
    var name: String
    /// How many rows have it, by the kind of what they have.
    var rows: [String: Int]
    var distinct: Int
    /// The most frequent values, up to five.
    var frequent: [String]
  }

  var withID = 0
  var withText = 0
  var withMessages = 0
  var withExpected = 0
  var withContext = 0
  var withTrajectory = 0
  var withLabels = 0
  var withJudged = 0
  /// Sorted by name.
  var metadata: [Field] = []
  /// How many labels there are, by the evaluator's name.
  var labels: [String: Int] = [:]

  init(of rows: [DatasetRow]) {
    var values: [String: [MetadataValue: Int]] = [:]
    for row in rows {
      withID += row.id == nil ? 0 : 1
      if case .text = row.input { withText += 1 } else { withMessages += 1 }
      withExpected += row.expected.isEmpty ? 0 : 1
      withContext += row.context.isEmpty ? 0 : 1
      withTrajectory += row.trajectory.isEmpty ? 0 : 1
      withLabels += row.labels.isEmpty ? 0 : 1
      withJudged += row.judged == nil ? 0 : 1
      for (name, value) in row.metadata { values[name, default: [:]][value, default: 0] += 1 }
      for label in row.labels { labels[label.name, default: 0] += 1 }
    }
    metadata = values.sorted { $0.key < $1.key }.map { name, counts in
      var kinds: [String: Int] = [:]
      for (value, count) in counts { kinds[value.kind.rawValue, default: 0] += count }
      let frequent = counts.sorted { ($1.value, $0.key.description) < ($0.value, $1.key.description) }.prefix(5)
      return Field(name: name, rows: kinds, distinct: counts.count, frequent: frequent.map(\.key.description))
    }
  }
}
