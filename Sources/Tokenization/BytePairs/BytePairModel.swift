/// A vocabulary and the merges that build its tokens: what stands under "model" in a `tokenizer.json`.
struct BytePairModel: Sendable {
  /// More than any published vocabulary has, and little enough to hold.
  static let maximumVocabularySize = 1 << 22
  static let maximumTokenBytes = 1 << 16

  /// The tokens as they are written, in the file's order.
  private(set) var tokens: ByteStringTable
  /// The id of each of `tokens`.
  private(set) var ids: [UInt32] = []
  /// Which of `tokens` has an id, and -1 for an id that none has.
  private(set) var indexOfID: [Int32] = []
  /// In order of rank, as ids.
  private(set) var merges: [(left: UInt32, right: UInt32)] = []
  private(set) var mergeTable: PairTable
  /// The token of each single byte; nothing for one the vocabulary lacks.
  private(set) var byteTokens: [UInt32?] = []
  /// Whether a piece that is a token as a whole is taken so without merging (Llama 3).
  var ignoresMerges = false
  /// What stands for bytes the vocabulary lacks; without it they are left out.
  var unknownToken: UInt32?
  /// Whether neighbouring unknown bytes make one token.
  var fusesUnknown = false

  /// - Throws: `TokenizerError.duplicateToken`, `.duplicateID`, `.idOutOfRange`, `.badMerge`, `.tooLarge`.
  init(vocabulary: [(token: String, id: Int)], merges pairs: [(left: String, right: String)]) throws {
    tokens = ByteStringTable(minimumCapacity: vocabulary.count)
    mergeTable = PairTable(capacity: pairs.count)
    for (what, count) in [("the vocabulary", vocabulary.count), ("the list of merges", pairs.count)]
    where count > Self.maximumVocabularySize {
      throw TokenizerError.tooLarge(what: what, size: count, limit: Self.maximumVocabularySize)
    }
    for (token, id) in vocabulary { try add(token, id: id) }
    byteTokens = ByteAlphabet.scalars.map { id(of: String(Character($0))) }
    merges.reserveCapacity(pairs.count)
    for (rank, pair) in pairs.enumerated() { try addMerge(pair, rank: rank) }
  }

  private mutating func add(_ token: String, id: Int) throws {
    guard (0..<Self.maximumVocabularySize).contains(id) else {
      throw TokenizerError.idOutOfRange(token: token, id: "\(id)", limit: Self.maximumVocabularySize)
    }
    guard token.utf8.count <= Self.maximumTokenBytes else {
      throw TokenizerError.tooLarge(
        what: "the length of token \(id)", size: token.utf8.count, limit: Self.maximumTokenBytes)
    }
    let (index, isNew) = tokens.intern(token)
    guard isNew else { throw TokenizerError.duplicateToken(token, ids: [Int(ids[index]), id]) }
    if id >= indexOfID.count { indexOfID.append(contentsOf: repeatElement(-1, count: id + 1 - indexOfID.count)) }
    guard indexOfID[id] < 0 else {
      throw TokenizerError.duplicateID(id, tokens: [self.token(of: UInt32(id)) ?? "", token])
    }
    indexOfID[id] = Int32(index)
    ids.append(UInt32(id))
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

  /// One more than the largest id.
  var size: Int { indexOfID.count }

  func id(of token: String) -> UInt32? { tokens.find(token).map { ids[$0] } }

  func token(of id: UInt32) -> String? {
    guard Int(id) < indexOfID.count, indexOfID[Int(id)] >= 0 else { return nil }
    return String(decoding: tokens[Int(indexOfID[Int(id)])], as: UTF8.self)
  }
}
