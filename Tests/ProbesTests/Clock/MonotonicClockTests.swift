import Foundation
import Testing

@testable import Probes

@Suite struct MonotonicClockTests {
  @Test func neverGoesBack() {
    var last = MonotonicClock.nanoseconds()
    for _ in 0..<1000 {
      let now = MonotonicClock.nanoseconds()
      #expect(now >= last)
      last = now
    }
  }

  /// A trial's times and the probes' lie on one axis: Python's monotonic clock is this one.
  @Test func isTheClockOfOtherProcesses() throws {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", "import time; print(time.monotonic_ns())"]
    process.standardOutput = pipe
    let before = MonotonicClock.nanoseconds()
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let after = MonotonicClock.nanoseconds()
    let other = try #require(UInt64(text.trimmed))
    #expect(before <= other && other <= after)
  }

  @Test func threadTimeGrowsWithWork() {
    let before = MonotonicClock.threadCPUNanoseconds()
    var value = 1.0
    for _ in 0..<10_000 { value = value * 1.0001 + 1 }
    #expect(value > 1)
    #expect(MonotonicClock.threadCPUNanoseconds() > before)
  }

  @Test(arguments: [
    (Duration.milliseconds(50), UInt64(50_000_000)), (.seconds(2), 2_000_000_000), (.nanoseconds(7), 7),
    (.seconds(-1), 0), (.seconds(Int64.max), .max),
  ])
  func durationsAsNanoseconds(duration: Duration, nanoseconds: UInt64) {
    #expect(duration.wholeNanoseconds == nanoseconds)
  }

  @Test func durationsAsSeconds() {
    #expect(abs(Duration.milliseconds(1500).secondsAsDouble - 1.5) < 1e-12)
  }
}
