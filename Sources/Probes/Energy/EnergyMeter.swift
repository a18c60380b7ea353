import Measures

/// What a meter may need to know of the moment it is read.
struct MeterMoment: Sendable, Hashable {
  var nanoseconds: UInt64
  /// Cumulative processor seconds of the trial's processes; nil before the trial has begun.
  var cpuSeconds: Double?
}

/// One source of energy.
protocol EnergyMeter: Sendable {
  /// Such as "RAPL package-0".
  var source: String { get }
  /// True when the joules don't come from a counter.
  var isEstimate: Bool { get }
  /// Whether it reads anything before a trial runs.
  var readsIdlePower: Bool { get }
  /// Cumulative joules since an arbitrary start, or nil when the source didn't answer this time.
  mutating func joules(at moment: MeterMoment) -> Double?
}

/// Turns a cumulative counter that starts again at 0 behind its range into one that only grows. Pure.
///
/// It sees one turn between two readings, not two: the readings must come faster than the counter turns. RAPL turns
/// after 2^32 units, on common machines 65 to 262 kJ: minutes under full load.
struct CounterUnwrapper: Sendable, Hashable {
  private var last: UInt64?
  private var total: Double = 0
  private var isLost = false

  /// The count since the first reading. Nil, from then on, when the counter fell and its range isn't known or can't be
  /// right: what passed can't be told, and a sum with a hole in it would look like a small one.
  mutating func count(_ value: UInt64, range: UInt64?) -> Double? {
    defer { last = value }
    guard !isLost else { return nil }
    guard let last else { return 0 }
    if value >= last {
      total += Double(value - last)
    } else if let range, last <= range {
      total += Double(range - last) + Double(value)
    } else {
      isLost = true
      return nil
    }
    return total
  }
}

/// The estimate from a declared power: joules = watts x CPU seconds of the trial / logical processors.
///
/// It takes a processor's draw to be in proportion to its busy time, which leaves out frequency, vector width and
/// memory: good for an order of magnitude, not for ranking methods that are close. The trial's own share is estimated,
/// so there is no idle power to take off.
struct DeclaredPowerMeter: EnergyMeter, Hashable {
  let watts: Double
  let logicalProcessors: Int

  var source: String { "declared TDP of \(watts.formatted) W over \(logicalProcessors) logical processors (estimate)" }
  var isEstimate: Bool { true }
  var readsIdlePower: Bool { false }

  func joules(at moment: MeterMoment) -> Double? {
    guard let seconds = moment.cpuSeconds, logicalProcessors > 0 else { return nil }
    return watts * seconds / Double(logicalProcessors)
  }
}

extension Double {
  /// Without a needless ".0".
  var formatted: String { self == rounded() && abs(self) < 1e15 ? String(Int64(self)) : String(self) }
}
