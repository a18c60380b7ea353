import Testing

@testable import Probes

@Suite struct HardwareDescriptionTests {
  @Test func aServerProcessor() throws {
    let processor = ProcessorDescription(cpuinfo: try Fixture.text("cpuinfo/epyc.txt"))
    #expect(processor.model == "AMD EPYC 9B45")
    #expect(processor.logicalProcessors == 3)
    #expect(processor.physicalCores == 2)
    #expect(processor.sockets == 2)
    #expect(processor.isVirtual)
    #expect(
      processor.extensions == [
        "avx", "avx2", "fma", "f16c", "avx_vnni", "avx512f", "avx512bw", "avx512vl", "avx512_vnni", "avx512_bf16",
      ])
  }

  @Test func armTellsNumbersForNames() throws {
    let processor = ProcessorDescription(cpuinfo: try Fixture.text("cpuinfo/neoverse.txt"))
    #expect(processor.model == "Arm Neoverse V1")
    #expect(processor.logicalProcessors == 2)
    #expect(processor.physicalCores == nil)
    #expect(processor.sockets == nil)
    #expect(processor.extensions == ["asimd", "fphp", "asimdhp", "asimddp", "i8mm", "bf16", "sve"])
  }

  @Test func unknownPartsKeepTheirNumber() throws {
    let processor = ProcessorDescription(cpuinfo: try Fixture.text("cpuinfo/raspberry.txt"))
    #expect(processor.model == "Arm part 0xeee")
    #expect(processor.logicalProcessors == 1)
  }

  @Test func otherArchitectures() throws {
    #expect(ProcessorDescription(cpuinfo: try Fixture.text("cpuinfo/riscv.txt")).model == "sifive,u74-mc")
    #expect(ProcessorDescription(cpuinfo: "Hardware: Board\n").model == "Board")
  }

  @Test(arguments: ["", "\n\n\n", "no colon here", ":", "processor\n", ": : :\n"]) func nothingToTell(text: String) {
    let processor = ProcessorDescription(cpuinfo: text)
    #expect(processor.model == nil)
    #expect(processor.extensions.isEmpty)
  }

  @Test func caches() throws {
    let folder = "/sys/devices/system/cpu/cpu0/cache"
    let machine = try FakeMachine([
      "\(folder)/index0/level": "1", "\(folder)/index0/type": "Data", "\(folder)/index0/size": "48K",
      "\(folder)/index1/level": "1", "\(folder)/index1/type": "Instruction", "\(folder)/index1/size": "32K",
      "\(folder)/index2/level": "2", "\(folder)/index2/type": "Unified", "\(folder)/index2/size": "1024K",
      "\(folder)/index3/level": "3", "\(folder)/index3/type": "Unified", "\(folder)/index3/size": "1536K",
      "\(folder)/index4/level": "4",
    ])
    #expect(CacheDescription(files: machine.files).text == "L1d 48 KiB, L1i 32 KiB, L2 1 MiB, L3 1536 KiB")
    let empty = try FakeMachine()
    #expect(CacheDescription(files: empty.files).text == nil)
    #expect(CacheDescription.readable("odd") == "odd")
  }

  @Test func aMachineThatTellsNothing() throws {
    let machine = try FakeMachine()
    let sections = HardwareDescription.current(system: machine.system).sections
    let hardware = try #require(sections["hardware"])
    #expect(hardware["processor"] == nil)
    #expect(hardware["memory"] == nil)
    #expect(hardware["architecture"] != nil)
    #expect(sections["software"]?["operating system"] == nil)
    #expect(sections["software"]?["kernel"] != nil)
  }

  @Test func aMachineThatTells() throws {
    let machine = try FakeMachine([
      "/proc/cpuinfo": try Fixture.text("cpuinfo/epyc.txt"), "/proc/meminfo": "MemTotal: 1572864 kB\n",
      "/etc/os-release": "NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n",
      "/sys/devices/system/cpu/online": "0-2", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "powersave\n",
    ])
    let sections = HardwareDescription.current(system: machine.system, software: ["efficientllm": "1.2.3"]).sections
    #expect(sections["hardware"]?["processor"] == "AMD EPYC 9B45")
    #expect(sections["hardware"]?["memory"] == "1.5 GiB")
    #expect(sections["hardware"]?["logical processors"] == "3")
    #expect(sections["hardware"]?["frequency governor"] == "powersave")
    #expect(sections["hardware"]?["virtual machine"] == "yes")
    #expect(sections["software"]?["operating system"] == "Debian GNU/Linux 12")
    #expect(sections["software"]?["efficientllm"] == "1.2.3")
  }

  @Test func thisMachine() {
    let sections = HardwareDescription.current().sections
    #expect(sections["hardware"]?.isEmpty == false)
    #expect(sections["software"]?["Swift"] != nil)
  }
}

@Suite struct SystemFilesTests {
  @Test func filesLinesAndNumbers() throws {
    let machine = try FakeMachine([
      "/a/line": "  first \nsecond\n", "/a/number": "42\n", "/a/empty": "", "/a/word": "x",
    ])
    let files = machine.files
    #expect(files.line("/a/line") == "first")
    #expect(files.line("/a/empty") == nil)
    #expect(try files.number("/a/number") == 42)
    #expect(throws: FileReadFailure.self) { try files.number("/a/word") }
    #expect(throws: FileReadFailure.missing) { try files.bytes("/a/nothing") }
    #expect(throws: FileReadFailure.self) { try files.bytes("/a") }
    #expect(files.names(in: "/a") == ["empty", "line", "number", "word"])
    #expect(files.names(in: "/b") == nil)
    #expect(files.exists("/a/word") && !files.exists("/a/nothing"))
  }

  @Test func longFilesAreReadToTheirEndOrLimit() throws {
    let machine = try FakeMachine(["/long": String(repeating: "x", count: 100_000)])
    #expect(try machine.files.bytes("/long").count == 100_000)
    #expect(try machine.files.bytes("/long", limit: 5000).count == 5000)
  }

  @Test func deniedFiles() throws {
    let machine = try FakeMachine(["/a": "1"])
    var files = machine.files
    files.denied = ["/a"]
    #expect(throws: FileReadFailure.denied) { try files.bytes("/a") }
    #expect(FileReadFailure(errno: 13) == .denied)
    #expect(FileReadFailure(errno: 2).description == "it isn't there")
  }

  @Test func keysAndValues() {
    let values = keyedLines("a : 1\nb:2:3\n: none\nno separator\na: 9\n")
    #expect(values == ["a": "1", "b": "2:3"])
  }
}
