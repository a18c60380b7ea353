import EngineWorkloads
import Foundation
import Probes
import Studies

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
    let peaks = Calibration(contentsOf: home.calibration).entries
    findings += peaks.map { peak in
      DoctorReport.Finding("peak \(peak.device) \(peak.precision)", describe(peak))
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
    let measured = try PeakThroughput.measure(home: home.url, threads: threads) { peak, size in
      let line = "peak \(peak.device) \(peak.precision): \(Self.describe(peak)), products of \(size) x \(size)\n"
      FileHandle.standardError.write(Data(line.utf8))
    }
    for entry in measured { calibration.add(entry) }
    try calibration.write(to: home.calibration)
  }

  private static func describe(_ peak: Calibration.Entry) -> String {
    let rate = "\(Int((peak.flopsPerSecond / 1e9).rounded())) GFLOP/s"
    return peak.threads.map { "\(rate) with \($0) threads" } ?? rate
  }
}
