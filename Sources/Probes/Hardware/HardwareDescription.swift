import Glibc

/// What this machine is, as plain text under plain names, for the manifest of every number. Nothing in it names its
/// owner: no host name, no serial numbers, no user.
public struct HardwareDescription: Sendable, Codable, Hashable {
  /// Section ("hardware", "software") to name to value. What cannot be learnt is left out.
  public var sections: [String: [String: String]]

  public init(sections: [String: [String: String]]) { self.sections = sections }

  /// The machine this program runs on.
  /// - Parameter software: further entries for the section "software", such as the program's version.
  public static func current(software: [String: String] = [:]) -> HardwareDescription {
    current(system: .current(), software: software)
  }

  static func current(system: ProbeSystem, software: [String: String] = [:]) -> HardwareDescription {
    let accelerators = try? system.accelerators().get()
    return HardwareDescription(sections: [
      "hardware": hardware(system.files, accelerators: accelerators),
      "software": self.software(system.files, accelerators: accelerators).merging(software) { $1 },
    ])
  }

  private static func hardware(_ files: SystemFiles, accelerators: Accelerators?) -> [String: String] {
    let processor = ProcessorDescription(cpuinfo: files.text("/proc/cpuinfo") ?? "")
    var values: [String: String] = [:]
    values["architecture"] = kernel().architecture
    values["processor"] = processor.model
    values["sockets"] = processor.sockets.map(String.init)
    values["physical cores"] = processor.physicalCores.map(String.init)
    values["logical processors"] = String(MachineLimits.onlineProcessors(files))
    values["usable processors"] = MachineLimits.usableProcessors(files).map(String.init)
    values["processor extensions"] = processor.extensions.isEmpty ? nil : processor.extensions.joined(separator: " ")
    values["caches"] = CacheDescription(files: files).text
    values["frequency governor"] = files.line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
    if processor.isVirtual { values["virtual machine"] = "yes" }
    values["memory"] = MachineLimits.installedMemoryBytes(files).map(gibibytes)
    values["memory limit"] = MachineLimits.memoryLimitBytes(files).map(gibibytes)
    if let accelerators {
      for (index, (name, memory)) in zip(accelerators.names(), accelerators.memories()).enumerated() {
        values["accelerator \(index)"] = memory.map { "\(name), \(gibibytes($0))" } ?? name
      }
    }
    return values
  }

  private static func software(_ files: SystemFiles, accelerators: Accelerators?) -> [String: String] {
    var values: [String: String] = [:]
    let release = files.text("/etc/os-release") ?? files.text("/usr/lib/os-release")
    values["operating system"] = release.flatMap { keyedLines($0, separator: "=")["PRETTY_NAME"] }
      .map { $0.filter { $0 != "\"" } }
    values["kernel"] = kernel().release
    values["C library"] = libraryVersion()
    values["Swift"] = compiler
    values["NVIDIA driver"] = try? accelerators?.library.driverVersion()
    return values
  }

  private static func kernel() -> (release: String?, architecture: String?) {
    var names = utsname()
    guard uname(&names) == 0 else { return (nil, nil) }
    func text<T>(_ field: T) -> String {
      withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    return (text(names.release), text(names.machine))
  }

  /// "glibc 2.36".
  private static func libraryVersion() -> String? {
    var buffer = [CChar](repeating: 0, count: 64)
    guard confstr(Int32(_CS_GNU_LIBC_VERSION), &buffer, buffer.count) > 0 else { return nil }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The compiler this program was built with.
  private static var compiler: String {
    #if compiler(>=6.4)
      "6.4 or later"
    #elseif compiler(>=6.3)
      "6.3"
    #elseif compiler(>=6.2)
      "6.2"
    #else
      "6.1"
    #endif
  }

  /// "15.62 GiB".
  static func gibibytes(_ bytes: UInt64) -> String {
    "\((Double(bytes) / 1_073_741_824 * 100).rounded() / 100) GiB"
  }
}
