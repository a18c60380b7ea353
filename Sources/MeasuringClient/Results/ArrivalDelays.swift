public import Transport

/// How long arrivals lay there before the client read them, and what of that can be in a figure.
///
/// A stamp is the kernel's, so a late read is in no figure by itself. Only where several events came in one read do the
/// earlier of them carry the stamp of the last.
public struct ArrivalDelays: Sendable {
  /// From an arrival to its read, in nanoseconds, of every read whose arrival the kernel noted.
  public private(set) var waits = LatencyHistogram()
  /// Reads whose arrival the kernel did not note: they are stamped when they were made.
  public private(set) var unnoted = 0
  /// Chunks with content that were read with events without, such as an answer's end, and ends that were read by themselves.
  public private(set) var together = 0
  public private(set) var apart = 0
  /// Reads that brought chunks with content, and those of them that brought several.
  public private(set) var reads = 0
  public private(set) var merged = 0
  private var firstsTogether = 0
  private var firsts = LatencyHistogram()
  private var chunks = LatencyHistogram()

  public init() {}

  /// Counts a read.
  public mutating func read(_ arrival: Arrival) {
    if arrival.isNoted { waits.record(arrival.readAt - arrival.stamp) } else { unnoted += 1 }
  }

  /// Counts what a read brought.
  /// - Parameters:
  ///   - count: chunks with content.
  ///   - events: all events, those without content included.
  ///   - before: chunks with content of the same answer that had come before.
  mutating func took(_ count: Int, of events: Int, after before: Int, _ arrival: Arrival) {
    guard count > 0 else {
      if events > 0, before > 0 { apart += 1 }
      return
    }
    reads += 1
    if count > 1 { merged += 1 }
    if count == 1, events > 1, arrival.isNoted {
      together += 1
      if before == 0 { firstsTogether += 1 }
      return
    }
    // Several may have come apart, so that the first is stamped too late.
    let late = count > 1 || !arrival.isNoted ? arrival.mayMerge : 0
    if before == 0 { firsts.record(late) }
    for _ in 0..<count { chunks.record(late) }
  }

  /// Whether chunks come so close behind each other that a read should not be put off: one in five hundred was not alone.
  var isDense: Bool { merged > 16 && merged > reads / 500 }

  /// By how much the stamps of first tokens may be late.
  var firstTokenDelay: LatencyHistogram { firsts.with(firstsTogether, of: endLag) }

  /// By how much the stamps of chunks with content may be late.
  var chunkDelay: LatencyHistogram { chunks.with(together, of: endLag) }

  /// How long after a chunk the events without content come that were read with it, at most.
  ///
  /// Where they are written after it by a lag `g`, they are read apart whenever less than `g` passes until the read. So the
  /// share that was read apart is the share of waits below `g`: none apart means a lag below nearly every wait.
  private var endLag: UInt64 {
    guard together > 0 else { return 0 }
    let share = Double(apart) / Double(apart + together)
    return waits.percentile(max(0.1, share * 100)) ?? 0
  }
}

extension LatencyHistogram {
  fileprivate func with(_ count: Int, of value: UInt64) -> LatencyHistogram {
    var result = self
    for _ in 0..<count { result.record(value) }
    return result
  }
}
