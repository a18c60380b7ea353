/// A token with its log-probability, in nats.
public struct ScoredToken: Sendable, Hashable {
  /// The token's text, with a replacement character where its bytes are no text by themselves.
  public var token: String
  public var bytes: [UInt8]?
  public var logprob: Double

  public init(token: String, bytes: [UInt8]?, logprob: Double) {
    self.token = token
    self.bytes = bytes
    self.logprob = logprob
  }

  /// What stands for a probability of zero, whose logarithm JSON cannot say; OpenAI's own number.
  public static let impossible = -9999.0

  var number: JSONValue { .number(logprob.isFinite ? max(logprob, Self.impossible) : Self.impossible) }

  init(_ field: JSONField) throws(WireError) {
    token = try field.required("token").string()
    logprob = try field.required("logprob").number(in: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude)
    if let field = try field.member("bytes") {
      var bytes: [UInt8] = []
      for byte in try field.elements() { bytes.append(UInt8(try byte.integer(in: 0...255))) }
      self.bytes = bytes
    }
  }

  func json(alternatives: [ScoredToken]?) -> JSONValue {
    .members([
      "token": .string(token), "logprob": number,
      "bytes": bytes.map { .array($0.map { .integer(Int($0)) }) } ?? .null,
      "top_logprobs": alternatives.map { .array($0.map { $0.json(alternatives: nil) }) },
    ])
  }
}

/// A token of a chat's answer, with the likeliest tokens of its place.
public struct ChatLogProbability: Sendable, Hashable {
  public var chosen: ScoredToken
  public var alternatives: [ScoredToken]

  public init(chosen: ScoredToken, alternatives: [ScoredToken]) {
    self.chosen = chosen
    self.alternatives = alternatives
  }

  static func read(_ field: JSONField?) throws(WireError) -> [ChatLogProbability]? {
    guard let field, let content = try field.member("content") else { return nil }
    var tokens: [ChatLogProbability] = []
    for element in try content.elements() {
      var alternatives: [ScoredToken] = []
      for other in try element.member("top_logprobs")?.elements() ?? [] { alternatives.append(try ScoredToken(other)) }
      tokens.append(ChatLogProbability(chosen: try ScoredToken(element), alternatives: alternatives))
    }
    return tokens
  }

  static func json(_ tokens: [ChatLogProbability]?) -> JSONValue {
    guard let tokens else { return .null }
    let content = JSONValue.array(tokens.map { $0.chosen.json(alternatives: $0.alternatives) })
    return .members(["content": content, "refusal": .null])
  }
}

/// The log-probabilities of a completion: lists that run side by side, an entry a token.
public struct CompletionLogProbabilities: Sendable, Hashable {
  public var tokens: [String] = []
  /// Nil for a prompt's first token, which nothing precedes.
  public var tokenLogprobs: [Double?] = []
  /// The likeliest tokens of each place with theirs, likeliest first; nil for a prompt's first token.
  public var topLogprobs: [[ScoredToken]?] = []
  /// Where each token begins in the choice's text, in characters (Unicode scalars, as Python counts).
  public var textOffsets: [Int] = []

  public init() {}

  /// Appends one token. The offset is given, for a token's text alone does not say how far it moved the whole.
  public mutating func append(_ token: ScoredToken, alternatives: [ScoredToken], offset: Int) {
    tokens.append(token.token)
    tokenLogprobs.append(token.logprob.isFinite ? max(token.logprob, ScoredToken.impossible) : ScoredToken.impossible)
    topLogprobs.append(alternatives)
    textOffsets.append(offset)
  }

  /// Appends a token of the prompt that has no probability, the first.
  public mutating func appendUnscored(_ token: String, offset: Int) {
    tokens.append(token)
    tokenLogprobs.append(nil)
    topLogprobs.append(nil)
    textOffsets.append(offset)
  }

  public mutating func append(contentsOf other: CompletionLogProbabilities) {
    tokens += other.tokens
    tokenLogprobs += other.tokenLogprobs
    topLogprobs += other.topLogprobs
    textOffsets += other.textOffsets
  }

  init(_ field: JSONField) throws(WireError) {
    for token in try field.required("tokens").elements() { tokens.append(try token.string()) }
    for number in try field.required("token_logprobs").elements() {
      tokenLogprobs.append(number.value.isNull ? nil : try number.number(in: -.greatestFiniteMagnitude...1e9))
    }
    for offset in try field.member("text_offset")?.elements() ?? [] {
      textOffsets.append(try offset.integer(in: 0 ... .max))
    }
    for place in try field.member("top_logprobs")?.elements() ?? [] {
      guard !place.value.isNull else {
        topLogprobs.append(nil)
        continue
      }
      var alternatives: [ScoredToken] = []
      for member in try place.object().members {
        guard let number = member.value.double else { throw place.mustBe("an object of numbers") }
        alternatives.append(ScoredToken(token: member.name, bytes: nil, logprob: number))
      }
      topLogprobs.append(alternatives)
    }
  }

  var json: JSONValue {
    .members([
      "tokens": .array(tokens.map { .string($0) }),
      "token_logprobs": .array(tokenLogprobs.map { $0.map { .number($0) } ?? .null }),
      "top_logprobs": .array(topLogprobs.map { $0.map(Self.object) ?? .null }),
      "text_offset": .array(textOffsets.map { .integer($0) }),
    ])
  }

  /// Several tokens can have the same text; the likeliest stands for all, for a name stands once.
  private static func object(_ alternatives: [ScoredToken]) -> JSONValue {
    var object = JSONObject()
    for token in alternatives where object[token.token] == nil { object.append(token.token, token.number) }
    return .object(object)
  }
}
