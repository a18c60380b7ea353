/// What a model file's metadata says of its tokenizer (GGUF's `tokenizer.ggml.*`), apart from the file's format.
public struct VocabularyDescription: Sendable {
  /// `tokenizer.ggml.model`: `gpt2`, `llama`, `t5` or `bert`.
  public var model: String
  /// `tokenizer.ggml.pre`: how byte-level BPE cuts text.
  public var preTokenizer: String?
  /// By id.
  public var tokens: [String]
  /// By id.
  public var scores: [Float]?
  /// By id: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte.
  public var tokenTypes: [Int64]?
  /// Two tokens with a space between, in order of rank.
  public var merges: [String]?
  public var beginToken: Int?
  public var endToken: Int?
  public var unknownToken: Int?
  public var separatorToken: Int?
  public var paddingToken: Int?
  public var classifierToken: Int?
  /// Whether the begin token stands before every text. What is left open here and below goes by the model.
  public var addsBegin: Bool?
  public var addsEnd: Bool?
  public var addsSpacePrefix: Bool?
  public var removesExtraWhitespaces: Bool?
  /// SentencePiece's `precompiled_charsmap`.
  public var precompiledCharacterMap: [UInt8]?

  public init(
    model: String, preTokenizer: String? = nil, tokens: [String], scores: [Float]? = nil, tokenTypes: [Int64]? = nil,
    merges: [String]? = nil, beginToken: Int? = nil, endToken: Int? = nil, unknownToken: Int? = nil,
    separatorToken: Int? = nil, paddingToken: Int? = nil, classifierToken: Int? = nil, addsBegin: Bool? = nil,
    addsEnd: Bool? = nil, addsSpacePrefix: Bool? = nil, removesExtraWhitespaces: Bool? = nil,
    precompiledCharacterMap: [UInt8]? = nil
  ) {
    self.model = model
    self.preTokenizer = preTokenizer
    self.tokens = tokens
    self.scores = scores
    self.tokenTypes = tokenTypes
    self.merges = merges
    self.beginToken = beginToken
    self.endToken = endToken
    self.unknownToken = unknownToken
    self.separatorToken = separatorToken
    self.paddingToken = paddingToken
    self.classifierToken = classifierToken
    self.addsBegin = addsBegin
    self.addsEnd = addsEnd
    self.addsSpacePrefix = addsSpacePrefix
    self.removesExtraWhitespaces = removesExtraWhitespaces
    self.precompiledCharacterMap = precompiledCharacterMap
  }
}
