import Glibc

/// NVIDIA's management library, loaded while the program runs: a machine without it loses nothing but its numbers.
/// Names, arguments and codes are those of the NVML API reference.
///
/// `@unchecked Sendable`: nothing changes after `init`, and NVML may be called from any thread (API reference, "thread
/// safety").
final class NVMLLibrary: @unchecked Sendable {
  typealias Device = OpaquePointer
  private typealias Code = CInt
  private typealias NoArguments = @convention(c) () -> Code
  private typealias TextOfCode = @convention(c) (Code) -> UnsafePointer<CChar>?
  private typealias Count = @convention(c) (UnsafeMutablePointer<CUnsignedInt>) -> Code
  private typealias ByIndex = @convention(c) (CUnsignedInt, UnsafeMutablePointer<Device?>) -> Code
  private typealias ByIdentifier = @convention(c) (UnsafePointer<CChar>, UnsafeMutablePointer<Device?>) -> Code
  private typealias Text = @convention(c) (UnsafeMutablePointer<CChar>, CUnsignedInt) -> Code
  private typealias DeviceText = @convention(c) (Device, UnsafeMutablePointer<CChar>, CUnsignedInt) -> Code
  private typealias DeviceNumber = @convention(c) (Device, UnsafeMutablePointer<CUnsignedInt>) -> Code
  private typealias DeviceLongNumber = @convention(c) (Device, UnsafeMutablePointer<CUnsignedLongLong>) -> Code
  /// `nvmlMemory_t`: total, free, used, in bytes.
  private typealias DeviceMemory = @convention(c) (Device, UnsafeMutablePointer<CUnsignedLongLong>) -> Code
  /// `nvmlUtilization_t`: percent of time the device, and its memory, were busy.
  private typealias DeviceUtilisation = @convention(c) (Device, UnsafeMutablePointer<CUnsignedInt>) -> Code

