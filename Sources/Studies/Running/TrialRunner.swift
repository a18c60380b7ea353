import Foundation
import Measures
import Probes
import Records
import Synchronization

/// Runs one trial from its folder to its records.
struct TrialRunner {
  let runner: StudyRunner
  let study: Int64
  let cell: StudyCell
  let seed: Int

  private var plan: StudyPlan { runner.plan }

  func run(stop: StopSignal) async throws -> TrialOutcome {
    let folder =
      runner.configuration.trialsDirectory
      + "/\(plan.name)-\(plan.digest.prefix(12))/\(cell.record.key.prefix(12))-seed\(seed)"
    let spec = TrialSpec(
      study: plan.name, method: cell.record.method, settings: cell.planned.settings, work: plan.work, seed: seed,
      precision: cell.planned.precision, threads: runner.threads, workingDirectory: folder)
    let specPath = folder + "/spec.json"
    let command = try cell.workload.command(specPath: specPath, spec: spec)
    try prepare(folder, specPath: specPath, spec: spec)

    let probe = try runner.configuration.makeProbe(plan.probes)
    await probe.measureIdle()
    var manifest = manifest(command: command)
    let trial = try runner.store.startTrial(
      TrialRecord(
        studyID: study, cell: cell.record, seed: seed, status: .running, startedAt: Date(), manifest: manifest))
    guard let id = trial.id else {
      throw RecordError.failed(path: runner.store.path, reason: "a trial has no identifier")
    }
    let witness = TrialWitness(
      session: TrialSession(work: plan.work), probe: probe, store: runner.store, trial: id, progress: runner.progress)
    let run = await runner.executor.run(
      TrialLaunch(
        command: command, environment: environment, timeout: plan.budget.trial, grace: runner.configuration.grace),
      stop: stop, observer: witness)
    let session = witness.finish()
    let readings = probe.stop()
    add(session, readings, to: &manifest)
    let outcome = equalised(session.outcome(run.exit, standardError: run.standardError), session)
    try record(outcome, of: id, session: session, readings: readings, manifest: manifest, folder: folder)
    return outcome
  }

  private func record(
    _ outcome: TrialOutcome, of id: Int64, session: TrialSession, readings: ProbeReadings, manifest: Manifest,
    folder: String
  ) throws {
    switch outcome {
    case .finished:
      let device = session.started?.environment["device"] ?? "cpu"
      let evidence = session.evidence(
        with: readings, account: cell.description.account, threads: runner.threads,
        peakFLOPsPerSecond: runner.configuration.peakFLOPsPerSecond(device, cell.planned.precision, runner.threads))
      try runner.store.finishTrial(
        id, at: Date(), manifest: manifest, evidence: evidence, measures: session.measures(over: evidence))
      // The records hold everything now; a folder that stays behind is only untidy.
      try? FileManager.default.removeItem(atPath: folder)
    case .failed(let failure):
      try runner.store.failTrial(id, at: Date(), failure: failure, manifest: manifest)
    case .interrupted:
      try runner.store.failTrial(
        id, at: Date(),
        failure: TrialFailure(kind: TrialFailure.interrupted, message: "the study was stopped"), manifest: manifest)
    }
  }

  /// Within one step of the plan is not enough for a comparison: every trial has to do what the first one did.
  private func equalised(_ outcome: TrialOutcome, _ session: TrialSession) -> TrialOutcome {
    if outcome == .finished, plan.work.unit == .generated { return equalisedPrompts(session) }
    guard outcome == .finished, let first = try? runner.store.workOfFirstFinished(ofStudy: study),
      first.tokens != session.workTokens
    else { return outcome }
    return .failed(
      TrialFailure(
        kind: "unequal-work",
        message: "it did \(session.workTokens) tokens; the finished trials of this study, \(first.method) first, did "
          + "\(first.tokens) each"))
  }

  /// The session holds the trial to its generated tokens; what it read has to be the cell's prompts, no more and no less.
  private func equalisedPrompts(_ session: TrialSession) -> TrialOutcome {
    guard case .integer(let length)? = cell.planned.settings["prompt-tokens"] else { return .finished }
    let due = plan.work.requests.multipliedReportingOverflow(by: length)
    guard due.overflow || session.promptTokens != due.partialValue else { return .finished }
    return .failed(
      TrialFailure(
        kind: "unequal-work",
        message: "it read \(session.promptTokens) prompt tokens; the cell asks for \(plan.work.requests) requests of "
          + "\(length)"))
  }

