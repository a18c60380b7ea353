import Foundation
import Testing

@testable import Probes

@Suite struct DoctorReportTests {
  @Test func nothingOfAPoorMachineIsMissing() throws {
    let machine = try FakeMachine()
    let report = DoctorReport.machine(system: machine.system)
    #expect(report.sections.map(\.title) == ["hardware", "software", "memory", "energy"])
    #expect(report.isHealthy)
    let energy = try #require(report.sections.last)
    #expect(energy.findings.map(\.name) == ["RAPL", "NVML", "measures of energy"])
    #expect(energy.findings.allSatisfy { $0.status == .note && $0.mend != nil })
  }

  @Test func memoryAndItsLimit() throws {
    let machine = try FakeMachine([
      "/proc/meminfo": "MemTotal: 2097152 kB\nMemAvailable: 1048576 kB\n", "/proc/self/cgroup": "0::/\n",
      "/proc/self/mountinfo": "35 24 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
      "/sys/fs/cgroup/memory.max": "1073741824\n",
    ])
    let memory = try #require(DoctorReport.machine(system: machine.system).sections.first { $0.title == "memory" })
    #expect(memory.findings.map(\.value) == ["2.0 GiB", "1.0 GiB", "1.0 GiB"])
    #expect(memory.findings.map(\.status) == [.ok, .note, .ok])
  }

  @Test func whatIsNeededAndMissingMakesItIll() {
    var report = DoctorReport(sections: [.init(title: "engine", findings: [.init("libtorch", "found")])])
    #expect(report.isHealthy)
    report.sections[0].findings.append(.init("shim", "not built", status: .missing, mend: "run ./dev setup"))
    #expect(!report.isHealthy)
  }

  @Test func isPlainJSON() throws {
    let report = DoctorReport(sections: [
      .init(title: "energy", findings: [.init("RAPL", "no", status: .note, mend: "declare a TDP")])
    ])
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(
      String(decoding: try encoder.encode(report), as: UTF8.self)
        == #"{"sections":[{"findings":[{"mend":"declare a TDP","name":"RAPL","status":"note","value":"no"}],"#
        + #""title":"energy"}]}"#)
  }
}
