public import Measures
public import Probes
public import Records

extension TrialSession {
  /// Everything that was seen of the trial: what it said, and what the probes read beside it.
  /// - Parameters:
  ///   - account: what the workload says of the model, used when the trial itself says nothing.
  ///   - threads: the threads the trial was given.
  ///   - peakFLOPsPerSecond: the device's measured peak in the trial's precision, where it has been measured.
  public func evidence(
    with readings: ProbeReadings, account: ModelAccount?, threads: Int?, peakFLOPsPerSecond: Double?
  ) -> TrialEvidence {
    var device = readings.device
    device.threads = threads
    device.peakFLOPsPerSecond = peakFLOPsPerSecond ?? device.peakFLOPsPerSecond
    // The trial knows best where its tensors lie; a machine with an accelerator may run one on its processor.
    if let said = started?.environment["device"] { device.isAccelerated = said != "cpu" }
    return TrialEvidence(
      model: started?.model ?? account, steps: steps,
      // The trial's own readings and the probes' stand in one row of time; neither fills in for the other.
      resources: (readings.samples + samples).sorted { $0.nanoseconds < $1.nanoseconds },
      energy: readings.energy, heldOut: heldOut, device: device,
      baselineResidentBytes: started?.baselineResidentBytes,
      baselineDeviceMemoryBytes: readings.baselineDeviceMemoryBytes, memoryParts: memoryParts)
  }
}

extension TrialSession {
  /// Every measure of the catalogue over the evidence, and after them those that the trial named itself.
  public func measures(over evidence: TrialEvidence) -> [MeasureRecord] {
    let values = MeasureCatalogue.evaluate(evidence)
    let computed = MeasureCatalogue.all.map { measure in
      MeasureRecord(measure, value: values[measure.id] ?? .absent("it was not computed"))
    }
    let known = Set(computed.map(\.id))
    // A trial may not speak over a measure that is computed from what was seen of it.
    return computed
      + named.filter { !known.contains($0.id) }.map { named in
        MeasureRecord(reported: named.id, unit: named.unit, quantity: Quantity(named.value, count: named.count))
      }
  }
}
