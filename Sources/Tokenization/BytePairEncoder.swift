/// Encodes texts with a tokenizer and remembers the words it has met. A value: each thread takes its own.
public struct BytePairEncoder {
  /// Words longer than this are merged anew each time.
  private static let longestRemembered = 64
  private static let rememberedWords = 1 << 17

  private let tokenizer: BytePairTokenizer
  private let byteTokens: [UInt32?]
  private var merger = WordMerger()
  private var words = ByteStringTable()
  /// Where the tokens of each of `words` end in `wordTokens`; they start where the last one's end.
  private var wordEnds: [Int] = [0]
  private var wordTokens: [UInt32] = []
  private var symbols: [UInt32] = []

  init(_ tokenizer: BytePairTokenizer) {
    self.tokenizer = tokenizer
    byteTokens = tokenizer.model.byteTokens
  }

  public mutating func encode(_ text: String, addingSpecialTokens: Bool = true) -> [UInt32] {
    var tokens: [UInt32] = []
    tokens.reserveCapacity(text.utf8.count / 3)
    encode(text, into: &tokens, addingSpecialTokens: addingSpecialTokens)
    return tokens
  }

  /// Appends a text's tokens.
  /// - Parameter findingAddedTokens: whether text that spells an added token, such as `<|endoftext|>`, becomes that token.
  ///   Text that others wrote should not.
  public mutating func encode(
    _ text: String, into tokens: inout [UInt32], addingSpecialTokens: Bool = true, findingAddedTokens: Bool = true
  ) {
    if addingSpecialTokens { tokens.append(contentsOf: tokenizer.pipeline.prefix) }
    var text = text
    if findingAddedTokens {
      text.withUTF8 { encodeFinding($0, into: &tokens) }
    } else {
      text = tokenizer.pipeline.normalization?(text) ?? text
      text.withUTF8 { if !$0.isEmpty { encodeStretch($0, into: &tokens) } }
    }
    if addingSpecialTokens { tokens.append(contentsOf: tokenizer.pipeline.suffix) }
  }

  private mutating func encodeFinding(_ bytes: UnsafeBufferPointer<UInt8>, into tokens: inout [UInt32]) {
    tokenizer.addedTokens.verbatim.forEachPart(of: bytes) { part in
      switch part {
      case .token(let token): tokens.append(token)
      case .text(let range): encodeNormalizing(UnsafeBufferPointer(rebasing: bytes[range]), into: &tokens)
      }
    }
  }

  private mutating func encodeNormalizing(_ bytes: UnsafeBufferPointer<UInt8>, into tokens: inout [UInt32]) {
    if let normalization = tokenizer.pipeline.normalization, bytes.contains(where: { $0 >= 0xCC }) {
      var normalized = normalization(String(decoding: bytes, as: UTF8.self))
      normalized.withUTF8 { encodeNormalized($0, into: &tokens) }
    } else {
      encodeNormalized(bytes, into: &tokens)
    }
  }

  private mutating func encodeNormalized(_ bytes: UnsafeBufferPointer<UInt8>, into tokens: inout [UInt32]) {
    tokenizer.addedTokens.normalized.forEachPart(of: bytes) { part in
      switch part {
      case .token(let token): tokens.append(token)
      case .text(let range): encodeStretch(UnsafeBufferPointer(rebasing: bytes[range]), into: &tokens)
      }
    }
  }

  /// Encodes text that holds no added token.
  private mutating func encodeStretch(_ bytes: UnsafeBufferPointer<UInt8>, into tokens: inout [UInt32]) {
    if tokenizer.pipeline.prefixSpace == .stretch, bytes.first != 0x20 {
      ([0x20] + Array(bytes)).withUnsafeBufferPointer { encodePieces(of: $0, into: &tokens) }
    } else {
      encodePieces(of: bytes, into: &tokens)
    }
  }

  private mutating func encodePieces(of bytes: UnsafeBufferPointer<UInt8>, into tokens: inout [UInt32]) {
    guard let pattern = tokenizer.pipeline.pattern else { return encodePiece(bytes, into: &tokens) }
    PieceScanner.forEachPiece(of: bytes, by: pattern) { piece in
      if tokenizer.pipeline.prefixSpace == .piece, piece.first != 0x20 {
        ([0x20] + Array(piece)).withUnsafeBufferPointer { encodePiece($0, into: &tokens) }
      } else {
        encodePiece(piece, into: &tokens)
      }
    }
  }

  private mutating func encodePiece(_ piece: UnsafeBufferPointer<UInt8>, into tokens: inout [UInt32]) {
    guard piece.count <= Self.longestRemembered else {
      merge(piece)
      tokens.append(contentsOf: symbols)
      return
    }
    let hash = words.hash(of: piece)
    if let word = words.find(piece, hash: hash) {
      for index in wordEnds[word]..<wordEnds[word + 1] { tokens.append(wordTokens[index]) }
      return
    }
    merge(piece)
    tokens.append(contentsOf: symbols)
    if words.count == Self.rememberedWords {
      words.removeAll()
      wordEnds = [0]
      wordTokens.removeAll(keepingCapacity: true)
    }
    _ = words.insert(piece, hash: hash)
    wordTokens.append(contentsOf: symbols)
    wordEnds.append(wordTokens.count)
  }

  /// Leaves the tokens of a piece in `symbols`.
  private mutating func merge(_ piece: UnsafeBufferPointer<UInt8>) {
    let model = tokenizer.model
    symbols.removeAll(keepingCapacity: true)
    if model.ignoresMerges, let token = model.id(of: ByteAlphabet.text(of: piece)) {
      symbols.append(token)
      return
    }
    var lastIsUnknown = false
    for byte in piece {
      if let token = byteTokens[Int(byte)] {
        symbols.append(token)
        lastIsUnknown = false
      } else if let unknown = model.unknownToken {
        if !(lastIsUnknown && model.fusesUnknown) { symbols.append(unknown) }
        lastIsUnknown = true
      }
    }
    merger.merge(&symbols, by: model.mergeTable)
  }
}
