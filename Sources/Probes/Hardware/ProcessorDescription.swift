/// What /proc/cpuinfo and /sys tell of the processor. Each architecture writes other fields, and containers may write
/// none at all. Pure.
struct ProcessorDescription: Sendable, Hashable {
  var model: String?
  var physicalCores: Int?
  var sockets: Int?
  var logicalProcessors: Int?
  /// Those of the instruction set's extensions that decide how fast tensors are multiplied.
  var extensions: [String]
  var isVirtual: Bool

  init(cpuinfo text: String) {
    let blocks = Self.blocks(text).map { keyedLines($0) }
    let processors = blocks.filter { $0["processor"] != nil }
    let first = processors.first ?? blocks.first ?? [:]
    model = Self.model(first, all: blocks)
    logicalProcessors = processors.isEmpty ? nil : processors.count
    let places = processors.compactMap { block in
      block["core id"].map { "\(block["physical id"] ?? "0"):\($0)" }
    }
    physicalCores = places.count == processors.count && !places.isEmpty ? Set(places).count : nil
    let packages = Set(processors.compactMap { $0["physical id"] })
    sockets = packages.isEmpty ? nil : packages.count
    let flags = Set((first["flags"] ?? first["Features"] ?? "").split(separator: " ").map(String.init))
    extensions = Self.telling.filter(flags.contains)
    isVirtual = flags.contains("hypervisor")
  }

  /// In the order in which they are shown.
  private static let telling = [
    "avx", "avx2", "fma", "f16c", "avx_vnni", "avx512f", "avx512bw", "avx512vl", "avx512_vnni", "avx512_bf16",
    "avx512_fp16", "amx_tile", "amx_int8", "amx_bf16", "asimd", "fphp", "asimdhp", "asimddp", "i8mm", "bf16", "sve",
    "sve2", "svebf16", "sme",
  ]

  private static func blocks(_ text: String) -> [String] {
    var blocks: [String] = [""]
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      if line.trimmed.isEmpty {
        if blocks[blocks.count - 1].isEmpty == false { blocks.append("") }
      } else {
        blocks[blocks.count - 1] += line + "\n"
      }
    }
    return blocks.filter { !$0.isEmpty }
  }

  private static func model(_ first: [String: String], all: [[String: String]]) -> String? {
    for key in ["model name", "cpu", "uarch", "Processor"] {
      if let value = first[key], !value.isEmpty { return value }
    }
    if let implementer = first["CPU implementer"], let part = first["CPU part"] {
      let maker = implementers[implementer] ?? "implementer \(implementer)"
      return "\(maker) \(parts[implementer + part] ?? "part \(part)")"
    }
    // Older Arm boards name the board in a last block.
    return all.lazy.compactMap { $0["Hardware"] ?? $0["Model"] ?? $0["vendor_id"] }.first { !$0.isEmpty }
  }

  /// Arm's register MIDR_EL1 holds only numbers; these are the makers of servers and boards one meets.
  private static let implementers = [
    "0x41": "Arm", "0x42": "Broadcom", "0x43": "Cavium", "0x46": "Fujitsu", "0x48": "HiSilicon", "0x4e": "NVIDIA",
    "0x51": "Qualcomm", "0x61": "Apple", "0xc0": "Ampere",
  ]
  private static let parts = [
    "0x410xd03": "Cortex-A53", "0x410xd08": "Cortex-A72", "0x410xd0b": "Cortex-A76", "0x410xd0c": "Neoverse N1",
    "0x410xd40": "Neoverse V1", "0x410xd49": "Neoverse N2", "0x410xd4f": "Neoverse V2", "0x460x001": "A64FX",
    "0xc00xac3": "Ampere-1", "0xc00xac4": "Ampere-1A",
  ]
}

/// Sizes of the first processor's caches, as "L1d 48 KiB, L1i 32 KiB, L2 1 MiB, L3 32 MiB".
struct CacheDescription: Sendable, Hashable {
  var text: String?

  init(files: SystemFiles) {
    let folder = "/sys/devices/system/cpu/cpu0/cache"
    let caches = (files.names(in: folder) ?? []).filter { $0.hasPrefix("index") }.compactMap { name -> String? in
      guard let level = files.line("\(folder)/\(name)/level"), let size = files.line("\(folder)/\(name)/size") else {
        return nil
      }
      let kind =
        switch files.line("\(folder)/\(name)/type") {
        case "Data": "d"
        case "Instruction": "i"
        default: ""
        }
      return "L\(level)\(kind) \(Self.readable(size))"
    }
    text = caches.isEmpty ? nil : caches.sorted().joined(separator: ", ")
  }

  /// The kernel writes "32768K" and means kibibytes.
  static func readable(_ size: String) -> String {
    guard size.hasSuffix("K"), let kibibytes = Int(size.dropLast()) else { return size }
    return kibibytes >= 1024 && kibibytes % 1024 == 0 ? "\(kibibytes / 1024) MiB" : "\(kibibytes) KiB"
  }
}
