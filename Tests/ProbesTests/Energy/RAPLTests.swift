import Testing

@testable import Probes

@Suite struct RAPLTests {
  private static let folder = "/sys/class/powercap"

  /// A server: two packages with memory of their own, `core` inside a package, a second view through MMIO, and `psys`.
  private func server(energies: [String: UInt64] = [:]) throws -> FakeMachine {
    let zones = [
      "intel-rapl:0": "package-0", "intel-rapl:0:0": "core", "intel-rapl:0:1": "dram", "intel-rapl:1": "package-1",
      "intel-rapl:2": "psys", "intel-rapl-mmio:0": "package-0",
    ]
    let machine = try FakeMachine()
    for (zone, name) in zones {
      try machine.write("\(Self.folder)/\(zone)/name", name + "\n")
      try machine.write("\(Self.folder)/\(zone)/energy_uj", "\(energies[zone] ?? 1_000_000)\n")
      try machine.write("\(Self.folder)/\(zone)/max_energy_range_uj", "10000000\n")
    }
    return machine
  }

  @Test func countsEachJouleOnce() throws {
    let machine = try server()
    let zones = try RAPL.zones(files: machine.files)
    #expect(zones.map(\.name) == ["package-0", "dram", "package-1"])
    #expect(zones.allSatisfy { $0.range == 10_000_000 })
    #expect(try RAPLMeter(files: machine.files).source == "RAPL package-0 + dram + package-1")
  }

  @Test(arguments: [
    (["a:0": "package-0", "a:0:0": "core", "a:0:1": "uncore"], ["a:0"]),
    (["a:0": "package-0-die-0", "a:1": "package-0-die-1"], ["a:0", "a:1"]),
    (["a:0": "psys"], ["a:0"]),
    (["a:0": "package-0", "a:1": "psys"], ["a:0"]),
    (["a:0": "core"], []),
    ([:], []),
  ])
  func choosesZones(zones: [String: String], chosen: [String]) {
    #expect(RAPL.choose(zones) == chosen)
  }

  @Test func readsJoulesAndUnwrapsEveryZoneByItself() throws {
    let machine = try server(energies: ["intel-rapl:0": 9_000_000])
    var meter = try RAPLMeter(files: machine.files)
    let moment = MeterMoment(nanoseconds: 1)
    #expect(meter.joules(at: moment) == 0)
    try machine.write("\(Self.folder)/intel-rapl:0/energy_uj", "500000\n")
    try machine.write("\(Self.folder)/intel-rapl:1/energy_uj", "1250000\n")
    #expect(isNear(meter.joules(at: moment), 1.75))
    try machine.write("\(Self.folder)/intel-rapl:0/energy_uj", "1500000\n")
    #expect(isNear(meter.joules(at: moment), 2.75))
  }

  @Test func aZoneThatIsSilentSilencesTheSumForThatReadingOnly() throws {
    let machine = try server()
    var meter = try RAPLMeter(files: machine.files)
    let moment = MeterMoment(nanoseconds: 1)
    _ = meter.joules(at: moment)
    let path = "\(Self.folder)/intel-rapl:0:1/energy_uj"
    try machine.write(path, "not a number\n")
    #expect(meter.joules(at: moment) == nil)
    try machine.write(path, "3000000\n")
    #expect(meter.joules(at: moment) == 2)
  }

  @Test func findsZonesThatLieInsideTheirParents() throws {
    let machine = try FakeMachine([
      "\(Self.folder)/intel-rapl:0/name": "package-0", "\(Self.folder)/intel-rapl:0/energy_uj": "5",
      "\(Self.folder)/intel-rapl:0/intel-rapl:0:2/name": "dram",
      "\(Self.folder)/intel-rapl:0/intel-rapl:0:2/energy_uj": "5",
    ])
    let zones = try RAPL.zones(files: machine.files)
    #expect(zones.map(\.name) == ["package-0", "dram"])
    #expect(zones.allSatisfy { $0.range == nil })
  }

  @Test func deniedCountersSayHowToBeLetIn() throws {
    let machine = try server()
    var files = machine.files
    files.denied = ["\(Self.folder)/intel-rapl:0/energy_uj"]
    let error = #expect(throws: Unavailable.self) { try RAPLMeter(files: files) }
    #expect(error?.reason == "/sys/class/powercap/intel-rapl:0/energy_uj can't be read: permission denied")
    #expect(error?.mend.contains("sudo chmod") == true)
  }

  @Test func machinesWithoutCountersSaySo() throws {
    let none = try FakeMachine()
    #expect(reason(none)?.contains("offers no power counters") == true)
    let empty = try FakeMachine(["\(Self.folder)/dtpm/name": "x"])
    #expect(reason(empty)?.contains("no intel-rapl") == true)
    let masked = try FakeMachine(["\(Self.folder)/intel-rapl:0/enabled": "1"])
    #expect(reason(masked)?.contains("container") == true)
    let strange = try FakeMachine(["\(Self.folder)/intel-rapl:0/name": "core"])
    #expect(reason(strange)?.contains("only core") == true)
  }

  private func reason(_ machine: FakeMachine) -> String? {
    #expect(throws: Unavailable.self) { try RAPL.zones(files: machine.files) }?.reason
  }
}

@Suite struct CounterUnwrapperTests {
  @Test func countsFromTheFirstReading() {
    var counter = CounterUnwrapper()
    #expect(counter.count(100, range: 1000) == 0)
    #expect(counter.count(350, range: 1000) == 250)
  }

  @Test func goesOnBehindTheRange() {
    var counter = CounterUnwrapper()
    _ = counter.count(900, range: 1000)
    #expect(counter.count(50, range: 1000) == 150)
    #expect(counter.count(950, range: 1000) == 1050)
    #expect(counter.count(0, range: 1000) == 1100)
  }

  /// A hole in a sum would look like a small sum.
  @Test func aFallThatCannotBeExplainedEndsTheCount() {
    var counter = CounterUnwrapper()
    _ = counter.count(900, range: nil)
    #expect(counter.count(50, range: nil) == nil)
    #expect(counter.count(60, range: nil) == nil)
    var smallRange = CounterUnwrapper()
    _ = smallRange.count(900, range: 100)
    #expect(smallRange.count(50, range: 100) == nil)
  }

  @Test func rangesUpToTheLargestNumberDoNotOverflow() {
    var counter = CounterUnwrapper()
    _ = counter.count(.max, range: .max)
    #expect(counter.count(.max - 1, range: .max) == Double(UInt64.max - 1))
  }
}
