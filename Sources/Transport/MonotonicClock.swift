import Foundation

/// The machine's clocks, in nanoseconds.
public enum MonotonicClock {
  /// `CLOCK_MONOTONIC`: the same for all processes of a machine, and the one that a loop's timers go by.
  public static var now: UInt64 { read(CLOCK_MONOTONIC) }

  /// `CLOCK_REALTIME`: what the kernel notes arrivals by.
  static var wall: UInt64 { read(CLOCK_REALTIME) }

  /// Processor time of the calling thread.
  public static var threadTime: UInt64 { read(CLOCK_THREAD_CPUTIME_ID) }

  private static func read(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }
}
