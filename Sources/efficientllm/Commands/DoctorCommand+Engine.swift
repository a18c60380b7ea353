import EngineWorkloads
import Foundation
import Probes

extension DoctorCommand {
  /// libtorch, its devices, and how fast they were found to be.
  static func engine(_ home: Home) -> DoctorReport.Section {
    let engine = EngineReport(home: home.url)
    var findings: [DoctorReport.Finding] = []
    switch engine.version {
    case .success(let version):
      findings.append(DoctorReport.Finding("libtorch", version))
      findings.append(DoctorReport.Finding("devices", engine.devices.joined(separator: ", ")))
      findings.append(
        DoctorReport.Finding(
          "oneDNN products", engine.hasOneDNN ? "yes" : "no, fp32 on the processor uses libtorch's own",
          status: engine.hasOneDNN ? .ok : .note))
    case .failure(let error):
      findings.append(
        DoctorReport.Finding(
          "libtorch", "\(error)", status: .missing,
          mend: "`./dev setup` finds or installs it; ranking and reports work without"))
    }
    let peaks = Calibration(contentsOf: home.calibration).peaks
    findings += peaks.map { peak in
      DoctorReport.Finding("peak \(peak.device) \(peak.dtype)", describe(peak))
    }
    if peaks.isEmpty {
      findings.append(
        DoctorReport.Finding(
          "peak", "not measured", status: .note,
          mend: "`efficientllm doctor --calibrate` (about a minute): PCU.mfu is absent without it"))
    }
    return DoctorReport.Section(title: "engine", findings: findings)
  }

  func runCalibration(_ home: Home) throws {
    var calibration = Calibration(contentsOf: home.calibration)
    try calibration.measure(home: home.url, threads: threads) { peak in
      let line = "peak \(peak.device) \(peak.dtype): \(Self.describe(peak))\n"
      FileHandle.standardError.write(Data(line.utf8))
    }
    try calibration.write(to: home.calibration)
  }

  private static func describe(_ peak: PeakThroughput) -> String {
    let rate = (peak.flopsPerSecond / 1e9).rounded()
    let threads = peak.device == "cpu" ? ", \(peak.threads) threads" : ""
    return "\(Int(rate)) GFLOP/s (products of \(peak.size) x \(peak.size)\(threads))"
  }
}
