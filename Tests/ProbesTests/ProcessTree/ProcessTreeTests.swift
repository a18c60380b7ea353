import Glibc
import Testing

@testable import Probes

@Suite struct ProcessTreeTests {
  private func tree(_ machine: FakeMachine, root: Int32 = 10, memory: MemoryAccounting = .resident) -> ProcessTree {
    ProcessTree(root: root, memory: memory, files: machine.files, pageBytes: 4096, ticksPerSecond: 100)
  }

  @Test func sumsTheDescendantsAndNobodyElse() throws {
    let machine = try FakeMachine()
    try machine.run(1, parent: 0, name: "init", start: 1, pages: 1000)
    try machine.run(10, parent: 1, ticks: (100, 20), pages: 10)
    try machine.run(11, parent: 10, name: "a) S 1 (b", ticks: (30, 0), start: 110, pages: 20)
    try machine.run(12, parent: 11, ticks: (5, 5), reaped: (40, 0), start: 120, pages: 30)
    try machine.run(13, parent: 1, ticks: (1000, 0), start: 105, pages: 500)
    var tree = tree(machine)
    let reading = tree.read()
    #expect(reading.residentBytes == 60 * 4096)
    #expect(reading.cpuSeconds == 2.0)
    #expect(reading.processes == 3)
  }

  @Test func aMissingRootReadsNothing() throws {
    let machine = try FakeMachine()
    try machine.run(1, parent: 0, start: 1)
    var tree = tree(machine)
    #expect(!tree.foundRoot)
    #expect(tree.read() == ProcessTree.Reading(residentBytes: nil, cpuSeconds: nil, processes: 0))
  }

  /// Another process that was given the identifier afterwards is not the trial.
  @Test func identifiersThatAreUsedAgainAreNotFollowed() throws {
    let machine = try FakeMachine()
    try machine.run(10, ticks: (50, 0), start: 100)
    var tree = tree(machine)
    #expect(tree.read().cpuSeconds == 0.5)
    try machine.run(10, ticks: (9000, 0), start: 500, pages: 999)
    let reading = tree.read()
    #expect(reading.residentBytes == nil)
    #expect(reading.cpuSeconds == 0.5)
  }

  /// A process that is older than its parent is a stranger: the identifier had another owner when it was born.
  @Test func childrenAreNotOlderThanTheirParents() throws {
    let machine = try FakeMachine()
    try machine.run(10, start: 100, pages: 10)
    try machine.run(11, parent: 10, start: 50, pages: 70)
    var tree = tree(machine)
    #expect(tree.read().residentBytes == 10 * 4096)
  }

  @Test func aProcessStaysWhenItIsHandedToAnother() throws {
    let machine = try FakeMachine()
    try machine.run(10, start: 100, pages: 10)
    try machine.run(11, parent: 10, ticks: (10, 0), start: 110, pages: 20)
    try machine.run(12, parent: 11, ticks: (10, 0), start: 120, pages: 30)
    var tree = tree(machine)
    #expect(tree.read().processes == 3)
    try machine.end(11)
    try machine.run(12, parent: 1, ticks: (15, 0), start: 120, pages: 30)
    let reading = tree.read()
    #expect(reading.residentBytes == 40 * 4096)
    #expect(reading.cpuSeconds == 0.25)
  }

  /// A walk over /proc is rationed by what the last one took; the last reading of a trial walks in any case.
  @Test func newcomersAreFoundAtTheNextWalk() throws {
    let machine = try FakeMachine()
    try machine.run(10, pages: 10)
    var tree = tree(machine)
    #expect(tree.read(at: 1).processes == 1)
    try machine.run(11, parent: 10, start: 101, pages: 20)
    #expect(tree.read(at: 2).processes == 1)
    #expect(tree.read(at: 3, walks: true).processes == 2)
    try machine.run(12, parent: 11, start: 102, pages: 30)
    #expect(tree.read(at: 3 + 10_000_000_001).residentBytes == 60 * 4096)
  }

  @Test func zombiesKeepTheirTimeAndHaveNoMemory() throws {
    let machine = try FakeMachine()
    try machine.run(10, state: "Z", ticks: (77, 0), pages: 0)
    var tree = tree(machine)
    #expect(tree.read() == ProcessTree.Reading(residentBytes: nil, cpuSeconds: 0.77, processes: 0))
  }

  @Test func timeNeverFalls() throws {
    let machine = try FakeMachine()
    try machine.run(10, ticks: (100, 0))
    var tree = tree(machine)
    #expect(tree.read().cpuSeconds == 1)
    try machine.run(10, ticks: (99, 0))
    #expect(tree.read().cpuSeconds == 1)
    try machine.end(10)
    #expect(tree.read().cpuSeconds == 1)
  }

  @Test func aProcessWithoutMemoryFileIsLeftOut() throws {
    let machine = try FakeMachine()
    try machine.run(10, pages: 10)
    try machine.run(11, parent: 10, start: 101, pages: 10)
    try machine.remove("/proc/11/statm")
    var tree = tree(machine)
    #expect(tree.read().residentBytes == 10 * 4096)
  }

