/// A vocabulary and the merges that build its tokens: what stands under "model" in a `tokenizer.json`.
struct BytePairModel: Sendable {
  static let maximumVocabularySize = Vocabulary.maximumSize

  /// What the symbols are that merging starts from.
  enum Alphabet: Sendable {
    /// Bytes, each written as a character of `ByteAlphabet` (Radford et al. 2019).
    case bytes
    /// Characters, as in SentencePiece's vocabularies.
    case scalars
  }

  let alphabet: Alphabet
  let vocabulary: Vocabulary
  /// In order of rank, as ids.
  private(set) var merges: [(left: UInt32, right: UInt32)] = []
  private(set) var mergeTable: PairTable
  /// The token of each single byte of the byte alphabet; nothing for one the vocabulary lacks.
  private(set) var byteTokens: [UInt32?] = []
  /// The tokens a character that the vocabulary lacks is spelt with, byte by byte; nothing without byte fallback.
  var fallbackTokens: [UInt32?]?
  /// Whether a piece that is a token as a whole is taken so without merging (Llama 3).
  var ignoresMerges = false
  /// What stands for bytes or characters the vocabulary lacks; without it they are left out.
  var unknownToken: UInt32?
  /// Whether neighbouring unknown characters make one token.
  var fusesUnknown = false
  /// Characters that are no tokens but parts of some, when merging goes by scores: they merge under ids from the
  /// vocabulary's size on.
  private(set) var phantoms: [Unicode.Scalar: UInt32] = [:]
  /// In the order of those ids.
  private(set) var phantomScalars: [Unicode.Scalar] = []
  /// Whether a token exists in which the mark of a space, U+2581, follows a byte; nothing when the mark is no token.
  /// Where none does, no merge crosses, and a long text may be cut there without a difference.
  private(set) var joinsMarkAfter: [Bool]?

  /// - Throws: `TokenizerError.duplicateToken`, `.duplicateID`, `.idOutOfRange`, `.badMerge`, `.tooLarge`.
  init(
    vocabulary entries: [(token: String, id: Int)], merges pairs: [(left: String, right: String)],
    alphabet: Alphabet = .bytes
  ) throws {
    try self.init(vocabulary: Vocabulary(entries), merges: pairs, alphabet: alphabet)
  }

  init(vocabulary: Vocabulary, merges pairs: [(left: String, right: String)], alphabet: Alphabet) throws {
    guard pairs.count <= Vocabulary.maximumSize else {
      throw TokenizerError.tooLarge(what: "the list of merges", size: pairs.count, limit: Vocabulary.maximumSize)
    }
    self.vocabulary = vocabulary
    self.alphabet = alphabet
    mergeTable = PairTable(capacity: pairs.count)
    merges.reserveCapacity(pairs.count)
    if alphabet == .bytes { byteTokens = ByteAlphabet.scalars.map { vocabulary.id(of: String(Character($0))) } }
    for (rank, pair) in pairs.enumerated() { try addMerge(pair, rank: rank) }
    if alphabet == .scalars { joinsMarkAfter = Self.bytesBeforeMarks(in: vocabulary) }
  }

  /// A SentencePiece model: any two neighbours merge whose text is a token, those of the highest score first.
  /// - Parameter scores: by id; nothing for what never comes of merging, such as control tokens.
  init(vocabulary: Vocabulary, scores: [Float?]) throws {
    self.vocabulary = vocabulary
    alphabet = .scalars
    joinsMarkAfter = Self.bytesBeforeMarks(in: vocabulary)
    let merges = ScoredMerges(vocabulary: vocabulary, scores: scores)
    mergeTable = PairTable(capacity: merges.pairs.count)
    for pair in merges.pairs { _ = mergeTable.insert(pair.left, pair.right, rank: pair.rank, token: pair.token) }
    phantoms = merges.phantoms
    phantomScalars = phantoms.sorted { $0.value < $1.value }.map(\.key)
  }

