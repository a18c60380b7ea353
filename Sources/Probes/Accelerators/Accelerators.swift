/// The NVIDIA accelerators that a trial may see, through NVML.
///
/// Memory, utilisation and energy are the *devices'*, other processes on them included: in a container NVML names
/// processes by numbers that mean nothing inside, so a share by process can't be had everywhere.
struct Accelerators: Sendable {
  struct Reading: Sendable, Hashable {
    /// Sum over the devices. Nil when one of them didn't answer: a part is not the whole.
    var memoryUsedBytes: UInt64?
    /// Mean over the devices, 0 to 1.
    var utilisation: Double?
    /// Sum over the devices.
    var powerMilliwatts: Double?
  }

  let library: NVMLLibrary
  /// Handles stay good as long as the library is started, which `library` sees to. Kept as numbers, as NVML takes
  /// them from any thread.
  private let handles: [UInt]

  var count: Int { handles.count }

  /// - Parameter visible: the devices of `CUDA_VISIBLE_DEVICES`.
  /// - Throws: ``Unavailable`` when there is no library, or no device that may be seen.
  init(visible: VisibleDevices, paths: [String] = NVMLLibrary.standardPaths) throws(Unavailable) {
    library = try NVMLLibrary(paths: paths)
    do {
      handles = try Self.find(visible, in: library)
    } catch {
      throw Unavailable(
        reason: "NVIDIA's management library doesn't list the devices: \(error)",
        mend: "look whether `nvidia-smi` works")
    }
    guard !handles.isEmpty else {
      throw Unavailable(
        reason: visible == .all
          ? "this machine has no NVIDIA device" : "CUDA_VISIBLE_DEVICES hides every NVIDIA device",
        mend: visible == .all
          ? "pass one through where this is a container" : "unset it, or name a device that is there")
    }
  }

  /// In the order they are named. As in CUDA, a device that isn't there, or is named twice, ends the list. Numbers
  /// count in the order of the bus, which is CUDA's too where all devices are alike (or CUDA_DEVICE_ORDER=PCI_BUS_ID).
  private static func find(_ visible: VisibleDevices, in library: NVMLLibrary) throws(NVMLLibrary.Failure) -> [UInt] {
    let count = try library.count()
    var handles: [UInt] = []
    switch visible {
    case .all:
      for index in 0..<count { handles.append(UInt(bitPattern: try library.device(at: index))) }
    case .list(let devices):
      for device in devices {
        var handle: NVMLLibrary.Device?
        switch device {
        case .index(let index) where index < count: handle = try library.device(at: index)
        case .index: break
        case .identifier(let identifier): handle = find(identifier, count: count, in: library)
        }
        guard let handle else { break }
        let number = UInt(bitPattern: handle)
        // Naming a device twice is an error to CUDA, which then sees none.
        if handles.contains(number) { return [] }
        handles.append(number)
      }
    }
    return handles
  }

  /// CUDA takes the beginning of an identifier for the whole, NVML doesn't.
  private static func find(_ identifier: String, count: Int, in library: NVMLLibrary) -> NVMLLibrary.Device? {
    if let device = try? library.device(identifier: identifier) { return device }
    let matches = (0..<count).compactMap { try? library.device(at: $0) }
      .filter { (try? library.identifier(of: $0))?.hasPrefix(identifier) ?? false }
    return matches.count == 1 ? matches[0] : nil
  }

  private var devices: [NVMLLibrary.Device] { handles.compactMap { OpaquePointer(bitPattern: $0) } }

  func read() -> Reading {
    let utilisations = all { try library.utilisation(of: $0) }
    return Reading(
      memoryUsedBytes: all { try library.memory(of: $0).used }?.reduce(0, &+),
      utilisation: utilisations.map { $0.reduce(0, +) / Double($0.count) },
      powerMilliwatts: all { Double(try library.powerMilliwatts(of: $0)) }?.reduce(0, +))
  }

  /// Sum of the devices' memory.
  func memoryCapacityBytes() -> UInt64? { all { try library.memory(of: $0).total }?.reduce(0, &+) }

  func names() -> [String] { devices.map { (try? library.name(of: $0)) ?? "NVIDIA device" } }

  /// Each device's memory, in the order of ``names()``.
  func memories() -> [UInt64?] { devices.map { try? library.memory(of: $0).total } }

  /// Each device's energy counter.
  func energyMillijoules() throws(NVMLLibrary.Failure) -> [UInt64] {
    var values: [UInt64] = []
    for device in devices { values.append(try library.totalEnergyMillijoules(of: device)) }
    return values
  }

  /// The values of all devices, nil when one is missing or there is no device.
  private func all<T>(_ read: (NVMLLibrary.Device) throws -> T) -> [T]? {
    var values: [T] = []
    for device in devices {
      guard let value = try? read(device) else { return nil }
      values.append(value)
    }
    return values.isEmpty ? nil : values
  }
}
