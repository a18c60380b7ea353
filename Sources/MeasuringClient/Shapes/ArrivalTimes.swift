import Foundation
import Measures

/// The times of an open load, in nanoseconds from its beginning, in order. The same shape and seed give the same times on
/// every machine.
public struct ArrivalTimes: Sequence, IteratorProtocol, Sendable {
  private let shape: LoadShape
  private var generator: SeededGenerator
  private var count = 0
  /// Seconds of the last arrival of a Poisson process.
  private var clock = 0.0

  init(_ shape: LoadShape, seed: UInt64) {
    self.shape = shape
    generator = SeededGenerator(seed: seed)
  }

  public mutating func next() -> UInt64? {
    defer { count += 1 }
    switch shape {
    case .closed: return nil
    // From the count, not from the time before: rounding does not add up.
    case .constant(let rate): return Self.nanoseconds(Double(count) / rate)
    case .burst(let rate, let size): return Self.nanoseconds(Double(count / size * size) / rate)
    case .poisson(let rate):
      // 1 - unit() is in (0, 1], so the logarithm is finite.
      clock -= log(1 - generator.unit()) / rate
      return Self.nanoseconds(clock)
    case .ramp(let from, let to, let seconds):
      // By t seconds from*t + (to-from)*t^2 / (2*seconds) requests are due; the k-th comes when that reaches k. The form
      // with the root below the line stays exact where the ramp is nearly flat.
      let slope = (to - from) / seconds
      let k = Double(count)
      let time = count == 0 ? 0 : 2 * k / (from + (from * from + 2 * slope * k).squareRoot())
      return time < seconds ? Self.nanoseconds(time) : nil
    case .trace(let entries):
      return count < entries.count ? entries[count].nanoseconds : nil
    }
  }

  private static func nanoseconds(_ seconds: Double) -> UInt64 {
    UInt64(exactly: (seconds * 1e9).rounded()) ?? .max
  }
}
