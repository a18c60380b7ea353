public import Measures

/// One line of the trial protocol: what a trial's process says on its standard output, as JSON, one object a line,
/// `snake_case` keys, told apart by `"event"`.
///
/// ```
/// {"event":"started","protocol":1,"name":"GQA","pid":7,"monotonic_ns":1,"baseline_resident_bytes":1,"steps_planned":9,"tokens_planned":9,"model":{...},"environment":{"torch":"2.13.0"}}
/// {"event":"step","index":0,"phase":"train","warmup":true,"start_ns":1,"end_ns":2,"tokens":4096,"samples":16,"loss":8.3}
/// {"event":"sample","monotonic_ns":1,"allocated_bytes":1}
/// {"event":"measure","id":"held-out","documents":[{"id":"emma/1","tokens":9,"nll":1.5,"bytes":30}],"unigram_perplexity":600.0}
/// {"event":"measure","id":"memory","weight_bytes":9,"cache_bytes":1,"scratch_bytes":1}
/// {"event":"measure","id":"accuracy","value":0.5,"unit":"fraction","count":100}
/// {"event":"finished","monotonic_ns":1}
/// {"event":"failed","kind":"diverged","message":"the loss is NaN","step":12}
/// ```
/// `*_ns` are nanoseconds of CLOCK_MONOTONIC (`time.monotonic_ns()` in Python). Unknown keys are ignored; an unknown
/// event, or a line that is no JSON object, is kept as log text.
public enum TrialEvent: Sendable, Hashable {
  case started(Started)
  case step(StepObservation)
  case sample(ResourceSample)
  case heldOut(HeldOutEvidence)
  case memory(MemoryParts)
  case measure(Named)
  case finished(monotonicNanoseconds: UInt64)
  case failed(Failed)

  public struct Started: Sendable, Hashable {
    public var protocolVersion: Int
    public var name: String
    public var processIdentifier: Int32?
    public var monotonicNanoseconds: UInt64
    public var baselineResidentBytes: UInt64?
    public var plannedSteps: Int?
    public var plannedTokens: Int?
    public var model: ModelAccount?
    /// Versions, data hashes and licences the trial knows of; they go into the manifest.
    public var environment: [String: String]

    public init(
      protocolVersion: Int = 1, name: String, processIdentifier: Int32? = nil, monotonicNanoseconds: UInt64,
      baselineResidentBytes: UInt64? = nil, plannedSteps: Int? = nil, plannedTokens: Int? = nil,
      model: ModelAccount? = nil, environment: [String: String] = [:]
    ) {
      self.protocolVersion = protocolVersion
      self.name = name
      self.processIdentifier = processIdentifier
      self.monotonicNanoseconds = monotonicNanoseconds
      self.baselineResidentBytes = baselineResidentBytes
      self.plannedSteps = plannedSteps
      self.plannedTokens = plannedTokens
      self.model = model
      self.environment = environment
    }
  }

  public struct Named: Sendable, Hashable {
    public var id: MeasureID
    public var value: Double
    public var unit: Unit
    public var count: Int

    public init(id: MeasureID, value: Double, unit: Unit, count: Int) {
      self.id = id
      self.value = value
      self.unit = unit
      self.count = count
    }
  }

  public struct Failed: Sendable, Hashable {
    public var kind: String
    public var message: String
    public var step: Int?

    public init(kind: String, message: String, step: Int? = nil) {
      self.kind = kind
      self.message = message
      self.step = step
    }
  }
}
