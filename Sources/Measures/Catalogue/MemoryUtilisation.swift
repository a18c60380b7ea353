/// AMU, average memory utilisation: the memory a trial holds while it works.
///
/// Published: the time-mean of memory in use, in GB though defined as a fraction of capacity. It counts what the
/// framework and the runtime hold before any model exists, so here it stands beside the bytes the trial itself added.
/// On a trial that computed on an accelerator, memory means the accelerator's; else the resident bytes of the trial's
/// process tree. All are means over the measured window, weighted by time.
enum MemoryUtilisation {
  static let all = [used, allocated, tensor, peak, fraction, weights, cache, scratch]

  static let used = Measure(
    "AMU", "average memory in use", .gigabytes, .lowerIsBetter, .published,
    formula: "time-mean of the bytes in use / 1e9 (the accelerator's where the trial computed on one, else resident)",
    needs: [.steps, .resources]
  ) { evidence throws(MissingEvidence) in
    try mean(of: inUse(evidence), evidence)
  }

  static let allocated = Measure(
    "AMU.allocated", "average memory the trial added", .gigabytes, .lowerIsBetter, .corrected,
    formula: "time-mean of (bytes in use - bytes in use before the workload allocated anything) / 1e9",
    needs: [.steps, .resources]
  ) { evidence throws(MissingEvidence) in
    try mean(of: added(evidence), evidence)
  }

  static let tensor = Measure(
    "AMU.tensor", "average memory of tensors", .gigabytes, .lowerIsBetter, .corrected,
    formula: "time-mean of the bytes the tensor library's allocator has handed out / 1e9",
    needs: [.steps, .allocator]
  ) { evidence throws(MissingEvidence) in
    let series = TimeSeries(evidence.resources) { $0.allocatedBytes.map(gigabytes) }
    return try mean(of: series.needed("the trial reported no reading of its allocator"), evidence)
  }

  static let peak = Measure(
    "AMU.peak", "peak memory the trial added", .gigabytes, .lowerIsBetter, .corrected,
    formula: "maximum of (bytes in use - bytes in use before the workload allocated anything) / 1e9",
    needs: [.steps, .resources]
  ) { evidence throws(MissingEvidence) in
    let window = try MeasuredWindow(evidence)
    let series = try covering(window, added(evidence))
    return Quantity(series.maximum(over: window.intervals), count: series.count(over: window.intervals))
  }

  static let fraction = Measure(
    "AMU.fraction", "average share of memory capacity", .fraction, .lowerIsBetter, .corrected,
    formula: "time-mean of the bytes in use / bytes of capacity",
    needs: [.steps, .resources, .memoryCapacity]
  ) { evidence throws(MissingEvidence) in
    let quantity = try mean(of: inUse(evidence), evidence)
    guard let capacity = evidence.device.memoryCapacityBytes, capacity > 0 else {
      throw MissingEvidence("the memory capacity of the device is not known")
    }
    return Quantity(quantity.value / gigabytes(capacity), count: quantity.count)
  }

  static let weights = part(
    "AMU.weights", "memory of weights", "bytes of the weights as they run / 1e9", \.weightBytes)
  static let cache = part(
    "AMU.cache", "memory of caches", "bytes of attention's caches at their largest / 1e9", \.cacheBytes)
  static let scratch = part(
    "AMU.scratch", "memory of activations and workspaces",
    "peak bytes of the tensor library's allocator, less weights and caches / 1e9", \.scratchBytes)

  private static func part(
    _ id: MeasureID, _ title: String, _ formula: String,
    _ bytes: @escaping @Sendable (MemoryParts) -> UInt64?
  ) -> Measure {
    Measure(id, title, .gigabytes, .lowerIsBetter, .corrected, formula: formula, needs: [.memoryParts]) {
      evidence throws(MissingEvidence) in
      guard let found = evidence.memoryParts.flatMap(bytes) else {
        throw MissingEvidence("the trial did not tell its memory apart")
      }
      return Quantity(gigabytes(found), count: 1)
    }
  }

  private static func gigabytes(_ bytes: UInt64) -> Double { Double(bytes) / 1e9 }

  private static func inUse(_ evidence: TrialEvidence) throws(MissingEvidence) -> TimeSeries {
    if evidence.computedOnAccelerator {
      return try TimeSeries(evidence.resources) { $0.deviceMemoryBytes.map(gigabytes) }
        .needed("no probe read the accelerator's memory")
    }
    return try TimeSeries(evidence.resources) { $0.residentBytes.map(gigabytes) }
      .needed("no probe read the resident memory of the trial")
  }

  private static func added(_ evidence: TrialEvidence) throws(MissingEvidence) -> TimeSeries {
    let series = try inUse(evidence)
    let baseline =
      evidence.computedOnAccelerator
      ? try evidence.baselineDeviceMemoryBytes.needed(
        "the accelerator's memory was not read before the workload began; AMU.tensor has the allocator's own count")
      : try evidence.baselineResidentBytes.needed("the trial did not say what it held before the workload began")
    return series.map { $0 - gigabytes(baseline) }
  }

  private static func mean(
    of series: TimeSeries, _ evidence: TrialEvidence
  ) throws(MissingEvidence) -> Quantity {
    let window = try MeasuredWindow(evidence)
    let series = try covering(window, series)
    return Quantity(series.mean(over: window.intervals), count: series.count(over: window.intervals))
  }

  private static func covering(
    _ window: MeasuredWindow, _ series: TimeSeries
  ) throws(MissingEvidence) -> TimeSeries {
    if !series.covers(window.intervals) {
      throw MissingEvidence("the memory was never read while the measured steps ran: read it more often")
    }
    return series
  }
}

extension TrialEvidence {
  /// Whether the accelerator's counters, and not the host's, speak of this trial.
  var computedOnAccelerator: Bool {
    device.isAccelerated ?? resources.contains { $0.deviceMemoryBytes != nil || $0.deviceUtilisation != nil }
  }
}
