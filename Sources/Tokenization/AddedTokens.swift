/// A token that is found in text as it stands, before anything is split or merged.
struct AddedToken: Sendable {
  var id: UInt32
  var content: String
  /// Whether decoding leaves it out unless asked.
  var isSpecial: Bool
  /// Whether it is looked for in the normalised text, after the others in the text as given.
  var isNormalized: Bool
  /// Whether white space before it, or after it, goes with it.
  var stripsLeft = false
  var stripsRight = false
  /// Whether it is found only where it is no part of a word.
  var isSingleWord = false
}

/// The added tokens of a tokenizer, and where they stand in a text.
struct AddedTokens: Sendable {
  let tokens: [AddedToken]
  /// One more than the largest id.
  let size: Int
  private let indexOfID: [UInt32: Int]
  private let contents: ByteStringTable
  /// Those looked for in the text as given, and those in the normalised text.
  let verbatim: TokenFinder
  let normalized: TokenFinder

  /// - Throws: `TokenizerError.duplicateToken`, `.duplicateID`, `.idOutOfRange`, `.tooLarge`.
  init(_ tokens: [AddedToken], vocabulary model: Vocabulary, normalizer: NormalizerChain) throws {
    var indexOfID: [UInt32: Int] = [:]
    var contents = ByteStringTable(minimumCapacity: tokens.count)
    var verbatim = TokenFinder()
    var normalized = TokenFinder()
    for (index, token) in tokens.enumerated() {
      guard token.content.utf8.count <= TokenFinder.maximumBytes else {
        throw TokenizerError.tooLarge(
          what: "the length of added token \(token.id)", size: token.content.utf8.count, limit: TokenFinder.maximumBytes
        )
      }
      if let other = model.id(of: token.content), other != token.id {
        throw TokenizerError.duplicateToken(token.content, ids: [Int(other), Int(token.id)])
      }
      let other = indexOfID[token.id].map { tokens[$0].content } ?? model.token(of: token.id)
      if let other, !other.utf8.elementsEqual(token.content.utf8) {
        throw TokenizerError.duplicateID(Int(token.id), tokens: [other, token.content])
      }
      let (found, isNew) = contents.intern(token.content)
      guard isNew else {
        throw TokenizerError.duplicateToken(token.content, ids: [Int(tokens[found].id), Int(token.id)])
      }
      indexOfID[token.id] = index
      if token.isNormalized {
        normalized.add(normalizer(token.content), token: token)
      } else {
        verbatim.add(token.content, token: token)
      }
    }
    self.tokens = tokens
    self.indexOfID = indexOfID
    self.contents = contents
    self.verbatim = verbatim
    self.normalized = normalized
    size = Int(tokens.map(\.id).max().map { $0 + 1 } ?? 0)
  }

  func id(of content: String) -> UInt32? { contents.find(content).map { tokens[$0].id } }
  func token(of id: UInt32) -> String? { indexOfID[id].map { tokens[$0].content } }
  func isSpecial(_ id: UInt32) -> Bool { indexOfID[id].map { tokens[$0].isSpecial } ?? false }
}

/// Finds tokens in text, the longest of those that start leftmost: a trie, entered only at bytes a token starts with.
struct TokenFinder: Sendable {
  static let maximumBytes = 4096

  /// A stretch of text between tokens, or a token.
  enum Part {
    case text(Range<Int>)
    case token(UInt32)
  }

  private var startsToken = [Bool](repeating: false, count: 256)
  /// From a node (upper bits) and a byte (lower 8) to the next node.
  private var edges: [UInt64: UInt32] = [:]
  private var tokenAtNode: [AddedToken?] = [nil]
  var isEmpty: Bool { tokenAtNode.count == 1 }

  /// Adds a token; of two that are looked for as the same text, the first holds.
  mutating func add(_ content: String, token: AddedToken) {
    guard let first = content.utf8.first else { return }
    startsToken[Int(first)] = true
    var node: UInt32 = 0
    for byte in content.utf8 {
      let edge = UInt64(node) << 8 | UInt64(byte)
      if let next = edges[edge] {
        node = next
      } else {
        let next = UInt32(tokenAtNode.count)
        edges[edge] = next
        tokenAtNode.append(nil)
        node = next
      }
    }
    if tokenAtNode[Int(node)] == nil { tokenAtNode[Int(node)] = token }
  }

  /// The longest token that starts at a position.
  private func match(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> (token: AddedToken, end: Int)? {
    var node: UInt32 = 0
    var found: (AddedToken, Int)?
    var position = start
    while position < bytes.count, let next = edges[UInt64(node) << 8 | UInt64(bytes[position])] {
      node = next
      position += 1
      if let token = tokenAtNode[Int(node)] { found = (token, position) }
    }
    return found
  }

  /// Calls `body` with the parts of a text in order. No stretch of text is empty.
  func forEachPart(of bytes: UnsafeBufferPointer<UInt8>, _ body: (Part) -> Void) {
    var textStart = 0
    var position = 0
    while !isEmpty, position < bytes.count {
      guard startsToken[Int(bytes[position])], let (token, end) = match(bytes, at: position) else {
        position += 1
        continue
      }
      let start = position
      position = end
      if token.isSingleWord, !WhiteSpace.standsAlone(start..<end, in: bytes) { continue }
      var textEnd = start
      if token.stripsLeft {
        textEnd = WhiteSpace.startOfRun(endingAt: start, in: bytes, notBefore: min(textStart, start))
      }
      if textEnd > textStart { body(.text(textStart..<textEnd)) }
      body(.token(token.id))
      textStart = token.stripsRight ? WhiteSpace.endOfRun(startingAt: end, in: bytes) : end
    }
    if textStart < bytes.count { body(.text(textStart..<bytes.count)) }
  }
}

/// Runs of white space in UTF-8, and the borders of words.
enum WhiteSpace {
  static func endOfRun(startingAt start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
    var position = start
    while position < bytes.count {
      let (scalar, next) = bytes.scalar(at: position)
      guard ScalarClass.isSpace(scalar) else { break }
      position = next
    }
    return position
  }

  static func startOfRun(endingAt end: Int, in bytes: UnsafeBufferPointer<UInt8>, notBefore limit: Int) -> Int {
    var position = end
    while position > limit {
      let start = bytes.startOfScalar(endingAt: position)
      guard start >= limit, ScalarClass.isSpace(bytes.scalar(at: start).scalar) else { break }
      position = start
    }
    return position
  }

  /// Whether no character of a word stands right before or after.
  static func standsAlone(_ range: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let words = UnicodeTables.crateWordSet
    if range.lowerBound > 0,
      words.contains(bytes.scalar(at: bytes.startOfScalar(endingAt: range.lowerBound)).scalar)
    {
      return false
    }
    return range.upperBound == bytes.count || !words.contains(bytes.scalar(at: range.upperBound).scalar)
  }
}
