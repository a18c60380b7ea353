public import Measures
public import Records

/// What a trial has said so far, and where it stands: a pure state machine over the lines of its output.
///
/// ``receive(_:)`` takes the lines in order; when the process has ended, ``outcome(_:)`` says what the trial came to.
public struct TrialSession: Sendable {
  public enum State: Sendable, Hashable {
    case awaitingStart, running, finished
    case failed(TrialFailure)
  }

  /// More than any honest trial has; what comes on top fails the trial and not the runner's memory.
  static let maximumSteps = 2_000_000
  static let maximumSamples = 2_000_000
  static let maximumDocuments = 1_000_000
  static let maximumNamedMeasures = 10_000

  /// The work the study asks of each trial.
  public let work: WorkPlan
  public private(set) var state: State = .awaitingStart
  public private(set) var started: TrialEvent.Started?
  public private(set) var steps: [StepObservation] = []
  /// The trial's own readings, such as its allocator's bytes.
  public private(set) var samples: [ResourceSample] = []
  public private(set) var heldOut: HeldOutEvidence?
  public private(set) var memoryParts: MemoryParts?
  /// Measures that the trial named itself, in the order in which they first came.
  public private(set) var named: [TrialEvent.Named] = []
  /// The last lines that were no events.
  public private(set) var log = LogTail()
  /// Tokens of the steps so far, by phase.
  public private(set) var tokens: [StepObservation.Phase: Int] = [:]

  private var lastIndex: [StepObservation.Phase: Int] = [:]
  private var hasSaidFailed = false

  public init(work: WorkPlan) { self.work = work }

  /// What the trial's process has still to do.
  public var verdict: TrialVerdict {
    switch state {
    case .awaitingStart, .running: .carryOn
    case .finished: .leave
    case .failed: hasSaidFailed ? .leave : .end
    }
  }

  /// Tokens of the prefill steps that are no warm-up.
  public private(set) var promptTokens = 0
  private var generatedTokens = 0

  /// Tokens that count as the study's work: trained ones, or for a trial that trains nothing the ones it read and wrote;
  /// where the plan counts generated tokens, those of the decode steps that are no warm-up.
  public var workTokens: Int {
    if work.unit == .generated { return generatedTokens }
    return tokens[.train] ?? ((tokens[.prefill] ?? 0) + (tokens[.decode] ?? 0))
  }

  public mutating func receive(_ output: TrialOutput) {
    switch output {
    case .log(let text): log.append(text)
    case .malformed(let reason): violate(reason)
    case .event(let event): receive(event)
    }
  }

  private mutating func receive(_ event: TrialEvent) {
    if case .failed = state { return }
    if state == .finished { return violate("an event came after \"finished\"") }
    if case .started(let started) = event { return start(started) }
    // A trial that cannot even begin says why as well.
    if case .failed(let failure) = event { return fail(failure) }
    guard state == .running else { return violate("an event came before \"started\"") }
    switch event {
    case .started: break
    case .step(let step): take(step)
    case .sample(let sample):
      guard samples.count < Self.maximumSamples else {
        return violate("more than \(Self.maximumSamples) samples were reported")
      }
      samples.append(sample)
    case .heldOut(let evidence): take(evidence)
    case .memory(let parts): memoryParts = parts
    case .measure(let measure):
      guard measure.count >= 0 else { return violate("the measure \(measure.id) has a negative count") }
      if let known = named.firstIndex(where: { $0.id == measure.id }) {
        named[known] = measure
      } else if named.count < Self.maximumNamedMeasures {
        named.append(measure)
      } else {
        violate("more than \(Self.maximumNamedMeasures) measures were named")
      }
    case .finished: finish()
    case .failed: break
    }
  }

  private mutating func fail(_ failed: TrialEvent.Failed) {
    hasSaidFailed = true
    state = .failed(TrialFailure(kind: failed.kind, message: failed.message, step: failed.step))
  }

