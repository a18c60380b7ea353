import Testing

@testable import Probes

@Suite struct ProcessStatTests {
  private func line(_ name: String, state: String = "S", utime: String = "411", cutime: String = "7") -> [UInt8] {
    Array(
      ("4242 (\(name)) \(state) 13 4242 13 0 -1 4194560 98 5 0 0 \(utime) 22 \(cutime) 8 20 0 9 0 119812 3133440 411 "
        + "18446744073709551615 94 94 140 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 94 94 94 140 140 140 140 0\n").utf8)
  }

  @Test func readsAnOrdinaryLine() throws {
    let stat = try #require(ProcessStat(parsing: line("python3")))
    #expect(stat.processIdentifier == 4242)
    #expect(stat.name == "python3")
    #expect(stat.state == "S")
    #expect(stat.parent == 13)
    #expect(stat.userTicks == 411)
    #expect(stat.systemTicks == 22)
    #expect(stat.childUserTicks == 7)
    #expect(stat.childSystemTicks == 8)
    #expect(stat.startTicks == 119812)
    #expect(stat.ownTicks == 433)
    #expect(stat.reapedTicks == 15)
  }

  /// A process may call itself anything, also something that looks like the rest of the line.
  @Test(arguments: [
    "a b", "(x)", ") Z 1 1 1", ")", "", "a) R 1 2 3 (b", "tab\tnew\nline", "(((((((((((((((", ") S 1 9 9 9 9 9 9 9 9 9",
  ])
  func isNotDeceivedByNames(name: String) throws {
    let stat = try #require(ProcessStat(parsing: line(name)))
    #expect(stat.name == name)
    #expect(stat.parent == 13)
    #expect(stat.userTicks == 411)
    #expect(stat.startTicks == 119812)
  }

  @Test func takesNamesThatAreNoText() throws {
    var bytes = line("xx")
    let index = try #require(bytes.firstIndex(of: UInt8(ascii: "x")))
    bytes[index] = 0xff
    #expect(ProcessStat(parsing: bytes)?.parent == 13)
  }

  @Test func negativeTimesAreNone() {
    #expect(ProcessStat(parsing: line("x", utime: "-1", cutime: "-5"))?.ownTicks == 22)
  }

  @Test(arguments: ["Z", "X"]) func knowsTheEnded(state: String) {
    #expect(ProcessStat(parsing: line("x", state: state))?.isZombie == true)
  }

  @Test(arguments: [
    "", "4242", "4242 (x", "4242 (x)", "4242 (x) ", "4242 (x) S 1 2 3", "x (x) S 1", ")(", "(x) S 1 2",
    "4242 (x) S a 4242 13 0 -1 4194560 98 5 0 0 1 1 1 1 20 0 9 0 119812 3133440",
    "4242 (x) S 1 4242 13 0 -1 4194560 98 5 0 0 one 1 1 1 20 0 9 0 119812 3133440",
    "99999999999 (x) S 1 4242 13 0 -1 4194560 98 5 0 0 1 1 1 1 20 0 9 0 119812 3133440",
  ])
  func refusesWhatIsNoSuchLine(text: String) {
    #expect(ProcessStat(parsing: Array(text.utf8)) == nil)
  }

  @Test func residentPages() {
    #expect(ProcessMemory.residentPages(statm: Array("765 434 394 7 0 106 0\n".utf8)) == 434)
    #expect(ProcessMemory.residentPages(statm: Array("765 434".utf8)) == 434)
    #expect(ProcessMemory.residentPages(statm: Array("765".utf8)) == nil)
    #expect(ProcessMemory.residentPages(statm: []) == nil)
    #expect(ProcessMemory.residentPages(statm: Array("a b c".utf8)) == nil)
  }

  @Test func proportionalBytes() {
    let rollup = """
      55d0-7ffd ---p 00000000 00:00 0                          [rollup]
      Rss:                1736 kB
      Pss:                 280 kB
      Pss_Dirty:           116 kB

      """
    #expect(ProcessMemory.proportionalBytes(rollup: Array(rollup.utf8)) == 280 * 1024)
    #expect(ProcessMemory.proportionalBytes(rollup: Array("Pss: many kB".utf8)) == nil)
    #expect(ProcessMemory.proportionalBytes(rollup: Array("Pss: 99999999999999999 kB".utf8)) == nil)
    #expect(ProcessMemory.proportionalBytes(rollup: []) == nil)
  }
}
