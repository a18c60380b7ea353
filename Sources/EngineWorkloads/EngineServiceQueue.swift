internal import Serving
internal import Synchronization

/// Counts requests from their arrival to their end, and refuses those that would wait behind too many.
///
/// The engine has a queue of its own, but says that it is full only in a stream that has begun. Here a refusal comes
/// before anything is promised, and for all samples of a request or none.
final class AdmissionQueue: Sendable {
  struct Counts: Sendable {
    var waiting = 0
    var running = 0
    /// Seconds that requests take once they run, the latest counting most.
    var meanSeconds = 1.0
  }

  private let state = Mutex(Counts())
  private let mostRunning: Int
  private let mostWaiting: Int

  init(running: Int, waiting: Int) {
    mostRunning = running
    mostWaiting = waiting
  }

  /// Those that can run and wait together.
  var places: Int { mostRunning + mostWaiting }

  var counts: Counts { state.withLock { $0 } }

  /// - Throws: ``Serving/ServiceError/queueFull(retryAfterSeconds:)`` with when a place should be free, and
  ///   ``Serving/ServiceError/invalid(_:param:)`` for more samples than there are places, for which no wait helps.
  func admit(_ count: Int) throws(ServiceError) -> [Ticket] {
    guard count <= mostRunning + mostWaiting else {
      throw .invalid("n is \(count), and this server takes \(mostRunning + mostWaiting) at a time", param: "n")
    }
    let refusal: Int? = state.withLock { counts in
      // Those for which there is a place to run do not really wait.
      guard counts.waiting + count <= mostWaiting + max(0, mostRunning - counts.running) else {
        let rounds = Double(counts.waiting + count) / Double(mostRunning)
        return Int(min(60, max(1, (counts.meanSeconds * rounds).rounded(.up))))
      }
      counts.waiting += count
      return nil
    }
    if let refusal { throw .queueFull(retryAfterSeconds: refusal) }
    return (0..<count).map { _ in Ticket(self) }
  }

  /// One sample's place.
  final class Ticket: Sendable {
    private enum Phase {
      case waiting
      case running(since: ContinuousClock.Instant)
      case over
    }

    private let phase = Mutex(Phase.waiting)
    private let queue: AdmissionQueue

    fileprivate init(_ queue: AdmissionQueue) { self.queue = queue }

    /// It has begun to run.
    func start() {
      let hasStarted = phase.withLock { phase in
        guard case .waiting = phase else { return false }
        phase = .running(since: .now)
        return true
      }
      guard hasStarted else { return }
      queue.state.withLock { counts in
        counts.waiting -= 1
        counts.running += 1
      }
    }

    /// It has ended, however far it came. Only the first call counts.
    func release() {
      let last = phase.withLock { phase in
        defer { phase = .over }
        return phase
      }
      queue.state.withLock { counts in
        switch last {
        case .waiting: counts.waiting -= 1
        case .running(let since):
          counts.running -= 1
          let elapsed = ContinuousClock.now - since
          let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
          counts.meanSeconds += (seconds - counts.meanSeconds) * 0.1
        case .over: break
        }
      }
    }
  }
}
