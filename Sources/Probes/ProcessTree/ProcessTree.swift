import Glibc

/// A process and everything that descends from it, read from /proc.
///
/// Once seen, a process belongs to the tree until it ends, also when its parent ends first and it is handed to another.
/// A process is known by its identifier *and* its start time, so an identifier that is used again is never mistaken for
/// the process that had it before. Processes may vanish at any moment of a reading.
struct ProcessTree: Sendable {
  struct Reading: Sendable, Hashable {
    /// Nil when no process of the tree has memory any more.
    var residentBytes: UInt64?
    /// Cumulative, and never falling. Nil when no process of the tree was ever seen.
    var cpuSeconds: Double?
    /// Living processes, zombies left out.
    var processes: Int
  }

  let root: Int32
  /// Whether the root was there when the tree was made.
  let foundRoot: Bool
  private let files: SystemFiles
  private let memory: MemoryAccounting
  private let pageBytes: UInt64
  private let ticksPerSecond: Double
  private var members: [Int32: ProcessStat] = [:]
  private var processorTime = ProcessorTimeLedger()
  private var nextWalk: UInt64 = 0

  /// Reads the root's start time at once, so that its identifier can't be taken over unnoticed later.
  init(
    root: Int32, memory: MemoryAccounting = .resident, files: SystemFiles = .live,
    pageBytes: Int = sysconf(Int32(_SC_PAGESIZE)), ticksPerSecond: Int = sysconf(Int32(_SC_CLK_TCK))
  ) {
    self.root = root
    self.memory = memory
    self.files = files
    self.pageBytes = UInt64(max(1, pageBytes))
    self.ticksPerSecond = Double(max(1, ticksPerSecond))
    let stat = files.processStat(root)
    foundRoot = stat != nil
    members[root] = stat
  }

  /// Reads the tree. Known processes are read every time. New ones are looked for by a walk over /proc, whose cost
  /// grows with all processes of the machine: after a walk that took t of processor time, the next waits for 100 t, so
  /// that walking never takes more than a hundredth of a core. Times of children that come and go between two walks are
  /// in their parents'.
  /// - Parameter walks: true looks for new processes in any case.
  mutating func read(at now: UInt64 = MonotonicClock.nanoseconds(), walks: Bool = false) -> Reading {
    update()
    if walks || now >= nextWalk {
      let before = MonotonicClock.threadCPUNanoseconds()
      adoptNewcomers()
      let took = MonotonicClock.threadCPUNanoseconds() &- before
      nextWalk = now &+ min(took, 100_000_000) &* 100
    }
    let ticks = processorTime.total(living: members.values)
    let living = members.values.filter { !$0.isZombie }
    return Reading(
      residentBytes: residentBytes(of: living), cpuSeconds: foundRoot ? Double(ticks) / ticksPerSecond : nil,
      processes: living.count)
  }

  /// Reads the members again and lets go of those that ended. Elders first: the ledger relies on it.
  private mutating func update() {
    var ended: [ProcessStat] = []
    var takenOver: [Int32: UInt64] = [:]
    let elders = members.values.sorted { ($0.startTicks, $0.processIdentifier) < ($1.startTicks, $1.processIdentifier) }
    for before in elders {
      let process = before.processIdentifier
      if let now = files.processStat(process), now.startTicks == before.startTicks {
        takenOver[process] = now.reapedTicks >= before.reapedTicks ? now.reapedTicks - before.reapedTicks : 0
        members[process] = now
      } else {
        ended.append(before)
        members[process] = nil
      }
    }
    processorTime.settle(ended: ended, takenOver: takenOver)
  }

  private mutating func adoptNewcomers() {
    var newcomers: [Int32: [ProcessStat]] = [:]
    for process in files.processIdentifiers() where members[process] == nil {
      if let stat = files.processStat(process) { newcomers[stat.parent, default: []].append(stat) }
    }
    var parents = Array(members.keys)
    while let parent = parents.popLast() {
      guard let children = newcomers.removeValue(forKey: parent), let elder = members[parent] else { continue }
      // A child is never older than its parent: one that is had a parent whose identifier was given to ours since.
      for child in children where child.startTicks >= elder.startTicks && members[child.processIdentifier] == nil {
        members[child.processIdentifier] = child
        parents.append(child.processIdentifier)
      }
    }
  }

  private func residentBytes(of processes: [ProcessStat]) -> UInt64? {
    var sum: UInt64?
    for process in processes {
      guard let bytes = residentBytes(of: process.processIdentifier) else { continue }
      sum = (sum ?? 0) &+ bytes
    }
    return sum
  }

  private func residentBytes(of process: Int32) -> UInt64? {
    switch memory {
    case .resident:
      guard let bytes = try? files.bytes("/proc/\(process)/statm", limit: 256),
        let pages = ProcessMemory.residentPages(statm: bytes), pages > 0
      else { return nil }
      let (product, overflow) = pages.multipliedReportingOverflow(by: pageBytes)
      return overflow ? nil : product
    case .proportional:
      guard let bytes = try? files.bytes("/proc/\(process)/smaps_rollup", limit: 8192) else { return nil }
      return ProcessMemory.proportionalBytes(rollup: bytes)
    }
  }
}

extension SystemFiles {
  /// Nil when there is no such process, or no more.
  func processStat(_ process: Int32) -> ProcessStat? {
    guard let bytes = try? bytes("/proc/\(process)/stat", limit: 4096), let stat = ProcessStat(parsing: bytes),
      stat.processIdentifier == process
    else { return nil }
    return stat
  }
}
