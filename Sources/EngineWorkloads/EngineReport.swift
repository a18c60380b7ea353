public import Foundation
public import Torch

/// What can be said of the engine on this machine without failing where it is missing.
public struct EngineReport: Sendable, Hashable {
  /// The loaded libtorch's version, or why there is none.
  public let version: Result<String, TorchError>
  /// Devices that tensors can lie on.
  public let devices: [String]
  public let hasOneDNN: Bool

  public init(home: URL) {
    do {
      try Torch.load(home: home)
      version = .success(Torch.version)
      devices = ["cpu"] + (0..<Device.count(of: .cuda)).map { Device.cuda(Int32($0)).description }
      hasOneDNN = hasOneDNNLinear
    } catch {
      version = .failure(error as? TorchError ?? .libraryUnusable(path: home.path, reason: "\(error)"))
      (devices, hasOneDNN) = ([], false)
    }
  }
}
