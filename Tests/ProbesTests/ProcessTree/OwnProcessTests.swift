import Probes
import Testing

struct OwnProcessTests {
  @Test func thisProcessIsResident() throws {
    // A test runner holds more than a megabyte, and less than the address space.
    let bytes = try #require(OwnProcess.residentBytes())
    #expect(bytes > 1 << 20)
    #expect(bytes < 1 << 47)
  }
}
