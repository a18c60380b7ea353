import Testing

@testable import Probes

@Suite struct MachineLimitsTests {
  private static let version2 = "35 24 0:30 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"
  private static let version1 = """
    31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
    35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
    41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw

    """

  private func machine(_ files: [String: String]) throws -> FakeMachine {
    try FakeMachine(["/proc/meminfo": "MemTotal:       16384 kB\nMemFree: 5 kB\n"].merging(files) { $1 })
  }

  @Test func withoutLimitsTheMachinesMemory() throws {
    let machine = try machine([:])
    #expect(MachineLimits.memoryBytes(machine.files) == 16384 * 1024)
  }

  @Test func theTightestGroupOfVersion2Holds() throws {
    let machine = try machine([
      "/proc/self/cgroup": "0::/system.slice/job.scope\n", "/proc/self/mountinfo": Self.version2,
      "/sys/fs/cgroup/system.slice/memory.max": "4194304\n",
      "/sys/fs/cgroup/system.slice/job.scope/memory.max": "max\n",
    ])
    #expect(MachineLimits.memoryLimitBytes(machine.files) == 4_194_304)
    #expect(MachineLimits.memoryBytes(machine.files) == 4_194_304)
  }

  @Test func aContainerSeesItsOwnGroupAtTheTop() throws {
    let machine = try machine([
      "/proc/self/cgroup": "0::/\n", "/proc/self/mountinfo": Self.version2, "/sys/fs/cgroup/memory.max": "8388608\n",
    ])
    #expect(MachineLimits.memoryLimitBytes(machine.files) == 8_388_608)
  }

  /// The hierarchy is mounted from the container's group on, while the membership is told from the host's top.
  @Test func aPartOfTheHierarchyMayBeMounted() throws {
    let machine = try machine([
      "/proc/self/cgroup": "4:memory:/docker/abc/inner\n",
      "/proc/self/mountinfo":
        "35 31 0:32 /docker/abc /sys/fs/cgroup/memory rw master:9 - cgroup cgroup rw,memory\n",
      "/sys/fs/cgroup/memory/inner/memory.limit_in_bytes": "2097152\n",
    ])
    #expect(MachineLimits.memoryLimitBytes(machine.files) == 2_097_152)
  }

  @Test func version1() throws {
    let machine = try machine([
      "/proc/self/cgroup": "9:name=systemd:/\n4:cpu,memory:/box/one\n0::/\n", "/proc/self/mountinfo": Self.version1,
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
      "/sys/fs/cgroup/memory/box/memory.limit_in_bytes": "3145728\n",
      "/sys/fs/cgroup/memory/box/one/memory.limit_in_bytes": "9223372036854771712\n",
    ])
    #expect(MachineLimits.memoryLimitBytes(machine.files) == 3_145_728)
  }

  @Test func noLimitIsNoLimit() throws {
    let machine = try machine([
      "/proc/self/cgroup": "4:memory:/\n0::/\n", "/proc/self/mountinfo": Self.version1,
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
      "/sys/fs/cgroup/unified/memory.max": "max\n",
    ])
    #expect(MachineLimits.memoryLimitBytes(machine.files) == nil)
    #expect(MachineLimits.memoryBytes(machine.files) == 16384 * 1024)
  }

  @Test func aLimitAboveTheMachineIsTheMachine() throws {
    let machine = try machine([
      "/proc/self/cgroup": "0::/\n", "/proc/self/mountinfo": Self.version2, "/sys/fs/cgroup/memory.max": "99999999999",
    ])
    #expect(MachineLimits.memoryBytes(machine.files) == 16384 * 1024)
  }

  @Test(arguments: [
    ["/proc/self/cgroup": "", "/proc/self/mountinfo": ""],
    ["/proc/self/cgroup": "nonsense\n::::\n0:\n", "/proc/self/mountinfo": "a b c\n - \n1 2 3 - cgroup2\n"],
    ["/proc/self/cgroup": "0::/../../other\n", "/proc/self/mountinfo": version2, "/sys/fs/cgroup/memory.max": "many"],
  ])
  func strangeGroupsAreNoLimit(files: [String: String]) throws {
    let machine = try machine(files)
    #expect(MachineLimits.memoryLimitBytes(machine.files) == nil)
  }

  @Test(arguments: ["", "MemTotal:", "MemTotal: lots kB", "MemTotal: 0 kB", "MemTotal: 99999999999999999999 kB"])
  func memoryThatIsNotTold(meminfo: String) throws {
    let machine = try machine(["/proc/meminfo": meminfo])
    #expect(MachineLimits.memoryBytes(machine.files) == nil)
  }

  @Test(arguments: [
    ("0-3", 4), ("0", 1), ("0-1,4,6-7", 5), ("0-3\n", 4), ("", 0), ("a", nil), ("3-1", nil), ("-1", nil), ("0-", nil),
    ("0-99999999999", nil),
  ])
  func processorLists(list: String, count: Int?) {
    #expect(MachineLimits.count(ofProcessorList: list) == count)
  }

  @Test func affinityCounts() throws {
    let machine = try machine([
      "/proc/self/status": "Name:\tx\nCpus_allowed:\tf\nCpus_allowed_list:\t0-1,3\n",
      "/sys/devices/system/cpu/online": "0-7\n",
    ])
    #expect(MachineLimits.usableProcessors(machine.files) == 3)
    #expect(MachineLimits.onlineProcessors(machine.files) == 8)
    let silent = try FakeMachine()
    #expect(try #require(MachineLimits.usableProcessors(silent.files)) >= 1)
    #expect(MachineLimits.onlineProcessors(silent.files) >= 1)
  }
}
