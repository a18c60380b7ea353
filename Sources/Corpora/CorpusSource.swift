import Crypto
public import Foundation

/// Where a corpus's text lies: a corpus that was obtained, a text file, a JSONL file, or a folder of them.
public struct CorpusSource: Sendable, Hashable {
  public enum Form: String, Sendable, Hashable {
    /// A folder with `documents.jsonl`, and `corpus.json` saying where it comes from.
    case obtained
    /// One text file, cut into documents at blank lines.
    case text
    /// One JSON object with a "text" string a line, and an "id" if it likes.
    case jsonLines
    /// A folder: each text file a document, each line of each JSONL file a document.
    case folder
  }

  static let textExtensions: Set<String> = ["txt", "text", "md"]
  static let jsonLinesExtensions: Set<String> = ["jsonl", "ndjson"]
  static let maximumFileBytes = 4 << 30

  /// The name or path it was asked for by.
  public let name: String
  public let form: Form
  /// The files that hold the text, in order.
  public let files: [URL]
  /// What the files' ids are relative to.
  let root: URL

  /// Finds a corpus by name or path.
  /// - Throws: `CorpusError.notFound`.
  public init(_ corpus: String, corporaDirectory: URL) throws {
    name = corpus
    let obtained = corporaDirectory.appendingPathComponent(corpus, isDirectory: true)
    let documents = obtained.appendingPathComponent("documents.jsonl")
    if !corpus.isEmpty, !corpus.contains("/"), FileManager.default.fileExists(atPath: documents.path) {
      (form, files, root) = (.obtained, [documents], obtained)
      return
    }
    var isFolder: ObjCBool = false
    let path = (corpus as NSString).expandingTildeInPath
    guard !corpus.isEmpty, FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw CorpusError.notFound(corpus: corpus, mend: Self.mend(for: corpus))
    }
    let url = URL(fileURLWithPath: path)
    if isFolder.boolValue {
      (form, files, root) = (.folder, try Self.files(under: url, corpus: corpus), url)
    } else {
      form = Self.jsonLinesExtensions.contains(url.pathExtension.lowercased()) ? .jsonLines : .text
      (files, root) = ([url], url.deletingLastPathComponent())
    }
  }

  private static func mend(for corpus: String) -> String {
    if BuiltInCorpus(rawValue: corpus) != nil {
      return "it has not been obtained yet: `efficientllm corpus get \(corpus)`"
    }
    let names = BuiltInCorpus.allCases.map(\.rawValue).joined(separator: ", ")
    return "give one of \(names), or the path of a text file, a JSONL file or a folder of them"
  }

  private static func files(under folder: URL, corpus: String) throws -> [URL] {
    let found = FileManager.default.enumerator(
      at: folder, includingPropertiesForKeys: [.isRegularFileKey], options: [.skipsHiddenFiles])
    let known = textExtensions.union(jsonLinesExtensions)
    let files = (found?.compactMap { $0 as? URL } ?? []).filter { url in
      known.contains(url.pathExtension.lowercased())
        && (try? url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true
    }
    guard !files.isEmpty else {
      throw CorpusError.notFound(corpus: corpus, mend: "the folder holds no .txt, .text, .md, .jsonl or .ndjson file")
    }
    return files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// What a file is called in ids: its path under the corpus.
  func label(of file: URL) -> String {
    let prefix = root.standardizedFileURL.path + "/"
    let path = file.standardizedFileURL.path
    return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : file.lastPathComponent
  }

  func contents(of file: URL) throws -> Data {
    let data: Data
    do {
      data = try Data(contentsOf: file, options: .mappedIfSafe)
    } catch {
      throw CorpusError.unreadable(path: file.path, reason: error.localizedDescription)
    }
    guard data.count <= Self.maximumFileBytes else {
      throw CorpusError.tooLarge(path: file.path, bytes: data.count, limit: Self.maximumFileBytes)
    }
    return data
  }

  /// SHA-256 over the files' names, sizes and bytes, in hexadecimal: a changed corpus is another one.
  /// - Throws: `CorpusError.unreadable`, `.tooLarge`.
  public func contentHash() throws -> String {
    var hash = SHA256()
    for file in files {
      let data = try contents(of: file)
      hash.update(data: Data("\(form.rawValue)\0\(label(of: file))\0\(data.count)\0".utf8))
      hash.update(data: data)
    }
    return hash.finalize().hexadecimal
  }

  /// What is known of where the text comes from, for the manifest.
  public func manifest() -> [String: String] {
    let description = root.appendingPathComponent("corpus.json")
    if form == .obtained, let data = try? Data(contentsOf: description),
      let members = try? JSONDecoder().decode([String: String].self, from: data)
    {
      return members
    }
    return ["name": name, "licence": "not stated"]
  }
}