  /// The folder begins empty, unless the workload takes up what an interrupted attempt left there.
  private func prepare(_ folder: String, specPath: String, spec: TrialSpec) throws {
    do {
      if !cell.workload.resumes(spec.settings), FileManager.default.fileExists(atPath: folder) {
        try FileManager.default.removeItem(atPath: folder)
      }
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
      try encoder.encode(spec).write(to: URL(fileURLWithPath: specPath))
    } catch {
      throw StudyError.folder(path: folder, reason: error.localizedDescription)
    }
  }

  private var environment: [String: String] {
    var environment = runner.configuration.environment
    // Peers read it; the engine is told by the spec.
    environment["OMP_NUM_THREADS"] = String(runner.threads)
    return environment
  }

  private func manifest(command: [String]) -> Manifest {
    var manifest = runner.configuration.manifest
    var settings = cell.record.settings
    settings["precision"] = cell.planned.precision
    settings["threads"] = String(runner.threads)
    settings["seed"] = String(seed)
    settings["tokens"] = String(plan.work.tokens)
    settings["tokens-per-step"] = String(plan.work.tokensPerStep)
    settings["sequence-length"] = String(plan.work.sequenceLength)
    settings["warmup-steps"] = String(plan.work.warmupSteps)
    if let equalised = cell.description.equalised { settings["held equal"] = equalised }
    manifest.sections["settings", default: [:]].merge(settings) { $1 }
    manifest.sections["measuring", default: [:]].merge([
      "workload": cell.workload.name, "command": command.joined(separator: " "),
      "probe interval": "\(plan.probes.interval)", "energy": "\(plan.probes.energy)",
      "idle seconds": "\(plan.probes.idleSeconds)", "memory": plan.probes.memory.rawValue,
    ]) { $1 }
    return manifest
  }

  /// What only the trial and the probes know. A name such as "data.corpus" goes into the section before its dot.
  private func add(_ session: TrialSession, _ readings: ProbeReadings, to manifest: inout Manifest) {
    let sections: Set<String> = ["hardware", "software", "data", "settings", "measuring"]
    for (name, value) in session.started?.environment ?? [:] {
      let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
      if parts.count == 2, sections.contains(parts[0]) {
        manifest.sections[parts[0], default: [:]][parts[1]] = value
      } else {
        manifest.sections["software", default: [:]][name] = value
      }
    }
    if !readings.notes.isEmpty {
      manifest.sections["measuring", default: [:]]["notes"] = readings.notes.joined(separator: " ")
    }
    if let sampling = readings.sampling {
      manifest.sections["measuring", default: [:]]["samples"] =
        "\(sampling.samples), \(sampling.lateSamples) late, \(sampling.missedDeadlines) missed"
      if let share = sampling.shareOfOneCore {
        manifest.sections["measuring", default: [:]]["sampling share of one core"] = "\(share)"
      }
    }
  }
}

/// Hears a trial's process for the runner: decodes what it says, keeps the session, starts the probe.
private final class TrialWitness: TrialObserver {
  private struct State {
    var decoder = TrialOutputDecoder()
    var session: TrialSession
  }

  private let state: Mutex<State>
  private let probe: any TrialProbing
  private let store: RecordStore
  private let trial: Int64
  private let progress: @Sendable (StudyProgress) -> Void

  init(
    session: TrialSession, probe: any TrialProbing, store: RecordStore, trial: Int64,
    progress: @escaping @Sendable (StudyProgress) -> Void
  ) {
    state = Mutex(State(session: session))
    self.probe = probe
    self.store = store
    self.trial = trial
    self.progress = progress
  }

  func didStart(_ process: TrialProcess) {
    probe.start(processIdentifier: process.processIdentifier)
    // It only helps a later run to end what this one leaves behind; the leash does so too.
    try? store.noteProcess(process, ofTrial: trial)
  }

  func didWrite(_ bytes: [UInt8]) -> TrialVerdict {
    let (last, tokens, verdict) = state.withLock { state in
      let before = state.session.steps.count
      for output in state.decoder.decode(bytes) { state.session.receive(output) }
      let last = state.session.steps.count > before ? state.session.steps.last : nil
      return (last, state.session.workTokens, state.session.verdict)
    }
    // An evaluation is no step of the plan.
    if let last, last.phase != .evaluate {
      progress(
        .advanced(
          step: last.index, tokens: tokens, loss: last.loss, monotonicNanoseconds: last.endNanoseconds))
    }
    return verdict
  }

  func finish() -> TrialSession {
    state.withLock { state in
      for output in state.decoder.finish() { state.session.receive(output) }
      return state.session
    }
  }
}
