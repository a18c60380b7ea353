import Measures
import Probes
import Records
import Testing

@testable import Studies

@Suite struct TrialSessionTests {
  private let work = WorkPlan(tokens: 4000, tokensPerStep: 1000, sequenceLength: 100, warmupSteps: 1)

  private func started(planned: Int? = nil, version: Int = 1) -> TrialEvent {
    .started(
      TrialEvent.Started(
        protocolVersion: version, name: "x", monotonicNanoseconds: 1, baselineResidentBytes: 5, plannedTokens: planned))
  }

  private func step(
    _ index: Int, _ phase: StepObservation.Phase = .train, tokens: Int = 1000, start: UInt64? = nil,
    end: UInt64? = nil, loss: Double? = nil
  ) -> TrialEvent {
    let start = start ?? UInt64(max(0, index)) * 10
    return .step(
      StepObservation(
        index: index, phase: phase, startNanoseconds: start, endNanoseconds: end ?? start + 5, tokens: tokens,
        samples: 1, loss: loss))
  }

  private func session(_ events: [TrialEvent]) -> TrialSession {
    var session = TrialSession(work: work)
    for event in events { session.receive(.event(event)) }
    return session
  }

  private func failure(_ events: [TrialEvent]) -> TrialFailure? {
    if case .failed(let failure) = session(events).state { failure } else { nil }
  }

  private let finished = TrialEvent.finished(monotonicNanoseconds: 100)

  @Test func awholeTrialFinishes() {
    let events = [started(planned: 4000)] + (0..<4).map { step($0, loss: 5) } + [finished]
    let session = session(events)
    #expect(session.state == .finished)
    #expect(session.verdict == .leave)
    #expect(session.workTokens == 4000)
    #expect(session.outcome(.exited(0)) == .finished)
  }

  @Test(arguments: [3001, 3999, 4000, 4999])
  func workWithinAStepOfThePlanIsThePlans(_ tokens: Int) {
    #expect(session([started(planned: tokens), step(0, tokens: tokens), finished]).state == .finished)
  }

  @Test(arguments: [0, 3000, 5000, 400_000])
  func otherWorkIsRefused(_ tokens: Int) {
    #expect(failure([started(), step(0, tokens: tokens), finished])?.kind == "unequal-work")
    let early = failure([started(planned: tokens)])
    #expect(early?.kind == "unequal-work")
    #expect(early?.message.contains("4000") == true)
    #expect(session([started(planned: tokens)]).verdict == .end)
  }

  @Test func aTrialThatTrainsNothingIsHeldToWhatItReadAndWrote() {
    let events = [
      started(), step(0, .prefill, tokens: 3500), step(0, .decode, tokens: 500, start: 9), step(0, .evaluate, start: 9),
      finished,
    ]
    #expect(session(events).state == .finished)
  }

  @Test func evaluationIsNoWork() {
    let events = [started()] + (0..<4).map { step($0) } + [step(0, .evaluate, tokens: 9999, start: 99), finished]
    #expect(session(events).state == .finished)
  }

  @Test func whatBreaksTheProtocolFailsTheTrial() {
    let broken: [[TrialEvent]] = [
      [step(0)], [finished], [started(), started()], [started(version: 2)],
      [started(), step(1), step(1)], [started(), step(2), step(1)], [started(), step(-1)],
      [started(), step(0, tokens: -1)], [started(), step(0, start: 9, end: 8)],
      [started(), step(0, start: 9), step(1, start: 8)],
      [started(), step(0, tokens: .max), step(1, tokens: .max)],
      [started(), .measure(.init(id: "m", value: 1, unit: .dimensionless, count: -1))],
      [started(), .heldOut(HeldOutEvidence(documents: [.init(id: "d", tokens: -1, negativeLogLikelihood: 1)]))],
      [started(), step(0, tokens: 4000), finished, step(1)],
    ]
    for events in broken {
      #expect(failure(events)?.kind == "protocol", "\(events)")
      #expect(session(events).verdict == .end)
    }
  }

  @Test func phasesCountTheirOwnSteps() {
    let events = [started(), step(0), step(0, .evaluate), step(1), step(1, .evaluate, start: 12)]
    #expect(session(events).state == .running)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func aLossThatIsNoNumberHasDiverged(_ loss: Double) {
    let failure = failure([started(), step(0, loss: 3), step(1, loss: loss)])
    #expect(failure?.kind == "diverged")
    #expect(failure?.step == 1)
    let heldOut = HeldOutEvidence(documents: [.init(id: "d", tokens: 1, negativeLogLikelihood: loss)])
    #expect(self.failure([started(), step(0), .heldOut(heldOut)])?.kind == "diverged")
  }

