import Measures

/// The meters of a plan, read together.
///
/// Sources are summed reading by reading, and only where every one of them answered: a sum with a source missing would
/// look like a small one. Each source's own readings are kept beside the sum.
struct EnergyMeters: Sendable {
  private var meters: [any EnergyMeter]
  private var readings: [[EnergyCounter.Reading]]
  private var sums: [EnergyCounter.Reading] = []
  private var idleWatts: [Double?]
  /// Why there is no meter, where there is none.
  private let absence: Absence
  /// What the numbers don't cover.
  let notes: [String]

  private init(_ meters: [any EnergyMeter], absence: String, notes: [String] = []) {
    self.meters = meters
    readings = meters.map { _ in [] }
    idleWatts = meters.map { _ in nil }
    self.absence = Absence(absence)
    self.notes = notes
  }

  init(source: EnergySource, system: ProbeSystem, accelerators: @autoclosure () -> Result<Accelerators, Unavailable>) {
    switch source {
    case .none, .replay:
      self.init([], absence: "energy was not asked for: the plan says `none`")
    case .rapl:
      switch Self.rapl(system) {
      case .success(let meter): self.init([meter], absence: "", notes: [Self.wholePackage])
      case .failure(let why): self.init([], absence: "no RAPL: \(why.sentence)")
      }
    case .nvml:
      switch accelerators().flatMap(Self.nvml) {
      case .success(let meter): self.init([meter], absence: "", notes: [Self.wholeDevice])
      case .failure(let why): self.init([], absence: "no NVML energy: \(why.sentence)")
      }
    case .declaredTDP(let watts):
      let meter = DeclaredPowerMeter(watts: watts, logicalProcessors: MachineLimits.onlineProcessors(system.files))
      self.init([meter], absence: "", notes: [Self.declared])
    case .automatic:
      var meters: [any EnergyMeter] = []
      var reasons: [String] = []
      var notes: [String] = []
      switch accelerators().flatMap(Self.nvml) {
      case .success(let meter):
        meters.append(meter)
        notes.append(Self.wholeDevice)
      case .failure(let why): reasons.append("NVML: \(why.sentence)")
      }
      switch Self.rapl(system) {
      case .success(let meter):
        meters.append(meter)
        notes.append(Self.wholePackage)
      case .failure(let why): reasons.append("RAPL: \(why.sentence)")
      }
      if !meters.isEmpty { notes += reasons.map { "not in the energy: \($0)" } }
      self.init(
        meters,
        absence: "no energy counter answers. " + reasons.joined(separator: ". ")
          + ". An estimate can be had by declaring a TDP", notes: notes)
    }
  }

  static func rapl(_ system: ProbeSystem) -> Result<RAPLMeter, Unavailable> {
    Result { () throws(Unavailable) in try RAPLMeter(files: system.files) }
  }

  /// The counter where every device has one, integrated power where not.
  static func nvml(_ accelerators: Accelerators) -> Result<any EnergyMeter, Unavailable> {
    do {
      return .success(try NVMLCounterMeter(accelerators))
    } catch {
      let reading = accelerators.read()
      guard error.isUnsupported, reading.powerMilliwatts != nil else {
        return .failure(
          Unavailable(
            reason: "\(accelerators.describedBriefly) gives neither energy nor power (\(error))",
            mend: "a MIG slice has no counter of its own, a whole device has"))
      }
      return .success(NVMLPowerMeter(accelerators))
    }
  }

  private static let wholePackage =
    "RAPL counts the whole processor package, other programs and other users' included; leave the machine to the trial"
  private static let wholeDevice =
    "NVML counts the whole of each visible accelerator, other programs included; leave them to the trial"
  private static let declared =
    "energy is an estimate: declared watts x CPU seconds of the trial / logical processors, not a counter"

  // MARK: Reading

  /// One reading of every meter.
  mutating func read(cpuSeconds: Double?) {
    guard !meters.isEmpty else { return }
    let moment = MeterMoment(nanoseconds: MonotonicClock.nanoseconds(), cpuSeconds: cpuSeconds)
    var sum: Double? = 0
    for index in meters.indices {
      let joules = meters[index].joules(at: moment)
      if let joules {
        readings[index].append(EnergyCounter.Reading(nanoseconds: moment.nanoseconds, joules: joules))
      }
      sum = sum.flatMap { sum in joules.map { sum + $0 } }
    }
    if let sum { sums.append(EnergyCounter.Reading(nanoseconds: moment.nanoseconds, joules: sum)) }
  }

  /// Whether there is anything to read before a trial begins.
  var readsIdlePower: Bool { meters.contains { $0.readsIdlePower } }

  /// Takes the readings so far for the idle machine's, and begins anew.
  mutating func endIdle() {
    for index in meters.indices {
      idleWatts[index] = meters[index].readsIdlePower ? Self.meanWatts(readings[index]) : nil
    }
    discardReadings()
  }

  mutating func discardReadings() {
    readings = meters.map { _ in [] }
    sums = []
  }

  static func meanWatts(_ readings: [EnergyCounter.Reading]) -> Double? {
    guard let first = readings.first, let last = readings.last, last.nanoseconds > first.nanoseconds else { return nil }
    return (last.joules - first.joules) / (Double(last.nanoseconds - first.nanoseconds) * 1e-9)
  }

  // MARK: What was seen

  var sources: [EnergyCounter] {
    meters.indices.filter { readings[$0].count >= 2 }.map { index in
      EnergyCounter(
        source: meters[index].source, readings: readings[index], idleWatts: idleWatts[index],
        isEstimate: meters[index].isEstimate)
    }
  }

  var evidence: EnergyEvidence {
    guard !meters.isEmpty else { return .absent(absence) }
    let source = meters.map(\.source).joined(separator: " + ")
    guard sums.count >= 2 else {
      let silent = meters.indices.filter { readings[$0].count < 2 }.map { meters[$0].source }
      let who = silent.isEmpty ? source : silent.joined(separator: " and ")
      return .absent(
        Absence("\(who) answered fewer than two times during the trial, so that nothing can be said of its energy"))
    }
    // Idle power of a part isn't idle power of the whole: known for all that have one, or for none.
    let idle = meters.indices.filter { meters[$0].readsIdlePower }.map { idleWatts[$0] }
    let known = idle.compactMap { $0 }
    return .counter(
      EnergyCounter(
        source: source, readings: sums,
        idleWatts: !known.isEmpty && known.count == idle.count ? known.reduce(0, +) : nil,
        isEstimate: meters.contains { $0.isEstimate }))
  }

  /// Sources that stopped answering during the trial.
  func silences(samples: Int) -> [String] {
    meters.indices.filter { readings[$0].count < samples }.map { index in
      "\(meters[index].source) answered \(readings[index].count) of \(samples) times"
    }
  }
}
