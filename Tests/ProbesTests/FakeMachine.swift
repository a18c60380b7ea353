import Foundation
import Testing

@testable import Probes

/// A machine laid out as files in a folder of its own, removed with the value.
final class FakeMachine: Sendable {
  let root: String

  /// - Parameters:
  ///   - files: path (such as "/proc/meminfo") to content.
  ///   - live: folders of the real machine that stand in this one too, such as "/proc".
  init(_ files: [String: String] = [:], live: [String] = []) throws {
    root = NSTemporaryDirectory() + "machine-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    for folder in live {
      try FileManager.default.createSymbolicLink(atPath: root + folder, withDestinationPath: folder)
    }
    for (path, content) in files { try write(path, content) }
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  var files: SystemFiles { SystemFiles(root: root) }

  /// A machine without accelerators.
  var system: ProbeSystem { ProbeSystem(files: files, managementLibraries: [root + "/no-such-library.so"]) }

  func write(_ path: String, _ content: String) throws {
    let url = URL(fileURLWithPath: root + path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(content.utf8).write(to: url)
  }

  func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: root + path) }

  /// A process as /proc shows it.
  func run(
    _ process: Int32, parent: Int32 = 1, name: String = "python3", state: String = "S",
    ticks: (UInt64, UInt64) = (0, 0),
    reaped: (UInt64, UInt64) = (0, 0), start: UInt64 = 100, pages: UInt64 = 10
  ) throws {
    try write(
      "/proc/\(process)/stat",
      "\(process) (\(name)) \(state) \(parent) 1 1 0 -1 4194304 98 0 0 0 \(ticks.0) \(ticks.1) \(reaped.0) \(reaped.1) "
        + "20 0 1 0 \(start) 3133440 \(pages) 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0\n")
    try write("/proc/\(process)/statm", "\(pages * 2) \(pages) 3 4 0 5 0\n")
  }

  func end(_ process: Int32) throws { try remove("/proc/\(process)") }
}

/// Whether a number is there and next to another.
func isNear(_ value: Double?, _ expected: Double, within tolerance: Double = 1e-9) -> Bool {
  value.map { abs($0 - expected) <= tolerance } ?? false
}

enum Fixture {
  static func text(_ path: String) throws -> String {
    let location = try #require(url(path))
    return try String(contentsOf: location, encoding: .utf8)
  }

  static func url(_ path: String) -> URL? {
    Bundle.module.resourceURL?.appendingPathComponent("Fixtures/\(path)")
  }
}
