import CSockets
import Foundation
import Synchronization

/// What a loop tells of a file that it watches.
protocol WatchedFile: AnyObject {
  func becameReady(readable: Bool, writable: Bool)
}

/// One thread that waits for sockets, timers and work from elsewhere, and sleeps while there is nothing.
///
/// What arrives is stamped by the kernel when it does so, and not by this thread when it comes to read it: how long it was
/// asleep, busy or without a core is not in any stamp (`SO_TIMESTAMPNS`, see socket(7)).
///
/// `@unchecked Sendable`: what is not guarded by `pending` is touched on its thread alone.
public final class SocketLoop: @unchecked Sendable {
  /// Files told of in one look.
  private static let most = 256
  /// A look that takes longer has found nothing at first, in nanoseconds.
  private static let asleep: UInt64 = 20_000
  /// Bytes of one read at most.
  static let readCapacity = 64 << 10

  private struct Watch {
    var generation: UInt32
    var file: (any WatchedFile)?
  }

  private struct Pending {
    var work: [@Sendable () -> Void] = []
    var isEnding = false
  }

  private let poller: CInt
  private let waker: CInt
  private let pending = Mutex(Pending())
  private let thread = Atomic<UInt>(0)
  private var watches: [Watch] = []
  private var soon: [() -> Void] = []
  private let timers = TimerQueue()
  private var clock = ArrivalClock()
  let space = UnsafeMutableRawPointer.allocate(byteCount: SocketLoop.readCapacity, alignment: 16)
  /// When the look before this one ended, where the loop has been busy since; else when this one ended.
  private var busySince: UInt64 = 0
  private var wasBusy = false
  private var longestWait: UInt64 = 0
  private var longestWaitBefore: UInt64 = 0

  /// For how long what arrives is left to gather before it is read, in nanoseconds, while it comes so fast that the thread is
  /// woken more often than that; 0 is never. No stamp is later for it, and each time that a thread need not be woken saves what
  /// many reads cost. Timers are on time all the same; work from other threads may wait so long. On the loop.
  public var gathering: UInt64 = 0

  /// - Parameter name: of the thread.
  /// - Throws: ``SocketError/system(_:)`` where there is no file left for it.
  public init(name: String) throws(SocketError) {
    poller = poller_create()
    guard poller >= 0 else { throw .system(errno) }
    waker = waker_create()
    guard waker >= 0 else {
      let number = errno
      close(poller)
      throw .system(number)
    }
    // 0 is nobody's token: a file's generation begins at 1.
    guard poller_watch(poller, waker, 0, 1, 0) == 0 else {
      let number = errno
      close(poller)
      close(waker)
      throw .system(number)
    }
    // The thread holds the loop until it is ended.
    let thread = Thread { [self] in run() }
    thread.name = name
    thread.start()
  }

  deinit {
    close(poller)
    close(waker)
    space.deallocate()
  }

  /// Whether the caller is on the loop's thread.
  public var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

  /// Whether this system notes when what arrives does so.
  public static let notesArrivals: Bool = {
    let file = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    guard file >= 0 else { return false }
    defer { close(file) }
    return note_arrivals(file) == 0
  }()

  /// Does work on the loop, after what has become ready. From any thread.
  /// - Returns: whether it will be done: after ``end()`` nothing is.
  @discardableResult
  public func execute(_ work: @escaping @Sendable () -> Void) -> Bool {
    if isCurrent {
      soon.append(work)
      return true
    }
    let place = pending.withLock { pending -> Int? in
      guard !pending.isEnding else { return nil }
      pending.work.append(work)
      return pending.work.count
    }
    if place == 1 { waker_wake(waker) }
    return place != nil
  }

  /// Does work on the loop and hands its result over; nil where the loop has ended. From any other thread.
  public func submit<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value? {
    await withCheckedContinuation { continuation in
      if !execute({ continuation.resume(returning: work()) }) { continuation.resume(returning: nil) }
    }
  }

  /// Does work on the loop once it is due, and not before. On the loop.
  @discardableResult
  public func schedule(at deadline: UInt64, _ work: @escaping () -> Void) -> ScheduledWork {
    timers.add(at: deadline, work)
  }

  /// Does what it has been given, and ends the thread.
  public func end() {
    let wakes = pending.withLock { pending in
      defer { pending.isEnding = true }
      return !pending.isEnding
    }
    if wakes { waker_wake(waker) }
  }

  /// Watches a file for reading, and for writing where asked. On the loop.
  func watch(_ file: CInt, for owner: any WatchedFile, writing: Bool) throws(SocketError) {
    while watches.count <= Int(file) { watches.append(Watch(generation: 0, file: nil)) }
    watches[Int(file)].generation &+= 1
    watches[Int(file)].file = owner
    guard poller_watch(poller, file, token(file), 1, writing ? 1 : 0) == 0 else {
      let number = errno
      watches[Int(file)].file = nil
      throw .system(number)
    }
  }