  private mutating func addMerge(_ pair: (left: String, right: String), rank: Int) throws {
    func bad(_ reason: String) -> TokenizerError {
      .badMerge(rank: rank, merge: "\(pair.left) \(pair.right)", reason: reason)
    }
    guard let left = id(of: pair.left) else { throw bad("joins \"\(pair.left)\", which the vocabulary lacks") }
    guard let right = id(of: pair.right) else { throw bad("joins \"\(pair.right)\", which the vocabulary lacks") }
    guard let merged = id(of: pair.left + pair.right) else {
      throw bad("makes \"\(pair.left)\(pair.right)\", which the vocabulary lacks")
    }
    guard mergeTable.insert(left, right, rank: UInt32(rank), token: merged) else { throw bad("comes twice") }
    merges.append((left, right))
  }

  private static func bytesBeforeMarks(in vocabulary: Vocabulary) -> [Bool]? {
    guard vocabulary.id(of: "\u{2581}") != nil else { return nil }
    var joins = [Bool](repeating: false, count: 256)
    for index in 0..<vocabulary.tokens.count {
      Array(vocabulary.tokens[index]).withUnsafeBufferPointer { token in
        token.forEachOccurrence(of: SentencePieceNormalizer.mark) { range in
          if range.lowerBound > 0, !token.isMark(endingAt: range.lowerBound) {
            joins[Int(token[range.lowerBound - 1])] = true
          }
        }
      }
    }
    return joins
  }

  /// One more than the largest id.
  var size: Int { vocabulary.size }

  func id(of token: String) -> UInt32? { vocabulary.id(of: token) }
  func token(of id: UInt32) -> String? { vocabulary.token(of: id) }
}

extension UnsafeBufferPointer<UInt8> {
  /// Whether U+2581 ends at a position.
  @inline(__always)
  func isMark(endingAt end: Int) -> Bool {
    end >= 3 && self[end - 1] == 0x81 && self[end - 2] == 0x96 && self[end - 3] == 0xE2
  }
}

/// The pairs whose text is a token, ranked by the token's score; tokens of one score share a rank, so that of them the
/// leftmost merges first.
private struct ScoredMerges {
  var pairs: [(left: UInt32, right: UInt32, rank: UInt32, token: UInt32)] = []
  var phantoms: [Unicode.Scalar: UInt32] = [:]

  init(vocabulary: Vocabulary, scores: [Float?]) {
    let ranked = scores.indices.filter { scores[$0] != nil }.sorted { (scores[$0] ?? 0) > (scores[$1] ?? 0) }
    var rank: UInt32 = 0
    var last: Float?
    /// Nothing for what no pair can end in.
    func symbol(_ bytes: UnsafeBufferPointer<UInt8>, isScalar: Bool) -> UInt32? {
      if let id = vocabulary.id(of: bytes), Int(id) < scores.count, scores[Int(id)] != nil { return id }
      guard isScalar else { return nil }
      let next = UInt32(vocabulary.size + phantoms.count)
      return phantoms[bytes.scalar(at: 0).scalar, default: next]
    }
    for id in ranked {
      // Each place where a token can be cut is looked at, at a cost of its length: one beyond any real vocabulary's is
      // not merged.
      guard let bytes = vocabulary.bytes(of: UInt32(id)), bytes.count <= 1 << 11,
        vocabulary.id(of: String(decoding: bytes, as: UTF8.self)) == UInt32(id)
      else { continue }
      if let last, scores[id] != last { rank += 1 }
      last = scores[id]
      bytes.withUnsafeBufferPointer { token in
        let first = token.isEmpty ? 0 : token.scalar(at: 0).next
        var cut = first
        while cut < token.count {
          let next = token.scalar(at: cut).next
          let left = UnsafeBufferPointer(rebasing: token[..<cut])
          let right = UnsafeBufferPointer(rebasing: token[cut...])
          if let leftID = symbol(left, isScalar: cut == first) {
            if Int(leftID) == vocabulary.size + phantoms.count { phantoms[left.scalar(at: 0).scalar] = leftID }
            if let rightID = symbol(right, isScalar: next == token.count) {
              if Int(rightID) == vocabulary.size + phantoms.count { phantoms[right.scalar(at: 0).scalar] = rightID }
              pairs.append((leftID, rightID, rank, UInt32(id)))
            }
          }
          cut = next
        }
      }
    }
  }
}
