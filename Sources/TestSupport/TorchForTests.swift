public import Foundation
public import Torch

/// libtorch for tests: loaded once, from where setup put it.
public enum TorchForTests {
  /// The checkout's root.
  public static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// `EFFICIENTLLM_HOME`, else the checkout's own.
  public static var home: URL {
    if let path = ProcessInfo.processInfo.environment["EFFICIENTLLM_HOME"], !path.isEmpty {
      return URL(fileURLWithPath: path, isDirectory: true)
    }
    return repository.appendingPathComponent(".efficientllm", isDirectory: true)
  }

  /// - Throws: what ``Torch/Torch/load(home:environment:)`` throws: a test that needs tensors fails without them.
  public static func load() throws {
    try Torch.load(home: home)
    try Torch.setThreads(2)
  }
}

/// The largest difference of two tensors, relative to the largest value of the expected one.
public func relativeError(_ found: Tensor, _ expected: Tensor) throws -> Double {
  precondition(found.shape == expected.shape, "shapes differ: \(found.shape) and \(expected.shape)")
  return try withoutGradients {
    let all = Array(0..<expected.rank)
    let wanted = try expected.to(dtype: .float64)
    let difference = try (found.to(dtype: .float64) - wanted).absolute().maximum(over: all).item()
    return difference / max(try wanted.absolute().maximum(over: all).item(), 1e-30)
  }
}