  /// One call that didn't succeed.
  struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
    var function: String
    var code: Int32
    var text: String
    /// The device, or this driver, hasn't got it at all (`NVML_ERROR_NOT_SUPPORTED`, `_FUNCTION_NOT_FOUND`).
    var isUnsupported: Bool { code == 3 || code == 13 }
    var description: String { "\(function): \(text) (\(code))" }
  }

  private let shutdown: NoArguments
  private let errorText: TextOfCode?
  private let deviceCount: Count
  private let handleByIndex: ByIndex
  private let handleByIdentifier: ByIdentifier?
  private let driverText: Text?
  private let nameText: DeviceText?
  private let identifierText: DeviceText?
  private let memoryInfo: DeviceMemory?
  private let utilisationRates: DeviceUtilisation?
  private let powerUsage: DeviceNumber?
  private let totalEnergy: DeviceLongNumber?

  /// Where the library is looked for: the loader's own path, then where WSL keeps it.
  static let standardPaths = ["libnvidia-ml.so.1", "/usr/lib/wsl/lib/libnvidia-ml.so.1"]

  /// Loads and starts it.
  /// - Throws: ``Unavailable`` with the reason and the mend.
  init(paths: [String] = NVMLLibrary.standardPaths) throws(Unavailable) {
    let mend =
      "where there is an NVIDIA device, install its driver; in a container ask for the driver's `utility` part "
      + "(NVIDIA_DRIVER_CAPABILITIES)"
    guard let library = paths.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first else {
      throw Unavailable(reason: "NVIDIA's management library (libnvidia-ml.so.1) isn't there", mend: mend)
    }
    // Never closed: NVML keeps threads and handlers of its own, and its code must not go away under them.
    func function<T>(_ name: String, as type: T.Type) -> T? {
      dlsym(library, name).map { unsafeBitCast($0, to: type) }
    }
    guard let start = function("nvmlInit_v2", as: NoArguments.self),
      let shutdown = function("nvmlShutdown", as: NoArguments.self),
      let deviceCount = function("nvmlDeviceGetCount_v2", as: Count.self),
      let handleByIndex = function("nvmlDeviceGetHandleByIndex_v2", as: ByIndex.self)
    else {
      throw Unavailable(
        reason: "libnvidia-ml.so.1 lacks the functions every driver since 2013 has",
        mend: "install NVIDIA's driver anew")
    }
    errorText = function("nvmlErrorString", as: TextOfCode.self)
    let code = start()
    guard code == 0 else {
      throw Unavailable(
        reason: "NVIDIA's management library doesn't start: \(Self.text(of: code, errorText))",
        mend: "look whether `nvidia-smi` works; the driver's module must be loaded and its version be the library's")
    }
    self.shutdown = shutdown
    self.deviceCount = deviceCount
    self.handleByIndex = handleByIndex
    handleByIdentifier = function("nvmlDeviceGetHandleByUUID", as: ByIdentifier.self)
    driverText = function("nvmlSystemGetDriverVersion", as: Text.self)
    nameText = function("nvmlDeviceGetName", as: DeviceText.self)
    identifierText = function("nvmlDeviceGetUUID", as: DeviceText.self)
    memoryInfo = function("nvmlDeviceGetMemoryInfo", as: DeviceMemory.self)
    utilisationRates = function("nvmlDeviceGetUtilizationRates", as: DeviceUtilisation.self)
    powerUsage = function("nvmlDeviceGetPowerUsage", as: DeviceNumber.self)
    totalEnergy = function("nvmlDeviceGetTotalEnergyConsumption", as: DeviceLongNumber.self)
  }

  deinit { _ = shutdown() }

  // MARK: Devices

  func count() throws(Failure) -> Int {
    var count: CUnsignedInt = 0
    try check("nvmlDeviceGetCount_v2", deviceCount(&count))
    return Int(count)
  }

  func device(at index: Int) throws(Failure) -> Device {
    var device: Device?
    try check("nvmlDeviceGetHandleByIndex_v2", handleByIndex(CUnsignedInt(clamping: index), &device))
    return try found(device, "nvmlDeviceGetHandleByIndex_v2")
  }

  func device(identifier: String) throws(Failure) -> Device {
    let name = "nvmlDeviceGetHandleByUUID"
    let function = try present(handleByIdentifier, name)
    var device: Device?
    try check(name, function(identifier, &device))
    return try found(device, name)
  }

  // MARK: What they say

  func driverVersion() throws(Failure) -> String {
    let function = try present(driverText, "nvmlSystemGetDriverVersion")
    return try text("nvmlSystemGetDriverVersion") { function($0, $1) }
  }

  func name(of device: Device) throws(Failure) -> String {
    let function = try present(nameText, "nvmlDeviceGetName")
    return try text("nvmlDeviceGetName") { function(device, $0, $1) }
  }

  func identifier(of device: Device) throws(Failure) -> String {
    let function = try present(identifierText, "nvmlDeviceGetUUID")
    return try text("nvmlDeviceGetUUID") { function(device, $0, $1) }
  }

  /// Bytes in all, and bytes in use by every process and the driver.
  func memory(of device: Device) throws(Failure) -> (total: UInt64, used: UInt64) {
    let function = try present(memoryInfo, "nvmlDeviceGetMemoryInfo")
    var fields: [CUnsignedLongLong] = [0, 0, 0]
    try check("nvmlDeviceGetMemoryInfo", function(device, &fields))
    return (UInt64(fields[0]), UInt64(fields[2]))
  }

  /// Share of the driver's last sampling period (up to a second) in which a kernel ran, 0 to 1.
  func utilisation(of device: Device) throws(Failure) -> Double {
    let function = try present(utilisationRates, "nvmlDeviceGetUtilizationRates")
    var percent: [CUnsignedInt] = [0, 0]
    try check("nvmlDeviceGetUtilizationRates", function(device, &percent))
    return Double(percent[0]) / 100
  }

  func powerMilliwatts(of device: Device) throws(Failure) -> UInt32 {
    let function = try present(powerUsage, "nvmlDeviceGetPowerUsage")
    var milliwatts: CUnsignedInt = 0
    try check("nvmlDeviceGetPowerUsage", function(device, &milliwatts))
    return milliwatts
  }

  /// Since the driver was loaded. Volta and later.
  func totalEnergyMillijoules(of device: Device) throws(Failure) -> UInt64 {
    let function = try present(totalEnergy, "nvmlDeviceGetTotalEnergyConsumption")
    var millijoules: CUnsignedLongLong = 0
    try check("nvmlDeviceGetTotalEnergyConsumption", function(device, &millijoules))
    return UInt64(millijoules)
  }

  // MARK: Codes

  private func check(_ function: String, _ code: Code) throws(Failure) {
    guard code == 0 else { throw Failure(function: function, code: code, text: Self.text(of: code, errorText)) }
  }

  private func present<T>(_ function: T?, _ name: String) throws(Failure) -> T {
    guard let function else { throw Failure(function: name, code: 13, text: "this driver doesn't have it") }
    return function
  }

  private func found(_ device: Device?, _ name: String) throws(Failure) -> Device {
    guard let device else { throw Failure(function: name, code: 6, text: "no such device") }
    return device
  }

  private func text(
    _ function: String, _ call: (UnsafeMutablePointer<CChar>, CUnsignedInt) -> Code
  ) throws(Failure) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    try check(function, call(&buffer, CUnsignedInt(buffer.count - 1)))
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func text(of code: Code, _ function: TextOfCode?) -> String {
    function?(code).map { String(cString: $0) } ?? "error \(code)"
  }
}