  private mutating func start(_ event: TrialEvent.Started) {
    guard state == .awaitingStart else { return violate("\"started\" came twice") }
    guard event.protocolVersion == 1 else {
      return violate("the trial speaks protocol \(event.protocolVersion); this version speaks 1")
    }
    started = event
    state = .running
    if let planned = event.plannedTokens, !isDue(planned) {
      state = .failed(unequalWork("plans \(planned)"))
    }
  }

  private mutating func take(_ step: StepObservation) {
    guard steps.count < Self.maximumSteps else { return violate("more than \(Self.maximumSteps) steps were reported") }
    guard step.tokens >= 0, step.samples >= 0, step.index >= 0 else {
      return violate("step \(step.index) has a negative count")
    }
    guard step.endNanoseconds >= step.startNanoseconds else {
      return violate("step \(step.index) ends before it starts")
    }
    if let last = steps.last, step.startNanoseconds < last.startNanoseconds {
      return violate("step \(step.index) starts before the step before it")
    }
    if let last = lastIndex[step.phase], step.index <= last {
      return violate("step \(step.index) came after step \(last) of the same phase")
    }
    let (sum, overflow) = (tokens[step.phase] ?? 0).addingReportingOverflow(step.tokens)
    guard !overflow else { return violate("the tokens of step \(step.index) are more than can be counted") }
    if let loss = step.loss, !loss.isFinite {
      state = .failed(
        TrialFailure(kind: "diverged", message: "the loss of step \(step.index) is \(loss)", step: step.index))
      return
    }
    lastIndex[step.phase] = step.index
    tokens[step.phase] = sum
    // Never more than the sums above, which did not overflow.
    if !step.isWarmup, step.phase == .prefill { promptTokens += step.tokens }
    if !step.isWarmup, step.phase == .decode { generatedTokens += step.tokens }
    steps.append(step)
  }

  private mutating func take(_ evidence: HeldOutEvidence) {
    guard evidence.documents.count <= Self.maximumDocuments else {
      return violate("more than \(Self.maximumDocuments) held-out documents were reported")
    }
    for document in evidence.documents {
      guard document.tokens >= 0, (document.bytes ?? 0) >= 0 else {
        return violate("the held-out document \(document.id.prefix(100)) has a negative count")
      }
      guard document.negativeLogLikelihood.isFinite else {
        state = .failed(
          TrialFailure(
            kind: "diverged",
            message: "the held-out loss of \(document.id.prefix(100)) is \(document.negativeLogLikelihood)",
            step: steps.last?.index))
        return
      }
    }
    heldOut = evidence
  }

  private mutating func finish() {
    state = isDue(workTokens) ? .finished : .failed(unequalWork("did \(workTokens)"))
  }

  /// The last step may be left out, whole or cut short: within one step of the plan is the plan's work.
  private func isDue(_ tokens: Int) -> Bool {
    work.unit == .generated ? tokens == work.tokens : abs(tokens - work.tokens) < work.tokensPerStep
  }

  private func unequalWork(_ what: String) -> TrialFailure {
    TrialFailure(
      kind: "unequal-work",
      message: work.unit == .generated
        ? "the study asks for \(work.tokens) generated tokens (\(work.requests) requests of \(work.sequenceLength)); "
          + "the trial \(what)"
        : "the study asks for \(work.tokens) tokens (\(work.steps) steps of \(work.tokensPerStep)); "
          + "the trial \(what)",
      step: steps.last?.index)
  }

  private mutating func violate(_ reason: String) {
    if case .failed = state { return }
    state = .failed(TrialFailure(kind: "protocol", message: reason, step: steps.last?.index))
  }
}

/// The last lines of a log, never more than a few kilobytes.
public struct LogTail: Sendable, Hashable {
  static let maximumLines = 40
  static let maximumLineBytes = 500

  public private(set) var lines: [String] = []

  public init() {}

  public mutating func append(_ line: String) {
    lines.append(line.utf8.count > Self.maximumLineBytes ? String(line.prefix(Self.maximumLineBytes)) + "..." : line)
    if lines.count > Self.maximumLines { lines.removeFirst(lines.count - Self.maximumLines) }
  }
}