  func change(_ file: CInt, writing: Bool) { _ = poller_watch(poller, file, token(file), 0, writing ? 1 : 0) }

  /// Forgets a file. What has been told of it and not yet handed on is lost with it.
  func forget(_ file: CInt) {
    // A loop that has ended has forgotten all.
    guard Int(file) < watches.count else { return }
    // Whoever goes with it may come back here to have its own files forgotten.
    let owner = watches[Int(file)].file
    watches[Int(file)].file = nil
    withExtendedLifetime(owner) {}
  }

  /// A file's number is given away anew once it is closed: what is told of the one before must not reach the next.
  private func token(_ file: CInt) -> UInt64 {
    UInt64(max(1, watches[Int(file)].generation)) << 32 | UInt64(UInt32(bitPattern: file))
  }

  private func run() {
    thread.store(UInt(pthread_self()), ordering: .relaxed)
    sharpen_timeouts()
    var ready = [ready_file](repeating: ready_file(), count: Self.most)
    var looked = MonotonicClock.now
    while true {
      gather(since: looked)
      let patience = patience()
      let asked = MonotonicClock.now
      let count = poller_wait(poller, &ready, CInt(Self.most), patience)
      let now = MonotonicClock.now
      busySince = now - asked < Self.asleep ? looked : now
      // Where the next thing to read came sooner than so, others will.
      wasBusy = count > 0 && now - looked < 2 * gathering
      looked = now
      if count > 0 { handOn(ready[..<Int(count)]) }
      while let work = timers.next(at: MonotonicClock.now) { work() }
      let (work, isEnding) = pending.withLock { pending in
        defer { pending.work.removeAll(keepingCapacity: true) }
        return (pending.work, pending.isEnding)
      }
      for work in work { work() }
      let soon = self.soon
      self.soon.removeAll(keepingCapacity: true)
      for work in soon { work() }
      if isEnding, self.soon.isEmpty { break }
    }
    thread.store(0, ordering: .relaxed)
    let left = watches
    watches = []
    withExtendedLifetime(left) {}
  }

  /// Sleeps until what has arrived since the last look is worth waking for.
  private func gather(since looked: UInt64) {
    guard gathering > 0, wasBusy, soon.isEmpty else { return }
    let now = MonotonicClock.now
    let until = min(looked + gathering, timers.nextDeadline() ?? .max)
    guard until > now + Self.asleep else { return }
    sleep_until(until)
  }

  /// For how long it may sleep, in nanoseconds; negative is for ever.
  private func patience() -> Int64 {
    guard soon.isEmpty else { return 0 }
    guard let deadline = timers.nextDeadline() else { return -1 }
    let now = MonotonicClock.now
    return deadline > now ? Int64(min(deadline - now, 3_600_000_000_000)) : 0
  }

  private func handOn(_ ready: ArraySlice<ready_file>) {
    clock.refresh()
    longestWaitBefore = longestWait
    longestWait = 0
    for file in ready {
      guard file.token != 0 else {
        waker_clear(waker)
        continue
      }
      let number = Int(file.token & 0xFFFF_FFFF)
      guard number < watches.count, watches[number].generation == UInt32(file.token >> 32) else { continue }
      watches[number].file?.becameReady(readable: file.readable != 0, writable: file.writable != 0)
    }
  }

  /// Stamps what was read.
  /// - Parameters:
  ///   - wall: the kernel's note.
  ///   - earliest: before which it cannot have arrived.
  func arrival(wall: Int64, earliest: UInt64) -> Arrival {
    let now = MonotonicClock.now
    let stamp = clock.arrival(wall: wall, now: now, earliest: earliest)
    if let stamp { longestWait = max(longestWait, now - stamp) }
    // As long as anything has just lain there, or as the loop has been busy with other things.
    let lay = max(longestWait, longestWaitBefore, now - min(now, busySince))
    return Arrival(
      stamp: stamp ?? now, readAt: now, isNoted: stamp != nil, mayMerge: min(lay, (stamp ?? now) - min(now, earliest)))
  }
}

/// When what was read arrived.
public struct Arrival: Sendable, Hashable {
  /// The arrival of the last byte, by ``MonotonicClock``.
  public var stamp: UInt64
  /// When it was read.
  public var readAt: UInt64
  /// Whether the stamp is the kernel's; else it is when it was read.
  public var isNoted: Bool
  /// By how much earlier the first byte may have arrived: as long as anything has just lain unread, and no earlier than
  /// the read before. In nanoseconds.
  public var mayMerge: UInt64

  public init(stamp: UInt64, readAt: UInt64, isNoted: Bool, mayMerge: UInt64) {
    self.stamp = stamp
    self.readAt = readAt
    self.isNoted = isNoted
    self.mayMerge = mayMerge
  }
}
