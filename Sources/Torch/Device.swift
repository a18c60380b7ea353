internal import CTorch

/// Where a tensor lies.
public struct Device: Sendable, Hashable, CustomStringConvertible {
  public enum Kind: Int32, Sendable, Hashable {
    case cpu = 0
    case cuda = 1
    case mps = 13
    /// Shapes without memory.
    case meta = 14
  }

  public let kind: Kind
  /// Which one of its kind; -1 on the CPU.
  public let index: Int32

  public init(_ kind: Kind, index: Int32 = 0) {
    self.kind = kind
    self.index = kind == .cpu || kind == .meta ? -1 : index
  }

  public static let cpu = Device(.cpu)
  public static let meta = Device(.meta)
  public static func cuda(_ index: Int32 = 0) -> Device { Device(.cuda, index: index) }

  public var description: String {
    switch kind {
    case .cpu: "cpu"
    case .cuda: "cuda:\(index)"
    case .mps: "mps"
    case .meta: "meta"
    }
  }

  init(_ device: ctorch_device) {
    self.init(Kind(rawValue: device.type) ?? .cpu, index: device.index)
  }

  var raw: ctorch_device { ctorch_device(type: kind.rawValue, index: index) }

  /// How many devices of a kind the loaded libtorch can use.
  public static func count(of kind: Kind) -> Int { Int(Torch.api.pointee.device_count(kind.rawValue)) }

  /// Waits until everything issued to the device is done. Returns at once on the CPU.
  public func synchronize() throws {
    try Torch.checked("synchronize") { Torch.api.pointee.synchronize(raw, $0) }
  }
}
