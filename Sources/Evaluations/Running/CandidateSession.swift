import Foundation
import Measures
import MeasuringClient
import OpenAIWire
import Pricing
import Probes
import Records
import Studies

/// Asks one candidate what is missing, and stores every answer before anything is done with it.
struct CandidateSession: Sendable {
  let work: EvaluationWork
  let candidate: Int
  let record: CandidateRecord
  let missing: [EvaluationWork.Item]
  let store: RecordStore
  let costing: RequestCosting
  let surroundings: ServedCandidate.Surroundings
  let progress: @Sendable (EvaluationProgress) -> Void

  var planned: PlannedCandidate { work.plan.candidates[candidate] }

  /// Asks all that is missing.
  /// - Throws: ``EvaluationRunError``, ``RecordError``, ``MeasuringClient/ClientError``; what was answered until then is
  ///   stored.
  func run(stop: StopSignal) async throws {
    switch planned.source {
    case .endpoint(let text):
      let asked = try await ask(Endpoint(text), stop: stop)
      if case .catalogue = planned.price { break }
      try settle(asked, energy: .absent(Absence(Settlement.notOurs)))
    case .served(let program): try await serve(program, stop: stop)
    case .imported(let files, let form, let name): try take(files, form, of: name)
    }
  }

  private func serve(_ program: ServedProgram, stop: StopSignal) async throws {
    progress(.serving(candidate: planned.name))
    let server = try await ServedCandidate(
      program, name: planned.name, key: planned.key, surroundings: surroundings, probes: work.plan.probes)
    let began = ContinuousClock.now
    do {
      try await withClient(server.endpoint, timeout: min(program.ready, planned.load.timeout)) { client in
        try await server.untilReady(client, readyRequest, within: program.ready, stop: stop)
      }
      let ready = began.duration(to: .now)
      let asked = try await ask(server.endpoint, stop: stop)
      let readings = await server.end()
      try settle(asked, energy: readings.energy)
      try store.noteCandidate(
        record.id ?? 0, section: "server", manifestEntries(server, ready: ready, readings))
    } catch {
      _ = await server.end()
      throw error
    }
  }

  /// One token, in whichever way the candidate's settings say it.
  private var readyRequest: MeasuredRequest {
    let name = planned.settings["max_completion_tokens"] == nil ? "max_tokens" : "max_completion_tokens"
    return EvaluationWork.request(
      planned, [ChatMessage(role: .user, content: "Hello")],
      planned.settings.overlaid(with: JSONObject([name: .integer(1)])), streams: false)
  }

  private func withClient<Value>(
    _ endpoint: Endpoint, retries: Int = 0, timeout: Duration? = nil, _ body: (MeasuringClient) async throws -> Value
  ) async throws -> Value {
    var settings = ClientSettings(endpoint: endpoint)
    settings.key = surroundings.keys[planned.key]
    settings.trust = planned.trust
    settings.requestTimeout = timeout ?? planned.load.timeout
    settings.retries = RetryPolicy(maximumAttempts: retries + 1)
    settings.keepsText = true
    let client = try MeasuringClient(settings)
    let result: Result<Value, any Error>
    do { result = .success(try await body(client)) } catch { result = .failure(error) }
    await client.shutdown()
    return try result.get()
  }

  private func ask(_ endpoint: Endpoint, stop: StopSignal) async throws -> Asked {
    guard !missing.isEmpty, !stop.isRequested else { return Asked() }
    return try await withClient(endpoint, retries: planned.load.retries) { client in
      for index in 0..<planned.load.warmup where !stop.isRequested {
        _ = await client.send(work.request(candidate, missing[index % missing.count]))
      }
      let keeper = ObservationKeeper(session: self, anchor: ClockAnchor(), stop: stop)
      let watcher = Task {
        while !Task.isCancelled {
          // Again and again: a load that has not begun yet does not hear it.
          if stop.isRequested || keeper.hasFailed || keeper.isUnreachable { client.stop() }
          try? await Task.sleep(for: .milliseconds(50))
        }
      }
      defer { watcher.cancel() }
      var load = LoadPlan(shape: shape)
      load.requests = missing.count
      // However slowly records are written: no more answers are paid for and not yet stored than are asked for at a time.
      load.awaitsReader = true
      if case .rate(_, _, let seed) = planned.load.shape { load.seed = seed }
      let requests = missing.map { work.request(candidate, $0) }
      guard !stop.isRequested else { return Asked() }
      let report = try await client.run(load, requests: { requests[$0] }, each: { keeper.keep($0) })
      let asked = try keeper.finish()
      try note(report)
      return asked
    }
  }

  private var shape: LoadShape {
    switch planned.load.shape {
    case .concurrency(let count): .closed(concurrency: count)
    case .rate(let rate, isPoisson: true, _): .poisson(rate: rate)
    case .rate(let rate, isPoisson: false, _): .constant(rate: rate)
    }
  }

  /// What the client says of itself: figures it may have coloured are no secret.
  private func note(_ report: LoadReport) throws {
    try store.noteCandidate(
      record.id ?? 0, section: "client",
      [
        "cpu share": String(format: "%.4f", report.client.cpuShare),
        "coloured": report.client.colourings.isEmpty
          ? "no" : report.client.colourings.map(\.description).joined(separator: "; "),
      ])
  }

  private func manifestEntries(
    _ server: ServedCandidate, ready: Duration, _ readings: ProbeReadings
  ) -> [String: String] {
    var entries = [
      "command": surroundings.keys.cleanOwn(server.command.joined(separator: " ")),
      "seconds until ready": String(format: "%.2f", ready / .seconds(1)),
    ]
    if let peak = readings.samples.compactMap(\.residentBytes).max() { entries["peak resident bytes"] = "\(peak)" }
    switch readings.energy {
    case .counter(let counter): entries["energy"] = counter.source + (counter.isEstimate ? " (estimate)" : "")
    case .absent(let absence): entries["energy"] = "absent: \(absence.reason)"
    }
    if !readings.notes.isEmpty { entries["notes"] = surroundings.keys.clean(readings.notes.joined(separator: " ")) }
    return entries
  }

  /// Shares out the server's time and energy among the requests of this session.
  private func settle(_ asked: Asked, energy: EnergyEvidence) throws {
    try Settlement(costing: costing, store: store).settle(asked.stored, beside: asked.cancelled, energy: energy)
  }
}