  @Test func damagedFilesAreSkipped() throws {
    let machine = try FakeMachine()
    try machine.run(10, pages: 10)
    try machine.write("/proc/11/stat", "nonsense")
    try machine.write("/proc/12/stat", "")
    try machine.write("/proc/13/stat", "999 (liar) S 10 1 1 0 -1 1 1 1 1 1 1 1 1 1 1 1 1 1 200 1")
    try machine.write("/proc/uptime", "1 1")
    var tree = tree(machine)
    #expect(tree.read().processes == 1)
  }

  @Test func proportionalMemory() throws {
    let machine = try FakeMachine()
    try machine.run(10)
    try machine.write("/proc/10/smaps_rollup", "x\nRss: 100 kB\nPss:  40 kB\n")
    try machine.run(11, parent: 10, start: 101)
    try machine.write("/proc/11/smaps_rollup", "x\nRss: 100 kB\nPss:  2 kB\n")
    var tree = tree(machine, memory: .proportional)
    #expect(tree.read().residentBytes == 42 * 1024)
    try machine.remove("/proc/10/smaps_rollup")
    try machine.remove("/proc/11/smaps_rollup")
    #expect(tree.read().residentBytes == nil)
  }

  @Test func readsThisProcess() throws {
    var tree = ProcessTree(root: getpid())
    let reading = tree.read()
    #expect(tree.foundRoot)
    #expect(try #require(reading.residentBytes) > 1 << 20)
    #expect(try #require(reading.cpuSeconds) >= 0)
    #expect(reading.processes >= 1)
  }
}

@Suite struct ProcessorTimeLedgerTests {
  private func stat(_ process: Int32, parent: Int32, own: UInt64, reaped: UInt64 = 0) -> ProcessStat {
    let line =
      "\(process) (x) S \(parent) 1 1 0 -1 4194304 98 0 0 0 \(own) 0 \(reaped) 0 20 0 1 0 \(process) 3133440 10"
    return ProcessStat(parsing: Array(line.utf8))!
  }

  @Test func whatTheParentTookOverIsNotCountedTwice() {
    var ledger = ProcessorTimeLedger()
    #expect(ledger.total(living: [stat(1, parent: 0, own: 10), stat(2, parent: 1, own: 30)]) == 40)
    ledger.settle(ended: [stat(2, parent: 1, own: 30)], takenOver: [1: 32])
    #expect(ledger.total(living: [stat(1, parent: 0, own: 11, reaped: 32)]) == 43)
  }

  @Test func whatNobodyTookOverIsKept() {
    var ledger = ProcessorTimeLedger()
    ledger.settle(ended: [stat(2, parent: 99, own: 30, reaped: 5)], takenOver: [1: 0])
    #expect(ledger.total(living: [stat(1, parent: 0, own: 10)]) == 45)
  }

  /// The child ended between the reading of its parent and its own: the parent shows it at the next reading.
  @Test func theParentMayShowItOneReadingLater() {
    var ledger = ProcessorTimeLedger()
    ledger.settle(ended: [stat(2, parent: 1, own: 30)], takenOver: [1: 0])
    #expect(ledger.total(living: [stat(1, parent: 0, own: 10)]) == 40)
    ledger.settle(ended: [], takenOver: [1: 30])
    #expect(ledger.total(living: [stat(1, parent: 0, own: 10, reaped: 30)]) == 40)
  }

  /// The parent ignores SIGCHLD: the system reaps its children, and nobody gets their time.
  @Test func aParentThatDoesNotWaitTakesNothingOver() {
    var ledger = ProcessorTimeLedger()
    ledger.settle(ended: [stat(2, parent: 1, own: 30)], takenOver: [1: 0])
    ledger.settle(ended: [], takenOver: [1: 0])
    #expect(ledger.total(living: [stat(1, parent: 0, own: 10)]) == 40)
    ledger.settle(ended: [], takenOver: [1: 30])
    #expect(ledger.total(living: [stat(1, parent: 0, own: 10, reaped: 30)]) == 70)
  }

  @Test func aWholeBranchGoesToItsNearestSurvivor() {
    var ledger = ProcessorTimeLedger()
    let branch = [stat(2, parent: 1, own: 5), stat(3, parent: 2, own: 6), stat(4, parent: 3, own: 7)]
    ledger.settle(ended: branch, takenOver: [1: 18])
    #expect(ledger.total(living: [stat(1, parent: 0, own: 0, reaped: 18)]) == 18)
  }

  @Test func whatIsOwedGoesOnToTheHeirsHeir() {
    var ledger = ProcessorTimeLedger()
    ledger.settle(ended: [stat(3, parent: 2, own: 6)], takenOver: [1: 0, 2: 0])
    ledger.settle(ended: [stat(2, parent: 1, own: 5)], takenOver: [1: 11])
    #expect(ledger.total(living: [stat(1, parent: 0, own: 0, reaped: 11)]) == 11)
  }

  @Test func theEndOfEverythingKeepsTheSum() {
    var ledger = ProcessorTimeLedger()
    ledger.settle(ended: [stat(1, parent: 0, own: 5, reaped: 7), stat(2, parent: 1, own: 6)], takenOver: [:])
    #expect(ledger.total(living: []) == 18)
  }

  @Test func familiesThatGoInCirclesEnd() {
    var ledger = ProcessorTimeLedger()
    ledger.settle(ended: [stat(2, parent: 3, own: 1), stat(3, parent: 2, own: 1)], takenOver: [1: 0])
    #expect(ledger.total(living: []) == 2)
  }
}
