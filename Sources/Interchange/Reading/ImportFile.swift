public import Foundation

/// A file's name, as messages call it, and its bytes.
public struct ImportFile: Sendable {
  public var name: String
  public var bytes: [UInt8]
  /// What tells files apart that lie in several folders; empty where nothing does.
  public var folder: String

  public init(name: String, bytes: [UInt8], folder: String = "") {
    self.name = name
    self.bytes = bytes
    self.folder = folder
  }

  /// Reads a file as a whole.
  /// - Throws: ``ImportError/unreadable(file:reason:)``, ``ImportError/tooMuch(file:what:limit:)``.
  public init(at url: URL, limits: ImportLimits = .standard) throws(ImportError) {
    name = url.lastPathComponent
    folder = url.deletingLastPathComponent().standardizedFileURL.path
    do {
      let handle = try FileHandle(forReadingFrom: url)
      defer { try? handle.close() }
      bytes = Array(try handle.read(upToCount: limits.bytes + 1) ?? Data())
    } catch {
      throw .unreadable(file: url.lastPathComponent, reason: (error as NSError).localizedDescription)
    }
    guard bytes.count <= limits.bytes else { throw .tooMuch(file: name, what: "bytes", limit: limits.bytes) }
  }
}

extension ImportFile {
  /// Files in one folder that are read.
  static let mostFiles = 10_000

  /// Each folder replaced by the `.json` and `.jsonl` files in it and in the folders in it, by their paths; links are not
  /// followed.
  /// - Throws: ``ImportError/unreadable(file:reason:)``, ``ImportError/tooMuch(file:what:limit:)``.
  public static func expanded(_ urls: [URL]) throws(ImportError) -> [URL] {
    var files: [URL] = []
    for url in urls {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue else {
        files.append(url)
        continue
      }
      var found: [URL] = []
      let walk = FileManager.default.enumerator(
        at: url, includingPropertiesForKeys: [.isRegularFileKey], options: [.skipsHiddenFiles])
      while let next = walk?.nextObject() as? URL {
        guard ["json", "jsonl"].contains(next.pathExtension.lowercased()),
          (try? next.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true
        else { continue }
        found.append(next)
        guard found.count <= mostFiles else {
          throw .tooMuch(file: url.lastPathComponent, what: "files", limit: mostFiles)
        }
      }
      guard !found.isEmpty else {
        throw .unreadable(file: url.lastPathComponent, reason: "there is no .json or .jsonl file in the folder")
      }
      files += found.sorted { $0.path < $1.path }
    }
    return files
  }
}

/// The door of this room.
public enum Importer {
  /// Reads files of one form. Pure: the same bytes give the same run.
  /// - Parameters:
  ///   - files: for lm-evaluation-harness results and samples together; elsewhere they are read one after the other.
  /// - Throws: ``ImportError``.
  public static func read(
    form: ImportForm, files: [ImportFile], options: ImportOptions = ImportOptions()
  ) throws(ImportError) -> ImportedRun {
    guard let first = files.first else { throw .noFiles }
    let bytes = files.reduce(0) { $0 + $1.bytes.count }
    guard bytes <= options.limits.bytes else {
      throw .tooMuch(file: first.name, what: "bytes, with the others", limit: options.limits.bytes)
    }
    var run =
      switch form {
      case .openTelemetry: try OpenTelemetryReader.read(files, options)
      case .guideLLM: try GuideLLMReader.read(files, options)
      case .lmEval: try LMEvalReader.read(files, options)
      case .load: try LoadReader.read(files, options)
      case .trajectories: try TrajectoryReader.read(files, options)
      }
    guard run.observations.count <= options.limits.observations else {
      throw .tooMuch(file: first.name, what: "observations", limit: options.limits.observations)
    }
    guard !run.observations.isEmpty || !run.reported.isEmpty else {
      throw .nothingFound(form: form, notes: run.notes)
    }
    if let candidate = options.candidate {
      for index in run.observations.indices { run.observations[index].candidate = candidate }
      for index in run.reported.indices { run.reported[index].candidate = candidate }
    }
    return run
  }
}
