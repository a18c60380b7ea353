import Foundation
import Testing

@testable import Studies

@Suite struct CalibrationTests {
  private func entry(_ device: String, _ precision: String, _ threads: Int?, _ peak: Double) -> Calibration.Entry {
    Calibration.Entry(
      device: device, precision: precision, threads: threads, flopsPerSecond: peak,
      measuredAt: Date(timeIntervalSince1970: 1_700_000_000))
  }

  @Test func thePeakIsOfADeviceAPrecisionAndItsThreads() throws {
    var calibration = Calibration()
    calibration.add(entry("cpu", "fp32", 2, 1e11))
    calibration.add(entry("cpu", "fp32", 1, 6e10))
    calibration.add(entry("H200", "bf16", nil, 9e14))
    calibration.add(entry("cpu", "fp32", 2, 2e11))
    #expect(calibration.entries.count == 3)
    #expect(calibration.peakFLOPsPerSecond(device: "cpu", precision: "fp32", threads: 2) == 2e11)
    #expect(calibration.peakFLOPsPerSecond(device: "cpu", precision: "fp32", threads: 4) == nil)
    #expect(calibration.peakFLOPsPerSecond(device: "cpu", precision: "bf16", threads: 2) == nil)
    #expect(calibration.peakFLOPsPerSecond(device: "H200", precision: "bf16", threads: 7) == 9e14)

    let folder = try TemporaryFolder()
    let url = URL(fileURLWithPath: folder.file("cache/calibration.json"))
    #expect(Calibration(contentsOf: url) == Calibration())
    try calibration.write(to: url)
    #expect(Calibration(contentsOf: url) == calibration)
    try Data("{damaged".utf8).write(to: url)
    #expect(Calibration(contentsOf: url) == Calibration())
  }
}
