/// Intel's and AMD's running average power limit counters, as Linux shows them under /sys/class/powercap.
enum RAPL {
  static let folder = "/sys/class/powercap"

  /// One counter, such as package-0.
  struct Zone: Sendable, Hashable {
    var name: String
    var path: String
    /// The value after which the counter starts again at 0, in microjoules.
    var range: UInt64?
  }

  /// The zones whose sum is the energy of processors and their memory, each joule once.
  /// - Throws: ``Unavailable`` with the reason and the mend.
  static func zones(files: SystemFiles) throws(Unavailable) -> [Zone] {
    guard files.exists(folder) else {
      throw Unavailable(
        reason: "the kernel offers no power counters (\(folder) isn't there)",
        mend: "on a real Intel or AMD machine load them with `modprobe intel_rapl_msr`; virtual machines have none")
    }
    // "intel-rapl-mmio:0" is a second view of the same package: taking both would count it twice.
    let names = (files.names(in: folder) ?? []).filter { $0.hasPrefix("intel-rapl:") }
    guard !names.isEmpty else {
      throw Unavailable(
        reason: "\(folder) holds no intel-rapl zones",
        mend: "on a real Intel or AMD machine load them with `modprobe intel_rapl_msr`; virtual machines have none")
    }
    var found: [String: (name: String, path: String)] = [:]
    for name in names {
      let path = "\(folder)/\(name)"
      if let title = files.line("\(path)/name") { found[name] = (title, path) }
      for inner in files.names(in: path) ?? [] where inner.hasPrefix("\(name):") && found[inner] == nil {
        if let title = files.line("\(path)/\(inner)/name") { found[inner] = (title, "\(path)/\(inner)") }
      }
    }
    guard !found.isEmpty else {
      throw Unavailable(
        reason: "\(folder) lists \(names.count) zones but none can be looked into: a container hides them",
        mend: "start the container so that it sees /sys/devices/virtual/powercap "
          + "(Docker: `--security-opt systempaths=unconfined`)")
    }
    let chosen = choose(found.mapValues(\.name))
    guard !chosen.isEmpty else {
      let all = found.values.map(\.name).sorted().joined(separator: ", ")
      throw Unavailable(reason: "\(folder) has no package zone, only \(all)", mend: "declare a TDP instead")
    }
    var zones: [Zone] = []
    var refusal: FileReadFailure?
    for key in chosen {
      guard let (name, path) = found[key] else { continue }
      do {
        _ = try files.number("\(path)/energy_uj")
        zones.append(Zone(name: name, path: path, range: try? files.number("\(path)/max_energy_range_uj")))
      } catch {
        refusal = refusal ?? error
      }
    }
    if let refusal {
      // Without one of the zones the sum would be of something else than its name says.
      throw Unavailable(
        reason: "\(folder)/\(chosen[0])/energy_uj can't be read: \(refusal)",
        mend: refusal == .denied
          ? "run as root, or let this user read them: `sudo chmod -R a+r /sys/class/powercap/intel-rapl*/`"
          : "look at `dmesg | grep -i rapl`")
    }
    return zones
  }

  /// Which of the zones (identifier to name) to add up. Packages, and memory where it is a zone of its own: memory is
  /// not in a package's count, while `core` and `uncore` are. `psys` is the whole board with the packages in it, so it
  /// counts alone, where there is no package. Pure.
  static func choose(_ zones: [String: String]) -> [String] {
    func depth(_ identifier: String) -> Int { identifier.split(separator: ":").count - 1 }
    let packages = zones.filter { depth($0.key) == 1 && $0.value.hasPrefix("package") }.keys
    guard !packages.isEmpty else {
      return zones.filter { depth($0.key) == 1 && $0.value == "psys" }.keys.sorted()
    }
    let memory = zones.filter { $0.value == "dram" }.keys
    return (Array(packages) + Array(memory)).sorted()
  }
}

/// Reads RAPL's zones and sums them.
struct RAPLMeter: EnergyMeter {
  private let files: SystemFiles
  private let zones: [RAPL.Zone]
  private var counters: [CounterUnwrapper]

  let source: String
  var isEstimate: Bool { false }
  var readsIdlePower: Bool { true }

  /// - Throws: ``Unavailable`` with the reason and the mend.
  init(files: SystemFiles = .live) throws(Unavailable) {
    self.files = files
    zones = try RAPL.zones(files: files)
    counters = zones.map { _ in CounterUnwrapper() }
    source = "RAPL " + zones.map(\.name).joined(separator: " + ")
  }

  mutating func joules(at moment: MeterMoment) -> Double? {
    var microjoules: Double? = 0
    for index in zones.indices {
      // Every zone is read even when one fails, so that none misses a turn of its counter.
      guard let value = try? files.number("\(zones[index].path)/energy_uj"),
        let count = counters[index].count(value, range: zones[index].range)
      else {
        microjoules = nil
        continue
      }
      microjoules = microjoules.map { $0 + count }
    }
    return microjoules.map { $0 * 1e-6 }
  }
}
