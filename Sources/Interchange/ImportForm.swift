/// Whose results a file holds.
public enum ImportForm: String, Sendable, Hashable, Codable, CaseIterable {
  /// Spans of OpenTelemetry in JSON, with the names of its conventions for generative AI.
  case openTelemetry = "opentelemetry"
  /// A report of GuideLLM in JSON.
  case guideLLM = "guidellm"
  /// Results and samples of lm-evaluation-harness.
  case lmEval = "lm-eval"
  /// What `efficientllm load --output` writes.
  case load
  /// One answer a line, with the steps that led to it.
  case trajectories
}

/// What a reader of files is told besides the files.
public struct ImportOptions: Sendable, Hashable {
  /// The attribute of a span whose value says which row of a dataset it is about.
  public var rowAttribute: String
  /// The name of all observations' candidate; nil leaves it to the files.
  public var candidate: String?
  public var limits: ImportLimits

  public static let standardRowAttribute = "efficientllm.row"

  public init(
    rowAttribute: String = ImportOptions.standardRowAttribute, candidate: String? = nil,
    limits: ImportLimits = .standard
  ) {
    self.rowAttribute = rowAttribute
    self.candidate = candidate
    self.limits = limits
  }
}

/// How much is read before a file is refused. All of it is in memory at once.
public struct ImportLimits: Sendable, Hashable {
  /// Bytes of all files together.
  public var bytes: Int
  /// Values of JSON in one document.
  public var values: Int
  /// Arrays and objects inside each other.
  public var depth: Int
  /// Documents of a file: lines of JSON lines.
  public var documents: Int
  public var spans: Int
  public var observations: Int
  /// Of one observation.
  public var steps: Int
  /// Attributes that are kept of one observation, and bytes of each of their values.
  public var attributes: Int
  public var attributeBytes: Int
  /// Bytes of one answer, one input, or one tool's result.
  public var textBytes: Int

  public init(
    bytes: Int = 1 << 30, values: Int = 20_000_000, depth: Int = 64, documents: Int = 2_000_000,
    spans: Int = 2_000_000, observations: Int = 1_000_000, steps: Int = 10_000, attributes: Int = 64,
    attributeBytes: Int = 1_024, textBytes: Int = 8 << 20
  ) {
    self.bytes = bytes
    self.values = values
    self.depth = depth
    self.documents = documents
    self.spans = spans
    self.observations = observations
    self.steps = steps
    self.attributes = attributes
    self.attributeBytes = attributeBytes
    self.textBytes = textBytes
  }

  public static let standard = ImportLimits()
}
