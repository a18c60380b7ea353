import Glibc

/// The machine's monotonic clock, `CLOCK_MONOTONIC`: the one that `time.monotonic_ns()` reads in Python, so that times
/// from a trial's process and from the probes lie on one axis. Unlike the wall clock it never jumps.
public enum MonotonicClock {
  /// Nanoseconds since an arbitrary start, the same for all processes until the next boot.
  public static func nanoseconds() -> UInt64 { read(CLOCK_MONOTONIC) }

  /// Processor time that the calling thread has used.
  static func threadCPUNanoseconds() -> UInt64 { read(CLOCK_THREAD_CPUTIME_ID) }

  private static func read(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    let status = clock_gettime(clock, &time)
    precondition(status == 0, "Linux always has clock \(clock)")
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

extension Duration {
  /// Whole nanoseconds; negative durations give 0, and what doesn't fit gives the largest value.
  var wholeNanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    let (product, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, overflowAgain) = product.addingReportingOverflow(UInt64(attoseconds / 1_000_000_000))
    return overflow || overflowAgain ? .max : sum
  }

  var secondsAsDouble: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}
