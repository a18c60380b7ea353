internal import OpenAIWire
internal import Synchronization

/// Why a request ends before it is done.
enum Interruption: Error, Sendable, Hashable {
  case clientGone
  case bodyLate(seconds: Double)
  case timeLimit(seconds: Double)
  case shutdown

  var error: APIError {
    switch self {
    case .clientGone:
      // Nobody reads it; the status stands in the log, where proxies write the same.
      APIError(status: 499, message: "the client closed the connection", type: "cancelled")
    case .bodyLate(let seconds):
      APIError(
        status: 408, message: "the body did not arrive within \(seconds) s", type: "invalid_request_error",
        code: "request_timeout")
    case .timeLimit(let seconds):
      APIError(
        status: 504, message: "the request took longer than the \(seconds) s that it may", type: "timeout_error",
        code: "request_timeout")
    case .shutdown:
      APIError(
        status: 503, message: "the server is shutting down", type: "server_error", code: "shutting_down",
        retryAfterSeconds: 5)
    }
  }
}

/// A request's life: whatever ends it early - its client, its time limit, the server's end - says so here, and everything
/// that works for it hears of it at once.
final class RequestScope: Sendable {
  private struct State {
    var interruption: Interruption?
    var handlers: [@Sendable (Interruption) -> Void] = []
    var isOver = false
  }

  private let state = Mutex(State())

  var interruption: Interruption? { state.withLock { $0.interruption } }

  /// The first reason stays.
  func interrupt(_ reason: Interruption) {
    let handlers: [@Sendable (Interruption) -> Void] = state.withLock { state in
      guard state.interruption == nil, !state.isOver else { return [] }
      state.interruption = reason
      defer { state.handlers = [] }
      return state.handlers
    }
    for handler in handlers { handler(reason) }
  }

  /// Runs the handler when the request is interrupted, at once if it already is.
  func onInterrupt(_ handler: @escaping @Sendable (Interruption) -> Void) {
    let reason: Interruption? = state.withLock { state in
      if state.interruption == nil, !state.isOver { state.handlers.append(handler) }
      return state.interruption
    }
    if let reason { handler(reason) }
  }

  /// The answer is written: nothing can interrupt it any more.
  func end() {
    state.withLock { state in
      state.isOver = true
      state.handlers = []
    }
  }

  /// Runs the work in a task that an interruption cancels.
  /// - Throws: the ``Interruption`` if there was one, else what the work throws.
  func run<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
    let task = Task(operation: work)
    onInterrupt { _ in task.cancel() }
    do {
      let value = try await withTaskCancellationHandler {
        try await task.value
      } onCancel: {
        task.cancel()
      }
      if let interruption { throw interruption }
      return value
    } catch {
      throw interruption ?? error
    }
  }
}

/// The requests that are being answered.
final class ActiveRequests: Sendable {
  private struct State {
    var scopes: [ObjectIdentifier: RequestScope] = [:]
    var isDraining = false
  }

  private let state = Mutex(State())

  /// Whether the server ends: no new request is taken.
  var isDraining: Bool { state.withLock { $0.isDraining } }
  var count: Int { state.withLock { $0.scopes.count } }

  func insert(_ scope: RequestScope) { state.withLock { $0.scopes[ObjectIdentifier(scope)] = scope } }
  func remove(_ scope: RequestScope) { _ = state.withLock { $0.scopes.removeValue(forKey: ObjectIdentifier(scope)) } }
  func drain() { state.withLock { $0.isDraining = true } }

  func interruptAll(_ reason: Interruption) {
    let scopes = state.withLock { Array($0.scopes.values) }
    for scope in scopes { scope.interrupt(reason) }
  }
}
