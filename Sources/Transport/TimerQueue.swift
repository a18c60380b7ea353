import HeapModule

/// Work that a loop does at its time, unless it is cancelled before. Touched on the loop alone.
public final class ScheduledWork {
  let deadline: UInt64
  private(set) var work: (() -> Void)?
  private weak var queue: TimerQueue?

  init(deadline: UInt64, queue: TimerQueue, work: @escaping () -> Void) {
    self.deadline = deadline
    self.queue = queue
    self.work = work
  }

  /// Lets it never happen. Once it has happened, nothing.
  public func cancel() {
    guard work != nil else { return }
    work = nil
    queue?.leave()
  }

  func take() -> (() -> Void)? {
    defer { work = nil }
    return work
  }
}

/// What is to be done and when. Equal times keep their order.
final class TimerQueue {
  private struct Entry: Comparable {
    let deadline: UInt64
    let number: UInt64
    let work: ScheduledWork

    static func == (one: Entry, other: Entry) -> Bool { one.number == other.number }
    static func < (one: Entry, other: Entry) -> Bool {
      (one.deadline, one.number) < (other.deadline, other.number)
    }
  }

  private var heap = Heap<Entry>()
  private var number: UInt64 = 0
  private var cancelled = 0

  /// Entries, those that were cancelled and not yet thrown out included.
  var count: Int { heap.count }

  func add(at deadline: UInt64, _ work: @escaping () -> Void) -> ScheduledWork {
    let scheduled = ScheduledWork(deadline: deadline, queue: self, work: work)
    number += 1
    heap.insert(Entry(deadline: deadline, number: number, work: scheduled))
    return scheduled
  }

  /// Of requests' timeouts nearly all are cancelled, long before they are due: they are thrown out once they are the most.
  func leave() {
    cancelled += 1
    guard cancelled > 256, cancelled > heap.count / 2 else { return }
    let before = heap
    heap = Heap(before.unordered.filter { $0.work.work != nil })
    cancelled = 0
  }

  /// When the next work is due; nil where there is none.
  func nextDeadline() -> UInt64? {
    while let first = heap.min {
      if first.work.work != nil { return first.deadline }
      heap.removeMin()
      cancelled -= 1
    }
    return nil
  }

  /// Takes what is due.
  func next(at now: UInt64) -> (() -> Void)? {
    guard let deadline = nextDeadline(), deadline <= now else { return nil }
    return heap.removeMin().work.take()
  }
}
