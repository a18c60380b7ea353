import Crypto
import Foundation
import Tokenization

/// The folder that keeps a corpus's tokens, named by what they are made of: content, vocabulary, split, format.
///
/// It is made beside its place and put there by one rename, so it is there whole or not at all. A lock lets one of
/// several trials make it while the others wait. One that is damaged is made again.
struct TokenCache: Sendable {
  /// Raised when the same corpus would come out as other tokens or other files.
  static let format = 1
  static let tokenizerName = "tokenizer.json"
  static let trainName = "train.bin"
  static let heldOutName = "held-out.bin"
  static let descriptionName = "corpus.json"

  struct Description: Codable {
    var format: Int
    var contentHash: String
    var vocabularySize: Int
    var heldOutFraction: Double
    var tokenizerHash: String
    var trainHash: String
    var heldOutHash: String
    var trainDocumentCount: Int
    var heldOutDocuments: [DocumentSpan]
  }

  let contentHash: String
  let vocabularySize: Int
  let heldOutFraction: Double
  let directory: URL

  var folder: URL {
    let name = "\(contentHash.prefix(32))-v\(vocabularySize)-h\(heldOutFraction)-f\(Self.format)"
    return directory.appendingPathComponent(name, isDirectory: true)
  }

  static func hash(of data: Data) -> String { SHA256.hash(data: data).hexadecimal }

  func open(_ source: CorpusSource, progress: @Sendable (String) -> Void) throws -> TokenizedCorpus {
    if FileManager.default.fileExists(atPath: folder.path), let found = try? read(source) { return found }
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    } catch {
      throw CorpusError.cannotWrite(path: directory.path, reason: error.localizedDescription)
    }
    let lock = try FileLock(path: folder.path + ".lock") {
      progress("waiting for another process that prepares \(source.name)")
    }
    defer { lock.release() }
    if FileManager.default.fileExists(atPath: folder.path) {
      do {
        return try read(source)
      } catch {
        progress("the tokens of \(source.name) are made again: \(error)")
      }
    }
    try make(source, progress: progress)
    return try read(source)
  }

  private func read(_ source: CorpusSource) throws -> TokenizedCorpus {
    let file = folder.appendingPathComponent(Self.descriptionName)
    guard let data = try? Data(contentsOf: file),
      let description = try? JSONDecoder().decode(Description.self, from: data), description.format == Self.format,
      description.contentHash == contentHash, description.vocabularySize == vocabularySize,
      description.heldOutFraction == heldOutFraction
    else {
      throw CorpusError.damagedTokens(path: folder.path, reason: "\(Self.descriptionName) does not say what it is")
    }
    return try TokenizedCorpus(description, in: folder, source: source)
  }

  /// Makes the folder, or throws and leaves nothing.
  private func make(_ source: CorpusSource, progress: @Sendable (String) -> Void) throws {
    removeRemains()
    let partial = directory.appendingPathComponent(".\(folder.lastPathComponent).\(getpid()).partial")
    do {
      try FileManager.default.createDirectory(at: partial, withIntermediateDirectories: false)
    } catch {
      throw CorpusError.cannotWrite(path: partial.path, reason: error.localizedDescription)
    }
    defer { try? FileManager.default.removeItem(at: partial) }
    try write(source, to: partial, progress: progress)
    DurableFile.synchronise(folder: partial)
    try? FileManager.default.removeItem(at: folder)
    guard rename(partial.path, folder.path) == 0 else {
      throw CorpusError.cannotWrite(path: folder.path, reason: String(cString: strerror(errno)))
    }
    DurableFile.synchronise(folder: directory)
  }

  /// Removes what a process that was killed left of this corpus. Called with the lock held.
  private func removeRemains() {
    let prefix = ".\(folder.lastPathComponent)."
    for name in (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
    where name.hasPrefix(prefix) && name.hasSuffix(".partial") {
      try? FileManager.default.removeItem(at: directory.appendingPathComponent(name))
    }
  }

  private func write(_ source: CorpusSource, to partial: URL, progress: @Sendable (String) -> Void) throws {
    let documents = try source.documents()
    let split = try DocumentSplit(documents, heldOutFraction: heldOutFraction, corpus: source.name)
    let megabytes = Double(split.train.reduce(0) { $0 + documents[$1].text.utf8.count }) / 1e6
    progress(
      "training a vocabulary of \(vocabularySize) on \(split.train.count) documents of \(source.name) "
        + "(\((megabytes * 10).rounded() / 10) MB)")
    let trainer = BytePairTrainer(vocabularySize: vocabularySize, specialTokens: [TokenizedCorpus.separator])
    let tokenizer = try trainer.train(split.train.lazy.map { documents[$0].text })
    guard tokenizer.vocabularySize == vocabularySize else {
      throw CorpusError.vocabularyTooLarge(requested: vocabularySize, reachable: tokenizer.vocabularySize)
    }

    progress("encoding \(documents.count) documents of \(source.name)")
    var encoder = tokenizer.makeEncoder()
    func encode(_ indices: [Int], as name: String) throws -> (spans: [DocumentSpan], hash: String) {
      let url = partial.appendingPathComponent(name)
      var writer = try TokenFileWriter(url: url, vocabularySize: vocabularySize)
      var spans: [DocumentSpan] = []
      for index in indices {
        // The separator is the tokenizer's first token. Text that spells it is text.
        var tokens: [UInt32] = [0]
        encoder.encode(documents[index].text, into: &tokens, addingSpecialTokens: false, findingAddedTokens: false)
        let start = writer.count
        try writer.append(tokens)
        spans.append(
          DocumentSpan(
            id: documents[index].id, tokens: start..<writer.count, bytes: documents[index].text.utf8.count))
      }
      return (spans, try writer.finish())
    }
    let train = try encode(split.train, as: Self.trainName)
    let heldOut = try encode(split.heldOut, as: Self.heldOutName)
    let json = tokenizer.json()
    try DurableFile.write(json, to: partial.appendingPathComponent(Self.tokenizerName))
    let description = Description(
      format: Self.format, contentHash: contentHash, vocabularySize: vocabularySize, heldOutFraction: heldOutFraction,
      tokenizerHash: Self.hash(of: json), trainHash: train.hash, heldOutHash: heldOut.hash,
      trainDocumentCount: split.train.count, heldOutDocuments: heldOut.spans)
    let descriptionEncoder = JSONEncoder()
    descriptionEncoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try DurableFile.write(
      descriptionEncoder.encode(description), to: partial.appendingPathComponent(Self.descriptionName))
  }
}
