import CSockets

/// Says when what a socket of somebody else's is about to read arrived.
public final class ArrivalNotes {
  private let file: CInt
  private let capacity: Int
  private var clock = ArrivalClock()
  private var lastLook: UInt64

  /// - Parameters:
  ///   - file: a connected TCP socket, which has to outlive this.
  ///   - capacity: bytes of one of its reads.
  /// - Returns: nil where this system notes no arrivals.
  public init?(file: CInt, capacity: Int) {
    guard note_arrivals(file) == 0 else { return nil }
    self.file = file
    self.capacity = capacity
    // What was there before the kernel was asked to note has no note.
    lastLook = 0
  }

  /// When the last byte of the next read arrived, by ``MonotonicClock``; nil where that is not known. Call it just before
  /// each read.
  public func next() -> UInt64? {
    clock.refresh()
    var wall: Int64 = 0
    let look = MonotonicClock.now
    guard peek_noted(file, capacity, &wall) > 0 else { return nil }
    defer { lastLook = look }
    return clock.arrival(wall: wall, now: MonotonicClock.now, earliest: lastLook)
  }
}
