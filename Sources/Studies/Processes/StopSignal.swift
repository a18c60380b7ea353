import Synchronization

/// Says from anywhere, a signal handler's queue too, that a study shall stop.
public final class StopSignal: Sendable {
  private let requests = Atomic<Int>(0)

  public init() {}

  /// The first request stops gently; a second one kills what does not leave at once.
  public func request() { requests.add(1, ordering: .sequentiallyConsistent) }

  public var isRequested: Bool { requests.load(ordering: .sequentiallyConsistent) > 0 }
  public var isUrgent: Bool { requests.load(ordering: .sequentiallyConsistent) > 1 }
}
