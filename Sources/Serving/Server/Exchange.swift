internal import Logging
internal import NIOCore
internal import OpenAIWire
internal import Synchronization

/// One request and its answer: who it is, when it came, what may end it, and what is said of it at the end.
final class Exchange: Sendable {
  let identifier: String
  let arrival = ContinuousClock.now
  let scope = RequestScope()

  /// What the answer's header and the log call it.
  var id: String { "req-\(identifier)" }

  private let method: String
  private let route: Route?
  private let connection: Connection
  private let channel: any Channel
  private let active: ActiveRequests
  private let metrics: ServingMetrics
  private let log: AccessLog
  private let timeLimit: Duration
  private let farewell: Duration
  private let timer = Mutex<Scheduled<Void>?>(nil)
  private let isOver = Mutex(false)

  init(
    method: String, route: Route?, connection: Connection, channel: any Channel, active: ActiveRequests,
    metrics: ServingMetrics, log: AccessLog, timeLimit: Duration, farewell: Duration
  ) {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    identifier = String(repeating: "0", count: 16 - digits.count) + digits
    self.method = method
    self.route = route
    self.connection = connection
    self.channel = channel
    self.active = active
    self.metrics = metrics
    self.log = log
    self.timeLimit = timeLimit
    self.farewell = farewell
  }

  /// An answer that nobody writes - its client left before the head - is over when it is let go.
  deinit { end(status: Interruption.clientGone.error.status) }

  func begin() {
    active.insert(scope)
    let (scope, channel, timeLimit, farewell) = (scope, channel, timeLimit, farewell)
    connection.begin { scope.interrupt(.clientGone) }
    timer.withLock { timer in
      timer = channel.eventLoop.scheduleTask(in: TimeAmount(timeLimit)) {
        scope.interrupt(.timeLimit(seconds: seconds(timeLimit)))
      }
    }
    // A client that does not read would hold its request back for ever.
    scope.onInterrupt { [weak self] _ in
      channel.eventLoop.scheduleTask(in: TimeAmount(farewell)) { [weak self] in
        if let self, !self.isOver.withLock({ $0 }) { channel.close(promise: nil) }
      }
    }
  }

  /// Runs what reads the body, for as long as that may take.
  ///
  /// Like the time limit of the whole, this is the event loop's timer and not a task that sleeps: a sleep that is
  /// cancelled keeps its memory until it would have ended.
  func reading<Value: Sendable>(
    within timeout: Duration, _ work: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    let scope = scope
    let timer = channel.eventLoop.scheduleTask(in: TimeAmount(timeout)) {
      scope.interrupt(.bodyLate(seconds: seconds(timeout)))
    }
    defer { timer.cancel() }
    return try await scope.run(work)
  }

  /// The answer is written, or about to be in one piece. Only the first call counts.
  func end(status: Int, usage: Usage? = nil) {
    let isFirst = isOver.withLock { isOver in
      defer { isOver = true }
      return !isOver
    }
    guard isFirst else { return }
    timer.withLock { $0?.cancel() }
    active.remove(scope)
    scope.end()
    connection.end(channel)
    metrics.answered(route: route?.rawValue ?? "other", status: status)
    log.write(
      id: id, method: route == nil ? "-" : method, route: route?.rawValue ?? "other", status: status,
      duration: ContinuousClock.now - arrival, usage: usage)
  }
}

/// One line a request, with nothing of what was asked or answered, and nothing that the client could choose.
struct AccessLog: Sendable {
  let logger: Logger?

  func write(id: String, method: String, route: String, status: Int, duration: Duration, usage: Usage?) {
    guard let logger else { return }
    var line = "\(known(method)) \(route) \(status) \(Int(seconds(duration) * 1000)) ms \(id)"
    if let usage {
      line += " prompt=\(usage.promptTokens) cached=\(usage.cachedTokens ?? 0) completion=\(usage.completionTokens)"
    }
    logger.info("\(line)")
  }

  private func known(_ method: String) -> String {
    ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"].contains(method) ? method : "-"
  }
}
