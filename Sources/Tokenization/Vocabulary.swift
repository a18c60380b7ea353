/// The tokens of a model and their ids.
struct Vocabulary: Sendable {
  /// More than any published vocabulary has, and little enough to hold.
  static let maximumSize = 1 << 22
  static let maximumTokenBytes = 1 << 16

  /// What becomes of a token that comes twice.
  enum Repetition { case refused, firstHolds, lastHolds }

  /// The tokens as they are written, in the order they were added.
  private(set) var tokens: ByteStringTable
  /// The id of each of `tokens`.
  private(set) var ids: [UInt32] = []
  /// Which of `tokens` has an id, and -1 for an id that none has.
  private(set) var indexOfID: [Int32] = []

  /// - Throws: `TokenizerError.duplicateToken`, `.duplicateID`, `.idOutOfRange`, `.tooLarge`.
  init(_ entries: [(token: String, id: Int)], repeated: Repetition = .refused) throws {
    guard entries.count <= Self.maximumSize else {
      throw TokenizerError.tooLarge(what: "the vocabulary", size: entries.count, limit: Self.maximumSize)
    }
    tokens = ByteStringTable(minimumCapacity: entries.count)
    for (token, id) in entries { try add(token, id: id, repeated) }
  }

  private mutating func add(_ token: String, id: Int, _ repeated: Repetition) throws {
    guard (0..<Self.maximumSize).contains(id) else {
      throw TokenizerError.idOutOfRange(token: token, id: "\(id)", limit: Self.maximumSize)
    }
    guard token.utf8.count <= Self.maximumTokenBytes else {
      throw TokenizerError.tooLarge(
        what: "the length of token \(id)", size: token.utf8.count, limit: Self.maximumTokenBytes)
    }
    let (index, isNew) = tokens.intern(token)
    if !isNew, repeated == .refused { throw TokenizerError.duplicateToken(token, ids: [Int(ids[index]), id]) }
    if id >= indexOfID.count { indexOfID.append(contentsOf: repeatElement(-1, count: id + 1 - indexOfID.count)) }
    guard indexOfID[id] < 0 else {
      throw TokenizerError.duplicateID(id, tokens: [self.token(of: UInt32(id)) ?? "", token])
    }
    indexOfID[id] = Int32(index)
    if isNew {
      ids.append(UInt32(id))
    } else if repeated == .lastHolds {
      ids[index] = UInt32(id)
    }
  }

  /// One more than the largest id.
  var size: Int { indexOfID.count }

  func id(of token: String) -> UInt32? { tokens.find(token).map { ids[$0] } }
  func id(of token: UnsafeBufferPointer<UInt8>) -> UInt32? { tokens.find(token).map { ids[$0] } }

  func token(of id: UInt32) -> String? { bytes(of: id).map { String(decoding: $0, as: UTF8.self) } }

  func bytes(of id: UInt32) -> ArraySlice<UInt8>? {
    guard Int(id) < indexOfID.count, indexOfID[Int(id)] >= 0 else { return nil }
    return tokens[Int(indexOfID[Int(id)])]
  }

  /// The tokens of single bytes as SentencePiece writes them, `<0x00>` to `<0xFF>`; nothing for one that is missing.
  var byteTokens: [UInt32?] {
    (0..<256).map { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      return id(of: "<0x\(byte < 16 ? "0" : "")\(digits)>")
    }
  }
}
