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
  private let timer = Mutex<Task<Void, Never>?>(nil)
  private let isOver = Mutex(false)

  /// How long a client may take to read an answer that was cut short before its connection is closed.
  private static let farewell: TimeAmount = .seconds(5)

  init(
    method: String, route: Route?, connection: Connection, channel: any Channel, active: ActiveRequests,
    metrics: ServingMetrics, log: AccessLog, timeLimit: Duration
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
  }

  func begin() {
    active.insert(scope)
    let (scope, channel, timeLimit) = (scope, channel, timeLimit)
    connection.begin { scope.interrupt(.clientGone) }
    let task = Task {
      guard (try? await Task.sleep(for: timeLimit)) != nil else { return }
      scope.interrupt(.timeLimit(seconds: seconds(timeLimit)))
    }
    timer.withLock { $0 = task }
    // A client that does not read would hold its request back for ever.
    scope.onInterrupt { [weak self] _ in
      channel.eventLoop.scheduleTask(in: Self.farewell) { [weak self] in
        if let self, !self.isOver.withLock({ $0 }) { channel.close(promise: nil) }
      }
    }
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
