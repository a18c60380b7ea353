public import Foundation

/// Byte-pair encoding (Sennrich et al. 2016, arXiv 1508.07909), on bytes (Radford et al. 2019) or on the characters of a
/// SentencePiece vocabulary, in the form of Hugging Face's `tokenizer.json`. Encodes what the `tokenizers` package does,
/// token for token.
public struct BytePairTokenizer: Tokenizer {
  let model: BytePairModel
  var pipeline: Pipeline
  let addedTokens: AddedTokens
  /// What a token stands for in decoded text, when decoding goes byte by byte; nothing when it takes steps.
  private let decodedTokens: DecodedTokens?

  init(model: BytePairModel, pipeline: Pipeline, addedTokens: [AddedToken]) throws {
    self.model = model
    self.pipeline = pipeline
    self.addedTokens = try AddedTokens(
      addedTokens, vocabulary: model.vocabulary, normalizer: pipeline.normalizer)
    decodedTokens =
      pipeline.decoder.isByteLevel ? DecodedTokens(model: model, addedTokens: self.addedTokens) : nil
  }

  /// Loads a `tokenizer.json`.
  /// - Throws: `TokenizerError`, for a component that is not supported by name.
  public init(contentsOf url: URL) throws {
    self = try TokenizerFile.bytePairTokenizer(from: TokenizerFile.read(url))
  }

  /// Reads the contents of a `tokenizer.json`.
  /// - Throws: `TokenizerError`, for a component that is not supported by name.
  public init(json: Data) throws {
    self = try TokenizerFile.bytePairTokenizer(from: json)
  }

  /// The contents of a `tokenizer.json`.
  /// - Precondition: the tokenizer was trained here or read from such a file, not made of a model file's vocabulary.
  public func json() -> Data { TokenizerFile.json(of: self) }

  /// Writes a `tokenizer.json`, whole or not at all.
  /// - Throws: `TokenizerError.cannotWrite`.
  public func save(to url: URL) throws {
    do {
      try json().write(to: url, options: .atomic)
    } catch {
      throw TokenizerError.cannotWrite(path: url.path, reason: error.localizedDescription)
    }
  }

  /// One more than the largest token: the rows an embedding needs.
  public var vocabularySize: Int { max(model.size, addedTokens.size) }

  /// The token written so, in the vocabulary's alphabet ("Ġthe" or "▁the" for " the").
  public func id(of token: String) -> UInt32? { addedTokens.id(of: token) ?? model.id(of: token) }

  /// How the vocabulary writes a token; nothing for an id that none has.
  public func token(of id: UInt32) -> String? { addedTokens.token(of: id) ?? model.token(of: id) }

  public func isSpecial(_ id: UInt32) -> Bool { addedTokens.isSpecial(id) }

  /// - Parameter addingSpecialTokens: whether the tokens that the file puts around every text, such as a begin-of-text,
  ///   are added.
  public func encode(_ text: String, addingSpecialTokens: Bool = true) -> [UInt32] {
    var encoder = makeEncoder()
    return encoder.encode(text, addingSpecialTokens: addingSpecialTokens)
  }

  /// An encoder that remembers the words it has met: for many texts, one after the other.
  public func makeEncoder() -> BytePairEncoder { BytePairEncoder(self) }

  /// The bytes tokens stand for. Ids that no token has stand for none.
  public func decodedBytes(_ tokens: some Sequence<UInt32>, skippingSpecialTokens: Bool = true) -> [UInt8] {
    guard let decodedTokens else {
      return Array(streamDecoded(tokens, skippingSpecialTokens: skippingSpecialTokens).utf8)
    }
    var bytes: [UInt8] = []
    for token in tokens where !(skippingSpecialTokens && addedTokens.isSpecial(token)) {
      bytes.append(contentsOf: decodedTokens[token])
    }
    return bytes
  }

  public func makeStreamDecoder(skippingSpecialTokens: Bool = true) -> TokenStreamDecoder {
    if let decodedTokens {
      let added = addedTokens
      return TokenStreamDecoder(chain: .bytesAsGiven) { id in
        skippingSpecialTokens && added.isSpecial(id) ? nil : Array(decodedTokens[id])
      }
    }
    let (model, added) = (model, addedTokens)
    return TokenStreamDecoder(chain: pipeline.decoder) { id in
      if skippingSpecialTokens, added.isSpecial(id) { return nil }
      return added.token(of: id).map { Array($0.utf8) } ?? model.vocabulary.bytes(of: id).map { Array($0) }
    }
  }
}
