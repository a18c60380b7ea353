import Foundation
import Measures
import Testing

@testable import Probes

/// A management library, compiled for the test from Fixtures/fake-nvml.c, so that the real path runs without a device:
/// loading, finding functions, calling them.
final class FakeNVML: Sendable {
  let path: String

  static let hasCompiler = ["/usr/bin/cc", "/usr/local/bin/cc"].contains {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  init(_ options: String...) throws {
    path = NSTemporaryDirectory() + "libfake-nvml-\(UUID().uuidString).so"
    let source = try #require(Fixture.url("fake-nvml.c")).path
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments = ["cc", "-shared", "-fPIC"] + options + ["-o", path, source]
    try compiler.run()
    compiler.waitUntilExit()
    try #require(compiler.terminationStatus == 0)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func accelerators(_ visible: String? = nil) throws -> Accelerators {
    try Accelerators(visible: VisibleDevices(environmentValue: visible), paths: [path])
  }
}

@Suite(.enabled(if: FakeNVML.hasCompiler, "no C compiler")) struct NVMLTests {
  @Test func sumsTheDevices() throws {
    let library = try FakeNVML()
    let accelerators = try library.accelerators()
    #expect(accelerators.count == 2)
    #expect(accelerators.describedBriefly == "2 x Fake Accelerator")
    #expect(accelerators.memoryCapacityBytes() == 32 << 30)
    #expect(accelerators.memories() == [16 << 30, 16 << 30])
    #expect(try accelerators.library.driverVersion() == "570.1.2")
    let reading = accelerators.read()
    #expect(reading.memoryUsedBytes == 3 << 30)
    #expect(isNear(reading.utilisation, 0.7))
    #expect(reading.powerMilliwatts == 300_000)
  }

  /// The first device holds 1 GiB, the second 2.
  @Test(arguments: [
    ("1", 2), ("0", 1), ("1,0", 3), ("GPU-0001-abcd", 2), ("GPU-0001", 2), ("1,7,0", 2), ("1,GPU-nobody,0", 2),
  ])
  func seesWhatMayBeSeen(visible: String, gibibytes: Int) throws {
    let library = try FakeNVML()
    #expect(try library.accelerators(visible).read().memoryUsedBytes == UInt64(gibibytes) << 30)
  }

  /// "GPU-000" begins both identifiers, and a device that is named twice is an error to CUDA.
  @Test(arguments: ["", "-1", "9", "GPU-000", "0,0", "0,GPU-0000-abcd"]) func hiddenDevicesAreNone(visible: String)
    throws
  {
    let library = try FakeNVML()
    let error = #expect(throws: Unavailable.self) { try library.accelerators(visible) }
    #expect(error?.reason.contains("CUDA_VISIBLE_DEVICES") == true)
  }

  @Test func aMachineWithoutDevices() throws {
    let library = try FakeNVML("-DDEVICES=0")
    let error = #expect(throws: Unavailable.self) { try library.accelerators() }
    #expect(error?.reason == "this machine has no NVIDIA device")
  }

  @Test func aLibraryThatDoesNotStart() throws {
    let library = try FakeNVML("-DFAILS_TO_START")
    let error = #expect(throws: Unavailable.self) { try library.accelerators() }
    #expect(error?.reason.contains("Driver Not Loaded") == true)
  }

  @Test func aLibraryOfSomethingElse() throws {
    let error = #expect(throws: Unavailable.self) { try NVMLLibrary(paths: ["libm.so.6"]) }
    #expect(error?.reason.contains("lacks the functions") == true)
  }

  @Test func energyComesFromTheCounter() throws {
    let library = try FakeNVML()
    var meter = try NVMLCounterMeter(library.accelerators())
    #expect(meter.source == "NVML total energy of 2 x Fake Accelerator")
    #expect(!meter.isEstimate)
    let moment = MeterMoment(nanoseconds: 0)
    #expect(meter.joules(at: moment) == 0)
    #expect(isNear(meter.joules(at: moment), 1.5))
    #expect(isNear(meter.joules(at: moment), 3.0))
  }

  @Test func devicesWithoutCounterAreEstimatedFromPower() throws {
    let library = try FakeNVML("-DFLAGS=6")
    var meter = try EnergyMeters.nvml(library.accelerators()).get()
    #expect(meter.isEstimate)
    #expect(meter.source.contains("no energy counter"))
    #expect(meter.joules(at: MeterMoment(nanoseconds: 1_000_000_000)) == 0)
    #expect(isNear(meter.joules(at: MeterMoment(nanoseconds: 2_000_000_000)), 300))
  }

  @Test func devicesWithNeitherGiveTheirReason() throws {
    let library = try FakeNVML("-DFLAGS=4", "-DDEVICES=1")
    let result = EnergyMeters.nvml(try library.accelerators())
    guard case .failure(let why) = result else {
      Issue.record("a device without counter and power gave energy")
      return
    }
    #expect(why.reason.contains("Not Supported"))
  }

  @Test func aDeviceThatWithholdsItsMemoryGivesNone() throws {
    let reading = try FakeNVML("-DFLAGS=3").accelerators().read()
    #expect(reading.memoryUsedBytes == nil)
    #expect(reading.powerMilliwatts == 300_000)
  }

  @Test func automaticSumsDevicesAndPackages() throws {
    let library = try FakeNVML()
    let zone = "/sys/class/powercap/intel-rapl:0"
    let machine = try FakeMachine([
      "\(zone)/name": "package-0", "\(zone)/energy_uj": "0", "\(zone)/max_energy_range_uj": "262143328850",
    ])
    let system = ProbeSystem(files: machine.files, managementLibraries: [library.path])
    var meters = EnergyMeters(source: .automatic, system: system, accelerators: system.accelerators())
    meters.read(cpuSeconds: nil)
    try machine.write("\(zone)/energy_uj", "2000000")
    meters.read(cpuSeconds: nil)
    guard case .counter(let counter) = meters.evidence else {
      Issue.record("no energy from two counters")
      return
    }
    #expect(counter.source == "NVML total energy of 2 x Fake Accelerator + RAPL package-0")
    #expect(isNear(counter.readings[1].joules - counter.readings[0].joules, 3.5))
    #expect(meters.sources.map(\.source) == ["NVML total energy of 2 x Fake Accelerator", "RAPL package-0"])
    try machine.remove("\(zone)/energy_uj")
    meters.read(cpuSeconds: nil)
    #expect(meters.sources.map(\.readings.count) == [3, 2])
    guard case .counter(let partial) = meters.evidence else { return }
    #expect(partial.readings.count == 2)
  }

  @Test func probesReadDevicesAndIdlePower() async throws {
    let library = try FakeNVML()
    let machine = try FakeMachine(live: ["/proc"])
    let system = ProbeSystem(files: machine.files, managementLibraries: [library.path])
    let plan = ProbePlan(interval: .milliseconds(2), energy: .automatic, idleSeconds: 0.01)
    let probe = try TrialProbe(plan: plan, system: system)
    await probe.measureIdle()
    probe.start(processIdentifier: getpid())
    let readings = probe.stop()
    #expect(readings.samples.count >= 2)
    #expect(readings.samples.allSatisfy { $0.deviceMemoryBytes == 3 << 30 && $0.powerMilliwatts == 300_000 })
    #expect(readings.device.memoryCapacityBytes == 32 << 30)
    guard case .counter(let counter) = readings.energy else {
      Issue.record("no energy: \(readings.energy)")
      return
    }
    #expect(try #require(counter.idleWatts) > 0)
    #expect(readings.baselineDeviceMemoryBytes == 3 << 30)
    #expect(readings.device.isAccelerated == nil)
  }

  @Test func aTrialOnTheProcessorLeavesTheDevicesOut() throws {
    let library = try FakeNVML()
    let machine = try FakeMachine(["/proc/meminfo": "MemTotal: 1000 kB\n"])
    let system = ProbeSystem(files: machine.files, managementLibraries: [library.path])
    let probe = try TrialProbe(plan: ProbePlan(energy: .none, observesAccelerators: false), system: system)
    let readings = probe.stop()
    #expect(readings.device.memoryCapacityBytes == 1_024_000)
    #expect(readings.device.isAccelerated == false)
    #expect(readings.baselineDeviceMemoryBytes == nil)
  }

  @Test func describedAsHardware() throws {
    let library = try FakeNVML()
    let machine = try FakeMachine()
    let system = ProbeSystem(files: machine.files, managementLibraries: [library.path])
    let sections = HardwareDescription.current(system: system).sections
    #expect(sections["hardware"]?["accelerator 1"] == "Fake Accelerator, 16.0 GiB")
    #expect(sections["software"]?["NVIDIA driver"] == "570.1.2")
  }
}
