/// A tokenizer whose model takes one piece of text after the other: unigram and WordPiece.
struct PieceTokenizer: Tokenizer {
  enum Model: Sendable {
    case unigram(UnigramModel)
    case wordPiece(WordPieceModel)

    var vocabulary: Vocabulary {
      switch self {
      case .unigram(let model): model.vocabulary
      case .wordPiece(let model): model.vocabulary
      }
    }
  }

  let model: Model
  var pipeline: Pipeline
  let addedTokens: AddedTokens

  init(model: Model, pipeline: Pipeline, addedTokens: [AddedToken]) throws {
    self.model = model
    self.pipeline = pipeline
    self.addedTokens = try AddedTokens(
      addedTokens, vocabulary: model.vocabulary, normalizer: pipeline.normalizer)
  }

  var vocabularySize: Int { max(model.vocabulary.size, addedTokens.size) }
  func id(of token: String) -> UInt32? { addedTokens.id(of: token) ?? model.vocabulary.id(of: token) }
  func token(of id: UInt32) -> String? { addedTokens.token(of: id) ?? model.vocabulary.token(of: id) }
  func isSpecial(_ id: UInt32) -> Bool { addedTokens.isSpecial(id) }

  func encode(_ text: String, addingSpecialTokens: Bool) -> [UInt32] {
    var tokens: [UInt32] = []
    tokens.reserveCapacity(text.utf8.count / 3 + 2)
    if addingSpecialTokens { tokens.append(contentsOf: pipeline.prefix) }
    // The kind is told apart once: unpacked for each piece it would be copied for each piece.
    switch model {
    case .unigram(let model):
      var lattice = UnigramModel.Lattice()
      pieces(of: text, into: &tokens) { model.encode($0, into: &$1, &lattice) }
    case .wordPiece(let model):
      pieces(of: text, into: &tokens) { model.encode($0, into: &$1) }
    }
    if addingSpecialTokens { tokens.append(contentsOf: pipeline.suffix) }
    return tokens
  }

  @inline(__always)
  private func pieces(
    of text: String, into tokens: inout [UInt32], _ encode: (UnsafeBufferPointer<UInt8>, inout [UInt32]) -> Void
  ) {
    var memory = WordMemory()
    let splitters = pipeline.splitters
    var text = text
    text.withUTF8 { bytes in
      pipeline.forEachPart(of: bytes, addedTokens) { part in
        switch part {
        case .token(let token): tokens.append(token)
        case .text(let stretch, let isStart):
          splitters.forEachPiece(of: stretch, isStart: isStart) { memory.append($0, to: &tokens, encode: encode) }
        }
      }
    }
  }

  func makeStreamDecoder(skippingSpecialTokens: Bool) -> TokenStreamDecoder {
    let (vocabulary, added) = (model.vocabulary, addedTokens)
    return TokenStreamDecoder(chain: pipeline.decoder) { id in
      if skippingSpecialTokens, added.isSpecial(id) { return nil }
      return added.token(of: id).map { Array($0.utf8) } ?? vocabulary.bytes(of: id).map { Array($0) }
    }
  }
}
