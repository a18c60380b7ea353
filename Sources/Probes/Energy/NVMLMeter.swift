/// Energy of the visible accelerators: their own counters (Volta and later), summed.
struct NVMLCounterMeter: EnergyMeter {
  private let accelerators: Accelerators
  private var counters: [CounterUnwrapper]

  var source: String { "NVML total energy of \(accelerators.describedBriefly)" }
  var isEstimate: Bool { false }
  var readsIdlePower: Bool { true }

  /// - Throws: the call that failed, when a device has no counter.
  init(_ accelerators: Accelerators) throws(NVMLLibrary.Failure) {
    self.accelerators = accelerators
    counters = try accelerators.energyMillijoules().map { _ in CounterUnwrapper() }
  }

  mutating func joules(at moment: MeterMoment) -> Double? {
    guard let values = try? accelerators.energyMillijoules(), values.count == counters.count else { return nil }
    var millijoules: Double? = 0
    for index in values.indices {
      // It falls only when the driver is loaded anew, and then nothing is known of what passed.
      let count = counters[index].count(values[index], range: nil)
      millijoules = millijoules.flatMap { sum in count.map { sum + $0 } }
    }
    return millijoules.map { $0 * 1e-3 }
  }
}

/// For devices without a counter: sampled power, integrated by trapezoids. An estimate, since the sensor is an average
/// over up to a second and a sample stands for all the time up to the next.
struct NVMLPowerMeter: EnergyMeter {
  private let accelerators: Accelerators
  private var integral = PowerIntegral()

  var source: String {
    "NVML sampled power of \(accelerators.describedBriefly), integrated: no energy counter (estimate)"
  }
  var isEstimate: Bool { true }
  var readsIdlePower: Bool { true }

  init(_ accelerators: Accelerators) { self.accelerators = accelerators }

  mutating func joules(at moment: MeterMoment) -> Double? {
    guard let milliwatts = accelerators.read().powerMilliwatts else { return nil }
    return integral.add(watts: milliwatts * 1e-3, at: moment.nanoseconds)
  }
}

/// Trapezoids under sampled power. Pure.
struct PowerIntegral: Sendable {
  private var last: (watts: Double, nanoseconds: UInt64)?
  private var joules = 0.0

  mutating func add(watts: Double, at nanoseconds: UInt64) -> Double {
    if let last, nanoseconds > last.nanoseconds {
      joules += (last.watts + watts) / 2 * Double(nanoseconds - last.nanoseconds) * 1e-9
    }
    last = (watts, nanoseconds)
    return joules
  }
}

extension Accelerators {
  /// "2 x NVIDIA H200", or the names one by one where they differ.
  var describedBriefly: String {
    let names = names()
    guard let first = names.first, names.allSatisfy({ $0 == first }) else { return names.joined(separator: ", ") }
    return names.count == 1 ? first : "\(names.count) x \(first)"
  }
}
