import Foundation
import Synchronization
import Transport

/// A client of OpenAI's interface whose clock can be trusted: it stamps what arrives before it looks at it, loses no
/// attempt, and says what part of a figure may be its own doing.
///
/// One thread does everything, so that a run takes one core at most and none while it waits.
public final class MeasuringClient: Sendable {
  private let runner: RequestRunner
  private let driver = Mutex<LoadDriver?>(nil)
  private let sent = Atomic<Int>(0)
  /// What requests' identifiers begin with.
  private let identity: String

  /// - Throws: ``ClientError/header(_:reason:)``, ``ClientError/certificates(file:reason:)``, ``ClientError/plan(_:)``.
  public init(_ settings: ClientSettings) throws(ClientError) {
    try RequestHeaders.check(settings)
    guard settings.maximumConnections > 0 else { throw .plan("there has to be a connection at least") }
    let encryption = settings.endpoint.isSecure ? try Encryption(settings) : nil
    let loop: SocketLoop
    do { loop = try SocketLoop(name: "measuring") } catch { throw .plan("no more clients can be had: \(error)") }
    runner = RequestRunner(loop: loop, settings: settings, encryption: encryption)
    identity = String(format: "%08x", UInt32.random(in: 0 ... .max))
  }

  deinit {
    // Whatever is still under way ends on the loop, which keeps the runner until then.
    let runner = runner
    runner.loop.execute { runner.shutdown() }
    runner.loop.end()
  }

  /// Sends one request and waits for its answer, or for the end of its last attempt. Cancelling the task ends the request.
  /// - Parameters:
  ///   - scheduled: when it is due, by ``MonotonicClock``: latency counts from then. A time to come is waited for; nil is
  ///     now.
  ///   - prefix: what its identifier begins with, before a number that no other request of this client has; nil is what
  ///     the client drew for itself. Only letters, digits and `-._` of it are kept, and at most 64.
  public func send(
    _ request: MeasuredRequest, scheduled: UInt64? = nil, identifierPrefix prefix: String? = nil
  ) async -> Observation {
    let index = sent.add(1, ordering: .relaxed).oldValue
    let identity = prefix.map(Self.identity) ?? identity
    let observation = Observation(
      index: index, identifier: "\(identity)-s\(index)", scheduled: scheduled ?? MonotonicClock.now)
    let runner = runner
    let handle = ExchangeHandle()
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        runner.loop.execute {
          handle.exchange = runner.start(request, observation, waits: true) { continuation.resume(returning: $0) }
          if handle.isCancelled, let exchange = handle.exchange { runner.abandon(exchange, .cancelled) }
        }
      }
    } onCancel: {
      runner.loop.execute {
        handle.isCancelled = true
        if let exchange = handle.exchange { runner.abandon(exchange, .cancelled) }
      }
    }
  }

  /// What may stand in a header of what was asked for.
  private static func identity(_ prefix: String) -> String {
    String(
      decoding: prefix.utf8.lazy.filter { byte in
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || "-._".utf8.contains(byte)
      }.prefix(64), as: UTF8.self)
  }

  /// Runs a load. One at a time.
  /// - Parameters:
  ///   - requests: the request of each index. It is called while the clock runs: have them ready.
  ///   - each: gets every observation, warm-up included, in the order in which they ended, beside the event loop. Where the
  ///     plan awaits it, a place of a closed loop is empty until it has returned.
  /// - Throws: ``ClientError/plan(_:)``.
  public func run(
    _ plan: LoadPlan, requests: @escaping @Sendable (Int) -> MeasuredRequest,
    each: (@Sendable (Observation) async -> Void)? = nil
  ) async throws(ClientError) -> LoadReport {
    try plan.validate()
    var plan = plan
    if each == nil { plan.awaitsReader = false }
    let checked = plan
    guard driver.withLock({ $0 == nil }) else { throw .plan("a load is running: wait for its end") }
    let (observations, feed) = AsyncStream<Observation>.makeStream()
    let reader = each.map { each in
      Task { [runner] in
        for await observation in observations {
          await each(observation)
          if checked.awaitsReader, let driver = self.driver.withLock({ $0 }) {
            runner.loop.execute { driver.taken(observation) }
          }
        }
      }
    }
    let hasReader = reader != nil
    let report = await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<LoadReport, Never>) in
        let driver = LoadDriver(
          plan: checked, runner: runner, identity: identity, requests: requests,
          each: { if hasReader { feed.yield($0) } },
          done: { continuation.resume(returning: $0) })
        self.driver.withLock { $0 = driver }
        runner.loop.execute { driver.begin() }
        if Task.isCancelled { runner.loop.execute { driver.stop() } }
      }
    } onCancel: {
      stop()
    }
    driver.withLock { $0 = nil }
    feed.finish()
    await reader?.value
    return report
  }

  /// Ends the load that runs, with what there is: nothing more is sent, and what is under way counts as cancelled.
  public func stop() {
    guard let driver = driver.withLock({ $0 }) else { return }
    runner.loop.execute { driver.stop() }
  }

  /// What the running load has come to: requests that ended, those of them that failed, and those under way.
  public func progress() async -> (requests: Int, failed: Int, underWay: Int)? {
    guard let driver = driver.withLock({ $0 }) else { return nil }
    return await runner.loop.submit { driver.progress }
  }

  /// Closes the connections and ends the thread. What is under way ends as cancelled.
  public func shutdown() async {
    let runner = runner
    await runner.loop.submit { runner.shutdown() }
    runner.loop.end()
  }
}

/// Where a request that is being sent can be found by whoever cancels it.
///
/// `@unchecked Sendable`: it is touched on the runner's event loop alone.
private final class ExchangeHandle: @unchecked Sendable {
  var exchange: Exchange?
  var isCancelled = false
}
