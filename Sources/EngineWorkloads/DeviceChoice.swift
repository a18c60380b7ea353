internal import Studies
internal import Torch

/// Where a model computes.
public enum DeviceChoice: String, Sendable, CaseIterable {
  /// CUDA where libtorch sees a device, else the processor.
  case auto
  case cpu, cuda

  /// - Throws: ``SettingError/impossible(name:value:reason:)`` where the machine has no such device.
  func choose() throws -> Device {
    let hasCUDA = Device.count(of: .cuda) > 0
    switch self {
    case .auto: return hasCUDA ? .cuda() : .cpu
    case .cpu: return .cpu
    case .cuda:
      guard hasCUDA else {
        throw SettingError.impossible(
          name: "device", value: "cuda", reason: "this libtorch sees no CUDA device; use cpu or auto")
      }
      return .cuda()
    }
  }
}
