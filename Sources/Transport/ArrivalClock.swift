/// Turns the kernel's notes of arrivals, which go by the time of day, into ``MonotonicClock``'s time.
///
/// The two differ by a constant: the kernel disciplines both alike, and only a step of the time of day (somebody sets it)
/// changes the difference. So it is taken now and then, in a narrow bracket; where it has changed by more than reading two
/// clocks can explain, the time of day was set, and what arrived since the look before has no usable note.
struct ArrivalClock {
  /// How often the difference is taken anew, in nanoseconds.
  static let period: UInt64 = 5_000_000
  /// A bracket wider than this says too little: the thread lost its core between the two clocks.
  static let widest: UInt64 = 2_000
  /// By how much the difference may change from one look to the next.
  static let tolerance: Int64 = 20_000

  /// What is added to the time of day.
  private(set) var difference: Int64 = 0
  private(set) var isUsable = false
  private var takenAt: UInt64 = 0
  /// How often the time of day was found to be set.
  private(set) var steps = 0

  /// Looks at both clocks where it is time to. Call it before a batch of reads.
  /// - Parameters:
  ///   - now: by ``MonotonicClock``.
  ///   - clocks: reads the monotonic clock, the time of day and the monotonic clock again.
  mutating func refresh(now: UInt64, clocks: () -> (before: UInt64, wall: UInt64, after: UInt64)) {
    if takenAt != 0, now &- takenAt < Self.period {
      return
    }
    var best: (width: UInt64, difference: Int64)?
    for _ in 0..<4 {
      let (before, wall, after) = clocks()
      let width = after &- before
      if width < best?.width ?? .max {
        best = (width, Int64(bitPattern: before &+ width / 2 &- wall))
      }
      if width <= Self.widest { break }
    }
    guard let best else { return }
    defer { takenAt = now }
    guard takenAt != 0 else {
      (difference, isUsable) = (best.difference, true)
      return
    }
    let change = best.difference &- difference
    if change.magnitude <= UInt64(Self.tolerance) {
      // What is left is the noise of reading: the narrower bracket is nearer to the truth.
      if best.width <= Self.widest { difference = best.difference }
      isUsable = true
    } else if best.width <= Self.widest {
      difference = best.difference
      steps += 1
      isUsable = false
    } else {
      isUsable = false
    }
  }

  /// Looks at the machine's clocks where it is time to.
  mutating func refresh() {
    refresh(now: MonotonicClock.now) { (MonotonicClock.now, MonotonicClock.wall, MonotonicClock.now) }
  }

  /// When something arrived that is read now; nil where the note says nothing that can be.
  /// - Parameters:
  ///   - wall: the kernel's note, by the time of day; 0 is none.
  ///   - earliest: before which it cannot have arrived: the end of the read before, or when the connection was made.
  func arrival(wall: Int64, now: UInt64, earliest: UInt64) -> UInt64? {
    guard wall > 0, isUsable else { return nil }
    let stamp = UInt64(bitPattern: wall &+ difference)
    // The two clocks are read apart, by up to the width of a bracket.
    let slack = Self.widest
    guard stamp <= now &+ slack, stamp &+ slack >= earliest else { return nil }
    return min(now, max(stamp, earliest))
  }
}
