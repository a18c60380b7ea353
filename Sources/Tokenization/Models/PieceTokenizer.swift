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
    var memory = WordMemory()
    var lattice = UnigramModel.Lattice()
    if addingSpecialTokens { tokens.append(contentsOf: pipeline.prefix) }
    var text = text
    text.withUTF8 { bytes in
      pipeline.forEachPart(of: bytes, addedTokens) { part in
        switch part {
        case .token(let token): tokens.append(token)
        case .text(let stretch, let isStart):
          pipeline.splitters.forEachPiece(of: stretch, isStart: isStart) { piece in
            memory.append(piece, to: &tokens) { piece, tokens in
              switch model {
              case .unigram(let model): model.encode(piece, into: &tokens, &lattice)
              case .wordPiece(let model): model.encode(piece, into: &tokens)
              }
            }
          }
        }
      }
    }
    if addingSpecialTokens { tokens.append(contentsOf: pipeline.suffix) }
    return tokens
  }

  func makeStreamDecoder(skippingSpecialTokens: Bool) -> TokenStreamDecoder {
    let (vocabulary, added) = (model.vocabulary, addedTokens)
    return TokenStreamDecoder(chain: pipeline.decoder) { id in
      if skippingSpecialTokens, added.isSpecial(id) { return nil }
      return added.token(of: id).map { Array($0.utf8) } ?? vocabulary.bytes(of: id).map { Array($0) }
    }
  }
}
