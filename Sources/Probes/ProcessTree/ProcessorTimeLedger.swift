/// Keeps the processor time of a process tree whole while its processes end.
///
/// When a process ends and its parent waits for it, its time moves into the parent's `cutime` and `cstime`, and the sum
/// over the tree stays right by itself. When nobody of the tree waits (an orphan, a parent that ignores SIGCHLD) the
/// time would drop out of the sum, so what the nearest surviving ancestor did not take over is kept here.
///
/// A process may end between the reading of its parent and its own. With parents read first, the parent's counter
/// then shows it one reading later, so what is owed waits for one reading before it counts as kept.
struct ProcessorTimeLedger: Sendable, Hashable {
  private var keptTicks: UInt64 = 0
  /// By the ancestor that may still take it over.
  private var owedTicks: [Int32: UInt64] = [:]
  private var lastTotal: UInt64 = 0

  /// - Parameters:
  ///   - ended: the last readings of processes that are gone.
  ///   - takenOver: for every process that is still there, by how much its reaped time grew since the last reading.
  mutating func settle(ended: [ProcessStat], takenOver: [Int32: UInt64]) {
    var takenOver = takenOver
    var left: [Int32: UInt64] = [:]
    var parents: [Int32: Int32] = [:]
    for stat in ended {
      left[stat.processIdentifier] = stat.ownTicks &+ stat.reapedTicks
      parents[stat.processIdentifier] = stat.parent
    }
    for (heir, owed) in owedTicks {
      if let taken = takenOver[heir] {
        takenOver[heir] = taken - min(taken, owed)
        keptTicks &+= owed - min(taken, owed)
      } else if left[heir] != nil {
        left[heir, default: 0] &+= owed
      } else {
        keptTicks &+= owed
      }
    }
    owedTicks = [:]
    var expected: [Int32: UInt64] = [:]
    for (process, ticks) in left {
      var heir = parents[process] ?? 0
      var steps = 0
      while takenOver[heir] == nil, let next = parents[heir], steps < parents.count {
        heir = next
        steps += 1
      }
      if takenOver[heir] == nil { keptTicks &+= ticks } else { expected[heir, default: 0] &+= ticks }
    }
    for (heir, ticks) in expected {
      let taken = takenOver[heir] ?? 0
      if ticks > taken { owedTicks[heir] = ticks - taken }
    }
  }

  /// Ticks of the tree since its processes began. Never falls: rounding of single counters may take back a tick.
  mutating func total(living: some Sequence<ProcessStat>) -> UInt64 {
    let sum = living.reduce(keptTicks) { $0 &+ $1.ownTicks &+ $1.reapedTicks }
    lastTotal = max(lastTotal, owedTicks.values.reduce(sum, &+))
    return lastTotal
  }
}
