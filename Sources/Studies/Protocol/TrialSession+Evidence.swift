public import Measures
public import Probes

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
    return TrialEvidence(
      model: started?.model ?? account, steps: steps,
      // The trial's own readings and the probes' stand in one row of time; neither fills in for the other.
      resources: (readings.samples + samples).sorted { $0.nanoseconds < $1.nanoseconds },
      energy: readings.energy, heldOut: heldOut, device: device,
      baselineResidentBytes: started?.baselineResidentBytes)
  }
}
