public import Foundation
internal import Torch

/// The peak of dense matrix products, measured: what model FLOPs utilisation is a share of.
public struct PeakThroughput: Sendable, Codable, Hashable {
  public let device: String
  public let dtype: String
  public let threads: Int
  /// FLOP/s of the fastest size.
  public let flopsPerSecond: Double
  /// The size M = N = K that reached it.
  public let size: Int
  public let measuredAt: Date

  /// Times square products of several sizes, forward only, and keeps the best median.
  static func measure(device: Device, dtype: DType, threads: Int) throws -> PeakThroughput {
    let sizes = device == .cpu ? [512, 1024, 1536, 2048] : [2048, 4096, 8192, 12288]
    var best = (rate: 0.0, size: 0)
    for size in sizes {
      let generator = try Generator(seed: 1)
      let left = try Tensor.randn([size, size], generator: generator).to(dtype: dtype).to(device: device)
      let right = try Tensor.randn([size, size], generator: generator).to(dtype: dtype).to(device: device)
      func product() throws {
        if device == .cpu, hasOneDNNLinear, dtype == .float32 {
          _ = try oneDNNLinear(left, right)
        } else {
          _ = try linear(left, right)
        }
      }
      try withoutGradients {
        for _ in 0..<3 { try product() }
        var seconds: [Double] = []
        for _ in 0..<15 {
          try device.synchronize()
          let start = MonotonicClock.nanoseconds
          try product()
          try device.synchronize()
          seconds.append(Double(MonotonicClock.nanoseconds - start) * 1e-9)
        }
        let median = seconds.sorted()[seconds.count / 2]
        let rate = 2 * Double(size) * Double(size) * Double(size) / median
        if rate > best.rate { best = (rate, size) }
      }
    }
    return PeakThroughput(
      device: device.description, dtype: dtype.description, threads: threads, flopsPerSecond: best.rate,
      size: best.size, measuredAt: Date())
  }
}
