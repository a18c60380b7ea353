import Studies

/// The workloads that plans can name. `command` needs no entry: it is what a plan says it is.
enum Workloads {
  static var registry: WorkloadRegistry { WorkloadRegistry([]) }

  /// The measured peak of this machine in a precision and with a number of threads; nil where `doctor --calibrate` has
  /// not measured it.
  static func peakFLOPsPerSecond(home: Home, device: String = "cpu", precision: String, threads: Int) -> Double? {
    Calibration(contentsOf: home.calibration)
      .peakFLOPsPerSecond(device: device, precision: precision, threads: threads)
  }
}
