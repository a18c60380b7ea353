import Foundation
import Measures
import MeasuringClient
import Records
import Studies
import Synchronization

/// What came of asking a candidate.
struct Asked: Sendable {
  var stored: [ObservationRecord] = []
  /// When requests held the server beside these that ended with the run: their part of it is nobody else's.
  var cancelled: [SharedOccupancy.Span] = []
}

/// Stores observations as they end.
final class ObservationKeeper: Sendable {
  private struct State {
    var stored: [ObservationRecord] = []
    var failed = 0
    var error: (any Error)?
    /// Requests in a row, up to the last, that found nobody.
    var refused = 0
    /// Whether its certificate is not to be trusted: no other request will be answered either.
    var isUntrusted = false
    /// When requests held the server that ended with the run.
    var cancelled: [SharedOccupancy.Span] = []
  }

  /// So many requests in a row that found nobody, each with all its tries, are an endpoint that is not there: the others are
  /// left to a later run.
  static let mostRefused = 5

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

  var isUnreachable: Bool { state.withLock { $0.isUntrusted || $0.refused >= Self.mostRefused } }

  func keep(_ observation: Observation) {
    // Ended with the run, not by the candidate, be it between two tries: it is asked again by the next run.
    if observation.failure == .cancelled || (!observation.succeeded && stop.isRequested) {
      return state.withLock { $0.cancelled += observation.spans }
    }
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
          : Settlement.notOurs))
    do {
      let stored = try session.store.storeObservation(record)
      let (done, failed) = state.withLock { state in
        state.stored.append(stored)
        state.failed += stored.status == .failed ? 1 : 0
        if stored.failureKind == "certificate" { state.isUntrusted = true }
        state.refused = stored.failureKind == "connect" ? state.refused + 1 : 0
        return (state.stored.count, state.failed)
      }
      session.progress(
        .asked(candidate: planned.name, done: done, of: session.missing.count, failed: failed))
      if let message = stored.failureMessage, isUnreachable {
        session.progress(.unreachable(candidate: planned.name, reason: message))
      }
    } catch {
      state.withLock { $0.error = $0.error ?? error }
    }
  }

  /// - Returns: what was stored, and when others held the server that are asked again.
  /// - Throws: what kept an observation from being stored.
  func finish() throws -> Asked {
    try state.withLock { state in
      if let error = state.error { throw error }
      return Asked(stored: state.stored, cancelled: state.cancelled)
    }
  }
}
