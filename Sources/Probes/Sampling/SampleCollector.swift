import Measures

/// Everything that one probe reads, and what it has read so far. Owned by the sampling thread while that runs.
struct SampleCollector: Sendable {
  let plan: ProbePlan
  let device: DeviceEvidence
  private let accelerators: Accelerators?
  private var meters: EnergyMeters
  private var tree: ProcessTree?
  private var samples: [ResourceSample] = []
  private var schedule: DeadlineSchedule?
  private var notes: [String]
  private var baselineDeviceMemoryBytes: UInt64?

  init(plan: ProbePlan, system: ProbeSystem) {
    self.plan = plan
    let wantsAccelerators =
      switch plan.energy {
      case .automatic, .nvml: true
      default: plan.observesAccelerators
      }
    let found: Result<Accelerators, Unavailable>? = wantsAccelerators ? system.accelerators() : nil
    accelerators = plan.observesAccelerators ? try? found?.get() : nil
    meters = EnergyMeters(
      source: plan.energy, system: system, accelerators: found ?? .failure(Unavailable(reason: "not asked", mend: "")))
    device = DeviceEvidence(
      memoryCapacityBytes: accelerators?.memoryCapacityBytes() ?? MachineLimits.memoryBytes(system.files),
      logicalCores: MachineLimits.usableProcessors(system.files), isAccelerated: accelerators == nil ? false : nil)
    let memory =
      switch plan.memory {
      case .resident: "resident set summed over the trial's processes; pages they share count in each"
      case .proportional: "proportional set summed over the trial's processes; shared pages count once"
      }
    notes = ["memory: \(memory)"]
    if let accelerators {
      notes.append(
        "device memory and utilisation: \(accelerators.describedBriefly), whole devices, other programs included")
    }
    notes += meters.notes
  }

  // MARK: Idle

  var readsIdlePower: Bool { meters.readsIdlePower }

  mutating func readIdle() { meters.read(cpuSeconds: nil) }

  mutating func endIdle() {
    meters.endIdle()
    notes.append("idle power was read for \(plan.idleSeconds.formatted) s before the trial")
  }

  mutating func abandonIdle() {
    meters.discardReadings()
    notes.append("idle power is unknown: its reading was cut short")
  }

  mutating func note(_ sentence: String) { notes.append(sentence) }

  // MARK: The trial

  mutating func begin(process: Int32, files: SystemFiles, at start: UInt64) {
    let tree = ProcessTree(root: process, memory: plan.memory, files: files)
    if !tree.foundRoot {
      notes.append("process \(process) had ended, or is hidden from this user, when the probe was started")
    }
    self.tree = tree
    schedule = DeadlineSchedule(start: start, interval: plan.interval.wholeNanoseconds)
    baselineDeviceMemoryBytes = accelerators?.read().memoryUsedBytes
  }

  var nextDeadline: UInt64 { schedule?.deadline ?? 0 }

  mutating func sampleAtDeadline() {
    schedule?.sampled(at: MonotonicClock.nanoseconds())
    sample()
    schedule?.advance(now: MonotonicClock.nanoseconds())
  }

  mutating func finish(threadCPUNanoseconds: UInt64, elapsedNanoseconds: UInt64) {
    sample(isLast: true)
    schedule?.sampledAtStop()
    schedule?.finish(threadCPUNanoseconds: threadCPUNanoseconds, elapsedNanoseconds: elapsedNanoseconds)
  }

  private mutating func sample(isLast: Bool = false) {
    var sample = ResourceSample(nanoseconds: MonotonicClock.nanoseconds())
    if let reading = tree?.read(at: sample.nanoseconds, walks: isLast) {
      sample.residentBytes = reading.residentBytes
      sample.cpuSeconds = reading.cpuSeconds
    }
    if let reading = accelerators?.read() {
      sample.deviceMemoryBytes = reading.memoryUsedBytes
      sample.deviceUtilisation = reading.utilisation
      sample.powerMilliwatts = reading.powerMilliwatts
    }
    meters.read(cpuSeconds: sample.cpuSeconds)
    samples.append(sample)
  }

  /// What was read. Pure: asking again gives the same.
  func readings() -> ProbeReadings {
    var notes = notes
    let account = schedule?.account
    if let account {
      notes += meters.silences(samples: samples.count)
      notes.append(account.sentence(interval: plan.interval))
    }
    return ProbeReadings(
      samples: samples, energy: meters.evidence, energySources: meters.sources, device: device,
      baselineDeviceMemoryBytes: baselineDeviceMemoryBytes, sampling: account, notes: notes)
  }
}

extension SamplingAccount {
  /// "sampling: 1200 samples every 50 ms took 0.4 % of a core; 3 late (worst 12.3 ms), 0 missed".
  func sentence(interval: Duration) -> String {
    let share = shareOfOneCore.map { "\(($0 * 1000).rounded() / 10) % of a core" } ?? "an unknown share of a core"
    let worst = (Double(worstLatenessNanoseconds) / 1e5).rounded() / 10
    return "sampling: \(samples) samples every \((interval.secondsAsDouble * 1e3).formatted) ms took \(share); "
      + "\(lateSamples) late (worst \(worst) ms), \(missedDeadlines) missed"
  }
}
