import EngineWorkloads
import Foundation
import Studies

/// The workloads that plans can name. `command` needs no entry: it is what a plan says it is.
enum Workloads {
  static var registry: WorkloadRegistry { WorkloadRegistry([TrainWorkload(executable: executable)]) }

  /// This program's own path, whatever it was called by.
  static var executable: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  }

  /// The measured peak of this machine in a precision and with a number of threads; nil where `doctor --calibrate` has
  /// not measured it.
  static func peakFLOPsPerSecond(home: Home, device: String = "cpu", precision: String, threads: Int) -> Double? {
    // Master weights or not, the products are bf16's.
    Calibration(contentsOf: home.calibration)
      .peakFLOPsPerSecond(
        device: device, precision: precision == "bf16-pure" ? "bf16" : precision, threads: threads)
  }
}
