public import Foundation
public import Measures

/// A study as it was asked for. A changed plan is a new record under the same name.
public struct StudyRecord: Sendable, Codable, Hashable, Identifiable {
  public var id: Int64?
  public var name: String
  /// SHA-256 of the plan's canonical form.
  public var digest: String
  public var question: String
  /// The YAML text as the user wrote it.
  public var plan: String
  /// The command line that reproduces it.
  public var command: String
  public var createdAt: Date

  public init(
    id: Int64? = nil, name: String, digest: String, question: String, plan: String, command: String, createdAt: Date
  ) {
    self.id = id
    self.name = name
    self.digest = digest
    self.question = question
    self.plan = plan
    self.command = command
    self.createdAt = createdAt
  }
}

/// What a cell is called and what was varied in it.
public struct CellRecord: Sendable, Codable, Hashable {
  /// A digest of everything that decides the cell's outcome but the seed.
  public var key: String
  /// What the tables call it, such as "GQA".
  public var method: String
  /// The base it stands on, such as "tiny".
  public var model: String
  /// The varied values and the base, as text.
  public var settings: [String: String]

  public init(key: String, method: String, model: String, settings: [String: String]) {
    self.key = key
    self.method = method
    self.model = model
    self.settings = settings
  }
}

/// Where a number was made: hardware, versions, data, settings. Plain text under plain names, in sections.
public struct Manifest: Sendable, Codable, Hashable {
  /// Section ("hardware", "software", "data", "settings", "measuring") to name to value.
  public var sections: [String: [String: String]]

  public init(sections: [String: [String: String]] = [:]) { self.sections = sections }
}

public struct TrialFailure: Sendable, Codable, Hashable {
  /// A short machine-readable kind: "diverged", "crashed", "out-of-memory", "timed-out", "protocol",
  /// "unequal-work", "interrupted".
  public var kind: String
  public var message: String
  public var step: Int?

  public init(kind: String, message: String, step: Int? = nil) {
    self.kind = kind
    self.message = message
    self.step = step
  }
}

public enum TrialStatus: String, Sendable, Codable, Hashable {
  case running, finished, failed
}

/// One run of one cell with one seed.
public struct TrialRecord: Sendable, Codable, Hashable, Identifiable {
  public var id: Int64?
  public var studyID: Int64
  public var cell: CellRecord
  public var seed: Int
  public var attempt: Int
  public var status: TrialStatus
  public var failure: TrialFailure?
  public var startedAt: Date
  public var finishedAt: Date?
  public var manifest: Manifest
  /// Present when the trial finished.
  public var evidence: TrialEvidence?
  public var measures: [MeasureID: MeasuredValue]
  /// Units of the measures that the trial named itself and the catalogue does not know.
  public var reportedUnits: [MeasureID: Measures.Unit]

  public init(
    id: Int64? = nil, studyID: Int64, cell: CellRecord, seed: Int, attempt: Int = 1, status: TrialStatus,
    failure: TrialFailure? = nil, startedAt: Date, finishedAt: Date? = nil, manifest: Manifest = Manifest(),
    evidence: TrialEvidence? = nil, measures: [MeasureID: MeasuredValue] = [:],
    reportedUnits: [MeasureID: Measures.Unit] = [:]
  ) {
    self.id = id
    self.studyID = studyID
    self.cell = cell
    self.seed = seed
    self.attempt = attempt
    self.status = status
    self.failure = failure
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.manifest = manifest
    self.evidence = evidence
    self.measures = measures
    self.reportedUnits = reportedUnits
  }
}
