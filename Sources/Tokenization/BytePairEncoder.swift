/// Encodes texts with a tokenizer and remembers the words it has met. A value: each thread takes its own.
public struct BytePairEncoder {
  private let tokenizer: BytePairTokenizer
  private var memory = WordMemory()
  private var words: WordEncoder

  init(_ tokenizer: BytePairTokenizer) {
    self.tokenizer = tokenizer
    words = WordEncoder(model: tokenizer.model)
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
    let pipeline = tokenizer.pipeline
    if addingSpecialTokens { tokens.append(contentsOf: pipeline.prefix) }
    var text = text
    text.withUTF8 { bytes in
      if findingAddedTokens {
        pipeline.forEachPart(of: bytes, tokenizer.addedTokens) { part in
          switch part {
          case .token(let token): tokens.append(token)
          case .text(let stretch, let isStart): encodeStretch(stretch, isStart: isStart, into: &tokens)
          }
        }
      } else {
        pipeline.normalizing(bytes) { encodeStretch($0, isStart: true, into: &tokens) }
      }
    }
    if addingSpecialTokens { tokens.append(contentsOf: pipeline.suffix) }
  }

  /// Encodes text that holds no added token.
  private mutating func encodeStretch(
    _ bytes: UnsafeBufferPointer<UInt8>, isStart: Bool, into tokens: inout [UInt32]
  ) {
    let cutsAtMarks = words.cutsAtMarks
    tokenizer.pipeline.splitters.forEachPiece(of: bytes, isStart: isStart) { piece in
      if cutsAtMarks, piece.count > WordMemory.longest {
        words.forEachCut(of: piece) { word in memory.append(word, to: &tokens) { words.encode($0, into: &$1) } }
      } else {
        memory.append(piece, to: &tokens) { words.encode($0, into: &$1) }
      }
    }
  }
}

/// Works out the tokens of one piece.
private struct WordEncoder {
  private let model: BytePairModel
  private var merger = WordMerger()
  private var symbols: [UInt32] = []

  init(model: BytePairModel) { self.model = model }

  var cutsAtMarks: Bool { model.joinsMarkAfter != nil }

  /// Calls `body` with the parts of a piece that no merge can join: cut before the mark of a space wherever no token has
  /// the mark after such a byte.
  func forEachCut(of piece: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    guard let joins = model.joinsMarkAfter else { return body(piece) }
    var start = 0
    var position = 1
    while position + 3 <= piece.count {
      if piece[position] == 0xE2, piece.isMark(endingAt: position + 3), !piece.isMark(endingAt: position),
        !joins[Int(piece[position - 1])]
      {
        body(UnsafeBufferPointer(rebasing: piece[start..<position]))
        start = position
      }
      position += 1
    }
    body(UnsafeBufferPointer(rebasing: piece[start...]))
  }

  mutating func encode(_ piece: UnsafeBufferPointer<UInt8>, into tokens: inout [UInt32]) {
    symbols.removeAll(keepingCapacity: true)
    switch model.alphabet {
    case .bytes:
      if model.ignoresMerges, let token = model.id(of: ByteAlphabet.text(of: piece)) { return tokens.append(token) }
      startFromBytes(piece)
    case .scalars:
      if model.ignoresMerges, let token = model.vocabulary.id(of: piece) { return tokens.append(token) }
      startFromScalars(piece)
    }
    merger.merge(&symbols, by: model.mergeTable)
    if model.phantoms.isEmpty { tokens.append(contentsOf: symbols) } else { appendSpelling(&tokens) }
  }

  private mutating func startFromBytes(_ piece: UnsafeBufferPointer<UInt8>) {
    var lastIsUnknown = false
    for byte in piece {
      if let token = model.byteTokens[Int(byte)] {
        symbols.append(token)
        lastIsUnknown = false
      } else if let unknown = model.unknownToken {
        if !(lastIsUnknown && model.fusesUnknown) { symbols.append(unknown) }
        lastIsUnknown = true
      }
    }
  }

  private mutating func startFromScalars(_ piece: UnsafeBufferPointer<UInt8>) {
    // As the package does: an unknown character goes in when the next known one does, after bytes that stand between.
    var unknowns = 0
    var position = 0
    while position < piece.count {
      let (scalar, next) = piece.scalar(at: position)
      let bytes = UnsafeBufferPointer(rebasing: piece[position..<next])
      position = next
      if let token = model.vocabulary.id(of: bytes) ?? model.phantoms[scalar] {
        flush(&unknowns)
        symbols.append(token)
      } else if !spell(bytes, into: &symbols), model.unknownToken != nil {
        if !model.fusesUnknown { flush(&unknowns) }
        unknowns = 1
      }
    }
    flush(&unknowns)
  }

  private mutating func flush(_ unknowns: inout Int) {
    if unknowns > 0, let unknown = model.unknownToken { symbols.append(unknown) }
    unknowns = 0
  }

  /// Appends the tokens of a character's bytes; false when the vocabulary lacks one.
  private func spell(_ bytes: UnsafeBufferPointer<UInt8>, into tokens: inout [UInt32]) -> Bool {
    guard let fallback = model.fallbackTokens, bytes.allSatisfy({ fallback[Int($0)] != nil }) else { return false }
    for byte in bytes { if let token = fallback[Int(byte)] { tokens.append(token) } }
    return true
  }

  /// Appends the merged symbols, with the characters that are no tokens spelt or unknown.
  private func appendSpelling(_ tokens: inout [UInt32]) {
    var lastIsUnknown = false
    for symbol in symbols {
      guard Int(symbol) >= model.size else {
        tokens.append(symbol)
        lastIsUnknown = symbol == model.unknownToken
        continue
      }
      let scalar = model.phantoms.first { $0.value == symbol }?.key ?? "\u{FFFD}"
      var bytes: [UInt8] = []
      bytes.append(scalar)
      if bytes.withUnsafeBufferPointer({ spell($0, into: &tokens) }) {
        lastIsUnknown = false
      } else if let unknown = model.unknownToken {
        if !(lastIsUnknown && model.fusesUnknown) { tokens.append(unknown) }
        lastIsUnknown = true
      }
    }
  }
}
