import ArgumentParser
import Testing

@testable import efficientllm

@Suite struct ServeCommandTests {
  @Test func bytesAreReadAsPeopleWriteThem() {
    #expect(ByteSize(argument: "2GiB")?.bytes == 2 << 30)
    #expect(ByteSize(argument: "1.5MiB")?.bytes == 3 << 19)
    #expect(ByteSize(argument: "4GB")?.bytes == 4_000_000_000)
    #expect(ByteSize(argument: "1024")?.bytes == 1024)
    #expect(ByteSize(argument: "10B")?.bytes == 10)
    for wrong in ["", "GiB", "-1GiB", "0", "nan", "inf", "1e300", "5 apples", "0x10GiB!"] {
      #expect(ByteSize(argument: wrong) == nil, "\(wrong)")
    }
  }

  @Test func whatIsServedHasToBeSaid() throws {
    #expect(throws: (any Error).self) { try ServeCommand.parse([]) }
    let command = try ServeCommand.parse([
      "--embedding-model", "minilm", "--port", "0", "--dtype", "fp32", "--cache-memory", "1GiB",
    ])
    #expect(command.model == nil)
    #expect(command.dtype == .fp32)
    #expect(command.cacheMemory?.bytes == 1 << 30)
    #expect(command.host == "127.0.0.1")
  }

  @Test(arguments: [
    ["--port", "70000"], ["--threads", "0"], ["--max-sequences", "0"], ["--max-queue", "0"], ["--max-context", "1"],
    ["--request-timeout", "0"], ["--shutdown-grace", "-1"], ["--dtype", "int4"], ["--cache-memory", "lots"],
  ])
  func whatIsOutOfBoundsIsRefused(_ arguments: [String]) {
    #expect(throws: (any Error).self) { try ServeCommand.parse(["--model", "m"] + arguments) }
  }
}
