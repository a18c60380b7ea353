public import Foundation

/// One run of an evaluation: several candidates over the same rows of one version of a dataset, judged the same way.
public struct EvaluationRecord: Sendable, Codable, Hashable, Identifiable {
  public var id: Int64?
  public var name: String
  /// What tells this run from others of the same name, such as "2026-11-21".
  public var label: String
  /// SHA-256 of what was asked: the plan in canonical form, the dataset's hash and the rows chosen.
  public var digest: String
  /// The YAML as the user wrote it; empty for what was imported.
  public var plan: String
  /// The command line that reproduces it.
  public var command: String
  /// The dataset with its version, such as "support@sha256:0f3a…".
  public var dataset: String
  /// Which of its rows, as JSON; empty for all.
  public var selection: String
  public var createdAt: Date
  /// Nil while something is missing.
  public var finishedAt: Date?
  public var manifest: Manifest

  public init(
    id: Int64? = nil, name: String, label: String, digest: String, plan: String, command: String, dataset: String,
    selection: String = "", createdAt: Date, finishedAt: Date? = nil, manifest: Manifest = Manifest()
  ) {
    self.id = id
    self.name = name
    self.label = label
    self.digest = digest
    self.plan = plan
    self.command = command
    self.dataset = dataset
    self.selection = selection
    self.createdAt = createdAt
    self.finishedAt = finishedAt
    self.manifest = manifest
  }

  /// As commands name it: `support@2026-11-21`.
  public var reference: String { "\(name)@\(label)" }
}

/// A row that an evaluation asks of every candidate.
public struct EvaluationRow: Sendable, Codable, Hashable {
  /// By what results are paired: the row's own id, or `sha256:` and its hash.
  public var identity: String
  /// SHA-256 of the row's content.
  public var hash: String
  /// Rows with the same cluster belong together and are resampled together; nil for a row that stands for itself.
  public var cluster: String?

  public init(identity: String, hash: String, cluster: String? = nil) {
    self.identity = identity
    self.hash = hash
    self.cluster = cluster
  }
}

/// A model with its settings and its price, as it was asked.
public struct CandidateRecord: Sendable, Codable, Hashable, Identifiable {
  public var id: Int64?
  public var evaluationID: Int64
  public var name: String
  /// SHA-256 of everything that decides what it answers and what that costs.
  public var digest: String
  /// What requests ask for.
  public var model: String
  /// Where it was asked; without a key. Empty for what was imported.
  public var endpoint: String
  /// Temperature and the like, as text.
  public var settings: [String: String]
  /// Of the server, where it was started for the run: its command, hardware, what its load was.
  public var manifest: Manifest

  public init(
    id: Int64? = nil, evaluationID: Int64, name: String, digest: String, model: String, endpoint: String,
    settings: [String: String] = [:], manifest: Manifest = Manifest()
  ) {
    self.id = id
    self.evaluationID = evaluationID
    self.name = name
    self.digest = digest
    self.model = model
    self.endpoint = endpoint
    self.settings = settings
    self.manifest = manifest
  }
}
