public import Foundation
internal import Torch

/// The measured peaks of this machine, as `doctor --calibrate` keeps them.
public struct Calibration: Sendable, Codable, Hashable {
  public private(set) var peaks: [PeakThroughput]

  public init(peaks: [PeakThroughput] = []) { self.peaks = peaks }

  /// The peaks stored in a file; none where it is missing or unreadable, since it can be made again.
  public init(contentsOf url: URL) {
    self = (try? JSONDecoder().decode(Calibration.self, from: Data(contentsOf: url))) ?? Calibration()
  }

  public func write(to url: URL) throws {
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try encoder.encode(self).write(to: url, options: .atomic)
  }

  /// The peak for a trial: `device` as the trial names it ("cpu", "cuda:0"), `precision` as the plan does.
  public func peak(device: String, precision: String, threads: Int) -> PeakThroughput? {
    let dtype = precision.hasPrefix("bf16") ? "bf16" : precision
    return peaks.first {
      $0.device == device && $0.dtype == dtype && (device != "cpu" || $0.threads == threads)
    }
  }

  /// Measures every device of the loaded libtorch in fp32 and bf16, replacing what was known of it.
  /// - Parameter progress: told of each peak as it is measured.
  public mutating func measure(home: URL, threads: Int, progress: (PeakThroughput) -> Void) throws {
    try Torch.load(home: home)
    try Torch.setThreads(threads)
    let accelerators = (0..<Device.count(of: .cuda)).map { Device.cuda(Int32($0)) }
    for device in [.cpu] + accelerators {
      for dtype in [DType.float32, .bfloat16] {
        let peak = try PeakThroughput.measure(device: device, dtype: dtype, threads: threads)
        peaks.removeAll { $0.device == peak.device && $0.dtype == peak.dtype && $0.threads == peak.threads }
        peaks.append(peak)
        progress(peak)
      }
    }
  }
}
