import Foundation
import Measures
import MeasuringClient
import Records
import Studies
import Synchronization

/// Stores observations as they end.
final class ObservationKeeper: Sendable {
  private struct State {
    var stored: [ObservationRecord] = []
    var failed = 0
    var error: (any Error)?
  }

  private let session: CandidateSession
  private let anchor: ClockAnchor
  private let stop: StopSignal
  private let state = Mutex(State())

  init(session: CandidateSession, anchor: ClockAnchor, stop: StopSignal) {
    self.session = session
    self.anchor = anchor
    self.stop = stop
  }

  /// Whether the records cannot be written any more: then there is no use in asking on.
  var hasFailed: Bool { state.withLock { $0.error != nil } }

  func keep(_ observation: Observation) {
    // Ended with the run, not by the candidate, be it between two tries: it is asked again by the next run.
    if observation.failure == .cancelled || (!observation.succeeded && stop.isRequested) { return }
    let item = session.missing[observation.index]
    let startedAt = anchor.date(of: observation.scheduled)
    let planned = session.work.plan.candidates[session.candidate]
    let isServed = if case .served = planned.source { true } else { false }
    let record = ObservationRecord(
      observation, candidate: session.record.id ?? 0, row: session.work.rows[item.row].identity,
      repetition: item.repetition, attribution: session.work.attributions[item.row], startedAt: startedAt,
      cost: session.costing.cost(of: observation, at: startedAt),
      energy: .absent(
        isServed
          ? Settlement.pendingEnergy
          : "the endpoint was not started by the run: what it draws is not known"))
    do {
      let stored = try session.store.storeObservation(record)
      let (done, failed) = state.withLock { state in
        state.stored.append(stored)
        state.failed += stored.status == .failed ? 1 : 0
        return (state.stored.count, state.failed)
      }
      session.progress(
        .asked(candidate: planned.name, done: done, of: session.missing.count, failed: failed))
    } catch {
      state.withLock { $0.error = $0.error ?? error }
    }
  }

  /// - Throws: what kept an observation from being stored.
  func finish() throws -> [ObservationRecord] {
    try state.withLock { state in
      if let error = state.error { throw error }
      return state.stored
    }
  }
}
