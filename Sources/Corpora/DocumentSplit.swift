import Crypto
import Foundation

/// Which documents no training sees. Decided by the texts' hashes alone: the same for every run and machine, and texts
/// that differ in white space only stay on one side.
struct DocumentSplit {
  /// Indices of the documents, in their order.
  private(set) var train: [Int] = []
  private(set) var heldOut: [Int] = []

  /// - Parameter heldOutFraction: the held-out part of all bytes, come near to as whole documents allow.
  /// - Throws: `CorpusError.tooFewDocuments`, `.badHeldOutFraction`.
  init(_ documents: [Document], heldOutFraction: Double, corpus: String) throws {
    guard heldOutFraction > 0, heldOutFraction < 1 else { throw CorpusError.badHeldOutFraction(heldOutFraction) }
    var groups: [String: (bytes: Int, members: [Int])] = [:]
    for (index, document) in documents.enumerated() {
      let digest = Self.digest(of: document.text)
      groups[digest, default: (0, [])].bytes += document.text.utf8.count
      groups[digest, default: (0, [])].members.append(index)
    }
    guard groups.count >= 2 else { throw CorpusError.tooFewDocuments(corpus: corpus, documents: groups.count) }

    let target = heldOutFraction * Double(groups.values.reduce(0) { $0 + $1.bytes })
    var bytes = 0.0
    var chosen: Set<String> = []
    let shuffled = groups.sorted { $0.key < $1.key }
    for (digest, group) in shuffled where chosen.count < groups.count - 1 {
      if bytes >= target { break }
      // A document that would overshoot by far is left to the training part.
      if bytes + Double(group.bytes) > 1.25 * target { continue }
      chosen.insert(digest)
      bytes += Double(group.bytes)
    }
    if chosen.isEmpty, let smallest = shuffled.min(by: { $0.value.bytes < $1.value.bytes }) {
      chosen.insert(smallest.key)
    }
    heldOut = chosen.flatMap { groups[$0]?.members ?? [] }.sorted()
    let held = Set(heldOut)
    train = documents.indices.filter { !held.contains($0) }
  }

  /// SHA-256 of a text with each run of white space as one space.
  static func digest(of text: String) -> String {
    var collapsed: [UInt8] = []
    collapsed.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      if byte > 0x20 {
        collapsed.append(byte)
      } else if let last = collapsed.last, last != 0x20 {
        collapsed.append(0x20)
      }
    }
    if collapsed.last == 0x20 { collapsed.removeLast() }
    return SHA256.hash(data: collapsed).hexadecimal
  }
}