  @Test func aTrialSaysItselfThatItFailed() {
    let session = session([started(), step(0), .failed(.init(kind: "diverged", message: "NaN", step: 1))])
    #expect(session.state == .failed(TrialFailure(kind: "diverged", message: "NaN", step: 1)))
    #expect(session.verdict == .leave)
    #expect(
      session.outcome(.exited(1)) == .failed(TrialFailure(kind: "diverged", message: "NaN", step: 1)))
    #expect(session.outcome(.stopped) == .interrupted)
  }

  /// What is wrong before a trial can begin is the trial's to say: a missing library, an absent corpus.
  @Test func aTrialThatCannotBeginSaysWhy() {
    let failure = failure([.failed(TrialEvent.Failed(kind: "error", message: "libtorch is not here"))])
    #expect(failure?.kind == "error")
    #expect(failure?.message == "libtorch is not here")
  }

  @Test func theLastWordOnAMeasureStands() {
    let session = session([
      started(), .measure(.init(id: "a", value: 1, unit: .fraction, count: 1)),
      .measure(.init(id: "b", value: 2, unit: .fraction, count: 1)),
      .measure(.init(id: "a", value: 3, unit: .fraction, count: 1)),
    ])
    #expect(session.named.map(\.value) == [3, 2])
  }

  @Test func namedMeasuresStandAfterTheCataloguesAndNotOverThem() {
    let known = MeasureCatalogue.all[0].id
    let session = session([
      started(), .measure(.init(id: known, value: 1, unit: .fraction, count: 1)),
      .measure(.init(id: "mine", value: 2, unit: .watts, count: 3)),
    ])
    let measures = session.measures(over: TrialEvidence())
    #expect(measures.map(\.id) == MeasureCatalogue.all.map(\.id) + ["mine"])
    #expect(measures.last?.value == .value(Quantity(2, count: 3)))
    #expect(measures.last?.unit == .watts)
    #expect(measures[0].value != .value(Quantity(1, count: 1)))
  }

  @Test func evidenceLaysTheTwoClocksOverEachOther() {
    let session = session([started(), .sample(ResourceSample(nanoseconds: 15, allocatedBytes: 7)), step(0)])
    let readings = ProbeReadings(
      samples: [10, 20].map { ResourceSample(nanoseconds: $0, residentBytes: 1) }, energy: .absent(Absence("none")),
      device: DeviceEvidence(logicalCores: 2))
    let account = ModelAccount(parameters: 1, parameterBytes: 4)
    let evidence = session.evidence(with: readings, account: account, threads: 2, peakFLOPsPerSecond: 1e9)
    #expect(evidence.resources.map(\.nanoseconds) == [10, 15, 20])
    #expect(evidence.model == account)
    #expect(evidence.device == DeviceEvidence(logicalCores: 2, threads: 2, peakFLOPsPerSecond: 1e9))
    #expect(evidence.baselineResidentBytes == 5)
  }

  struct Ending: Sendable {
    var exit: TrialExit
    var lines: [String] = []
    var kind: String
    var says: String
  }

  @Test(arguments: [
    Ending(exit: .exited(0), kind: "protocol", says: "without saying"),
    Ending(exit: .exited(1), lines: ["Traceback", "boom"], kind: "crashed", says: "status 1\nTraceback\nboom"),
    Ending(exit: .exited(137), kind: "out-of-memory", says: "memory"),
    Ending(exit: .signalled(9), kind: "out-of-memory", says: "SIGKILL"),
    Ending(exit: .signalled(11), kind: "crashed", says: "signal 11 (SIGSEGV)"),
    Ending(exit: .exited(1), lines: ["torch.OutOfMemoryError: CUDA out of memory."], kind: "out-of-memory", says: "1"),
    Ending(exit: .signalled(6), lines: ["what(): std::bad_alloc"], kind: "out-of-memory", says: "SIGABRT"),
    Ending(exit: .timedOut(.seconds(3)), kind: "timed-out", says: "step 0"),
    Ending(exit: .notStarted(reason: "no such program"), kind: "crashed", says: "no such program"),
  ])
  func howAProcessEndedSaysWhatBecameOfTheTrial(_ ending: Ending) throws {
    var tail = LogTail()
    ending.lines.forEach { tail.append($0) }
    let outcome = session([started(), step(0)]).outcome(ending.exit, standardError: tail)
    guard case .failed(let failure) = outcome else { return #expect(Bool(false), "\(outcome)") }
    #expect(failure.kind == ending.kind)
    #expect(failure.message.contains(ending.says), "\(failure.message)")
  }

  @Test func aFinishedTrialIsJudgedByItsExitToo() {
    let whole = [started(), step(0, tokens: 4000), finished]
    #expect(session(whole).outcome(.endedByRunner) == .finished)
    #expect(session(whole).outcome(.stopped) == .finished)
    #expect(session(whole).outcome(.timedOut(.seconds(1))) == .finished)
    guard case .failed(let failure) = session(whole).outcome(.exited(3)) else { return #expect(Bool(false)) }
    #expect(failure.kind == "crashed")
  }

  @Test func aProgramThatSpeaksNoProtocolIsToldSo() {
    var session = TrialSession(work: work)
    session.receive(.log("hello"))
    guard case .failed(let failure) = session.outcome(.exited(0)) else { return #expect(Bool(false)) }
    #expect(failure.message.contains("trial protocol"))
    #expect(failure.message.contains("hello"))
  }

  @Test func endlessLogsAreNotKept() {
    var session = TrialSession(work: work)
    for line in 0..<10_000 { session.receive(.log("\(line) " + String(repeating: "x", count: 5000))) }
    #expect(session.log.lines.count == LogTail.maximumLines)
    #expect(session.log.lines.allSatisfy { $0.utf8.count < 600 })
    #expect(session.log.lines.last?.hasPrefix("9999 ") == true)
  }

  @Test func endlessStepsFailTheTrialAndNotTheRunner() {
    var session = TrialSession(work: work)
    session.receive(.event(started()))
    for index in 0...TrialSession.maximumSteps {
      session.receive(.event(step(index, .evaluate, tokens: 0)))
    }
    guard case .failed(let failure) = session.state else { return #expect(Bool(false)) }
    #expect(failure.kind == "protocol")
    #expect(session.steps.count == TrialSession.maximumSteps)
  }
}
