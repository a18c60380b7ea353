import EngineWorkloads
import Foundation
import Studies

/// The workloads that plans can name. `command` needs no entry: it is what a plan says it is.
enum Workloads {
  static var registry: WorkloadRegistry {
    let home = Home()
    return WorkloadRegistry([
      TrainWorkload(executable: executable, directories: home.trialDirectories),
      InferWorkload(executable: executable, directories: home.trialDirectories),
    ])
  }

  /// This program's own path, whatever it was called by.
  static var executable: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  }

  /// The measured peak of this machine in a precision and with a number of threads; nil where `doctor --calibrate` has
  /// not measured it.
  /// The device a plan's trials run on, as the calibration names it: what the base says, else an accelerator where one
  /// has been measured.
  static func device(of plan: StudyPlan, home: Home) -> String {
    switch plan.base["device"] {
    case .string("cpu"): return "cpu"
    case .string("cuda"): return "cuda:0"
    default:
      let known = Calibration(contentsOf: home.calibration).entries.map(\.device)
      return known.contains("cuda:0") ? "cuda:0" : "cpu"
    }
  }

  static func peakFLOPsPerSecond(home: Home, device: String, precision: String, threads: Int) -> Double? {
    // Master weights or not, the products are bf16's.
    Calibration(contentsOf: home.calibration)
      .peakFLOPsPerSecond(
        device: device, precision: precision == "bf16-pure" ? "bf16" : precision, threads: threads)
  }
}
