import ArgumentParser
import EngineWorkloads
import Foundation
import Probes

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Says what this machine has and what is missing.",
    discussion: """
      Each line is "ok", "note" (worth knowing, or missing but not needed) or "MISSING" (needed), and says how to mend \
      it. Leaves with status 0 when nothing that is needed is missing, else with 1.
      """
  )

  @Option(help: "table (for people) or json (for programs).")
  var format = OutputFormat.table

  @Flag(
    help: """
      Measure the peak of matrix products on each device, in fp32 and bf16, and keep it: model FLOPs utilisation is a \
      share of it.
      """)
  var calibrate = false

  @Option(help: ArgumentHelp("Threads to calibrate the processor with.", valueName: "count"))
  var threads = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    if threads < 1 { throw ValidationError("--threads must be at least 1, not \(threads)") }
    if format == .csv { throw ValidationError("doctor prints a table or JSON: use --format table or --format json") }
  }

  func run() async throws {
    var report = DoctorReport.machine(software: ["efficientllm": EfficientLLM.configuration.version])
    let home = Home()
    report.sections.append(Self.home(home))
    if calibrate { try runCalibration(home) }
    report.sections.append(Self.engine(home))
    switch format {
    case .json: print(try report.json())
    case .table, .csv: print(report.table(), terminator: "")
    }
    if !report.isHealthy { throw ExitCode(ExitStatus.failure.rawValue) }
  }

  /// Where things are kept, and what the cache holds.
  static func home(_ home: Home) -> DoctorReport.Section {
    DoctorReport.Section(
      title: "home",
      findings: [folder(home.url), freeSpace(at: home.url)]
        + [
          ("records", home.records), ("trials", home.trials), ("reports", home.reports), ("corpora", home.corpora),
          ("tokens", home.tokens),
        ].map { kept($0, at: $1) })
  }

  private static func folder(_ url: URL) -> DoctorReport.Finding {
    let manager = FileManager.default
    var isFolder: ObjCBool = false
    guard manager.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      guard let parent = existingAncestor(of: url), manager.isWritableFile(atPath: parent.path) else {
        return DoctorReport.Finding(
          "folder", "\(url.path) isn't there and can't be made", status: .missing,
          mend: "set EFFICIENTLLM_HOME to a folder that you may write to")
      }
      return DoctorReport.Finding("folder", "\(url.path) (made when it is first needed)")
    }
    guard isFolder.boolValue, manager.isWritableFile(atPath: url.path) else {
      return DoctorReport.Finding(
        "folder", "\(url.path) \(isFolder.boolValue ? "can't be written to" : "is a file")", status: .missing,
        mend: "set EFFICIENTLLM_HOME to a folder that you may write to")
    }
    return DoctorReport.Finding("folder", url.path)
  }

  private static func existingAncestor(of url: URL) -> URL? {
    var ancestor = url.standardizedFileURL
    while ancestor.path != "/" {
      ancestor.deleteLastPathComponent()
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: ancestor.path, isDirectory: &isFolder) {
        return isFolder.boolValue ? ancestor : nil
      }
    }
    return nil
  }

  private static func freeSpace(at url: URL) -> DoctorReport.Finding {
    let place = FileManager.default.fileExists(atPath: url.path) ? url : existingAncestor(of: url)
    let attributes = place.flatMap { try? FileManager.default.attributesOfFileSystem(forPath: $0.path) }
    guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.uint64Value else {
      return DoctorReport.Finding("free space", "unknown", status: .note)
    }
    let needed: UInt64 = 2 << 30
    return DoctorReport.Finding(
      "free space", readable(free), status: free < needed ? .note : .ok,
      mend: free < needed ? "corpora, tokens and checkpoints want about \(readable(needed)): make room" : nil)
  }

  /// What a file, or everything in a folder, takes.
  private static func kept(_ name: String, at url: URL) -> DoctorReport.Finding {
    let manager = FileManager.default
    var isFolder: ObjCBool = false
    guard manager.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      return DoctorReport.Finding(name, "none yet")
    }
    func size(_ path: String) -> UInt64 {
      ((try? manager.attributesOfItem(atPath: path))?[.size] as? NSNumber)?.uint64Value ?? 0
    }
    guard isFolder.boolValue else { return DoctorReport.Finding(name, readable(size(url.path))) }
    let entries = (try? manager.contentsOfDirectory(atPath: url.path)) ?? []
    let inside = manager.enumerator(atPath: url.path)?.compactMap { $0 as? String } ?? []
    let files = inside.map { url.path + "/" + $0 }.filter { path in
      var isInnerFolder: ObjCBool = false
      return manager.fileExists(atPath: path, isDirectory: &isInnerFolder) && !isInnerFolder.boolValue
    }
    let total = files.reduce(0) { $0 + size($1) }
    return DoctorReport.Finding(
      name,
      entries.isEmpty ? "none yet" : "\(entries.count) \(entries.count == 1 ? "entry" : "entries"), \(readable(total))")
  }

  private static func readable(_ bytes: UInt64) -> String {
    switch bytes {
    case ..<(1 << 20): "\((Double(bytes) / 1024 * 10).rounded() / 10) KiB"
    case ..<(1 << 30): "\((Double(bytes) / 1_048_576 * 10).rounded() / 10) MiB"
    default: "\((Double(bytes) / 1_073_741_824 * 10).rounded() / 10) GiB"
    }
  }
}

extension DoctorReport {
  /// The report with `"healthy"` beside its sections.
  func json() throws -> String {
    struct Document: Encodable {
      var healthy: Bool
      var sections: [Section]
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(Document(healthy: isHealthy, sections: sections)), as: UTF8.self)
  }

  /// One line a finding, its mend under it.
  func table() -> String {
    let width = sections.flatMap(\.findings).map(\.name.count).max() ?? 0
    var text = ""
    for section in sections {
      text += text.isEmpty ? "" : "\n"
      text += section.title + "\n"
      for finding in section.findings {
        let mark = finding.status == .missing ? "MISSING" : finding.status.rawValue
        let name = finding.name.padding(toLength: width, withPad: " ", startingAt: 0)
        text += "  \(mark.padding(toLength: 7, withPad: " ", startingAt: 0))  \(name)  \(finding.value)\n"
        if let mend = finding.mend {
          text += String(repeating: " ", count: width + 13) + "-> \(mend)\n"
        }
      }
    }
    text += "\n" + (isHealthy ? "Nothing that is needed is missing.\n" : "Something that is needed is missing.\n")
    return text
  }
}
