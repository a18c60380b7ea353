public import Foundation

/// What files of another program's results hold, in our terms.
public struct ImportedRun: Sendable, Hashable {
  public var form: ImportForm
  /// The program that wrote the files, as far as they say: "lm-evaluation-harness", a service's name.
  public var source: String
  public var toolVersion: String?
  /// When the source began, where observations do not say it themselves.
  public var startedAt: Date?
  /// In the order in which they began, else as they stood in the files.
  public var observations: [ImportedObservation]
  /// What the source said of single observations.
  public var scores: [ImportedScore]
  /// What the source said of many at once, where it keeps none of them or in addition.
  public var reported: [ReportedScore]
  /// What the source says of how it was made: settings, versions, data.
  public var settings: [String: String]
  /// What was left out or mended, one sentence each, with its count.
  public var notes: [String]

  public init(
    form: ImportForm, source: String, toolVersion: String? = nil, startedAt: Date? = nil,
    observations: [ImportedObservation] = [], scores: [ImportedScore] = [], reported: [ReportedScore] = [],
    settings: [String: String] = [:], notes: [String] = []
  ) {
    self.form = form
    self.source = source
    self.toolVersion = toolVersion
    self.startedAt = startedAt
    self.observations = observations
    self.scores = scores
    self.reported = reported
    self.settings = settings
    self.notes = notes
  }
}

/// A score that the source gave to one observation. It is the source's word: nothing here was computed again.
public struct ImportedScore: Sendable, Hashable {
  /// Index into ``ImportedRun/observations``.
  public var observation: Int
  /// With whose word it is, such as "lm-eval/exact_match".
  public var evaluator: String
  /// As the source has it, in whatever range that is; nil where it has none.
  public var value: Double?
  /// From where on an answer passes, where the source says it.
  public var threshold: Double?
  /// The source's word for it, such as "pass".
  public var label: String?
  public var explanation: String?
  /// The kind of the error where the source's evaluator failed.
  public var failure: String?
  /// Nil where the source does not say it.
  public var higherIsBetter: Bool?

  public init(
    observation: Int, evaluator: String, value: Double?, threshold: Double? = nil, label: String? = nil,
    explanation: String? = nil, failure: String? = nil, higherIsBetter: Bool? = nil
  ) {
    self.observation = observation
    self.evaluator = evaluator
    self.value = value
    self.threshold = threshold
    self.label = label
    self.explanation = explanation
    self.failure = failure
    self.higherIsBetter = higherIsBetter
  }
}

/// A figure about many answers, as the source reports it.
public struct ReportedScore: Sendable, Hashable {
  public var candidate: String
  /// What it is about, such as a task's name.
  public var subject: String
  /// As the source names it, such as "exact_match,none".
  public var metric: String
  public var value: Double
  /// As the source reports it; nil where it does not.
  public var standardError: Double?
  /// Answers that went into it.
  public var count: Int?
  public var higherIsBetter: Bool?

  public init(
    candidate: String, subject: String, metric: String, value: Double, standardError: Double? = nil,
    count: Int? = nil, higherIsBetter: Bool? = nil
  ) {
    self.candidate = candidate
    self.subject = subject
    self.metric = metric
    self.value = value
    self.standardError = standardError
    self.count = count
    self.higherIsBetter = higherIsBetter
  }

  /// The figure in one line: "0.5 ± 0.29 (n = 4)".
  public var text: String {
    "\(value)" + (standardError.map { " ± \($0)" } ?? "") + (count.map { " (n = \($0))" } ?? "")
  }
}
