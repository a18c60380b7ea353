import Glibc

/// The machine as the probes see it. Tests lay out another one.
struct ProbeSystem: Sendable {
  var files: SystemFiles = .live
  /// Where NVIDIA's management library is looked for.
  var managementLibraries: [String] = NVMLLibrary.standardPaths
  /// Which accelerators may be seen.
  var visibleDevices: VisibleDevices = .all

  /// This machine, with `CUDA_VISIBLE_DEVICES` as this process has it; trials inherit it.
  static func current() -> ProbeSystem {
    ProbeSystem(
      visibleDevices: VisibleDevices(environmentValue: getenv("CUDA_VISIBLE_DEVICES").map { String(cString: $0) }))
  }

  func accelerators() -> Result<Accelerators, Unavailable> {
    Result { () throws(Unavailable) in try Accelerators(visible: visibleDevices, paths: managementLibraries) }
  }
}
