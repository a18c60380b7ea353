public import Foundation
internal import Probes
public import Studies
internal import Torch

/// Measures the peak of dense matrix products: what model FLOPs utilisation is a share of.
public enum PeakThroughput {
  /// Measures every device of the loaded libtorch in fp32 and bf16.
  /// - Parameter progress: told of each peak as it is measured, with the size M = N = K that reached it.
  /// - Throws: ``Torch/TorchError``.
  public static func measure(
    home: URL, threads: Int, progress: (Calibration.Entry, _ size: Int) -> Void
  ) throws -> [Calibration.Entry] {
    try Torch.load(home: home)
    try Torch.setThreads(threads)
    let accelerators = (0..<Device.count(of: .cuda)).map { Device.cuda(Int32($0)) }
    var entries: [Calibration.Entry] = []
    for device in [.cpu] + accelerators {
      for dtype in [DType.float32, .bfloat16] {
        let peak = try measure(device: device, dtype: dtype)
        let entry = Calibration.Entry(
          device: device.description, precision: dtype.description, threads: device == .cpu ? threads : nil,
          flopsPerSecond: peak.flopsPerSecond, measuredAt: Date())
        entries.append(entry)
        progress(entry, peak.size)
      }
    }
    return entries
  }

  /// Times square products of several sizes, forward only, and keeps the best median.
  private static func measure(device: Device, dtype: DType) throws -> (flopsPerSecond: Double, size: Int) {
    let sizes = device == .cpu ? [512, 1024, 1536, 2048] : [2048, 4096, 8192, 12288]
    var best = (rate: 0.0, size: 0)
    for size in sizes {
      let generator = try Generator(seed: 1)
      let left = try Tensor.randn([size, size], generator: generator).to(dtype: dtype).to(device: device)
      let right = try Tensor.randn([size, size], generator: generator).to(dtype: dtype).to(device: device)
      try withoutGradients {
        for _ in 0..<3 { _ = try fastestLinear(left, right) }
        var seconds: [Double] = []
        for _ in 0..<15 {
          try device.synchronize()
          let start = MonotonicClock.nanoseconds()
          _ = try fastestLinear(left, right)
          try device.synchronize()
          seconds.append(Double(MonotonicClock.nanoseconds() - start) * 1e-9)
        }
        let median = seconds.sorted()[seconds.count / 2]
        let rate = 2 * Double(size) * Double(size) * Double(size) / median
        if rate > best.rate { best = (rate, size) }
      }
    }
    return (best.rate, best.size)
  }
}
