/// How tokens are drawn, as requests say it; what is nil is left to the server.
public struct SamplingOptions: Sendable, Hashable {
  /// 0 is greedy; 0 to 2.
  public var temperature: Double?
  /// Above 0, to 1.
  public var topP: Double?
  /// vLLM's extension; nil, and on the wire also -1 and 0, is no limit.
  public var topK: Int?
  /// vLLM's extension; 0 to 1.
  public var minP: Double?
  /// vLLM's extension; above 0, to 10. 1 is none.
  public var repetitionPenalty: Double?
  /// -2 to 2.
  public var presencePenalty: Double?
  /// -2 to 2.
  public var frequencyPenalty: Double?
  public var seed: Int?

  public init() {}

  static let fields: Set<String> = [
    "temperature", "top_p", "top_k", "min_p", "repetition_penalty", "presence_penalty", "frequency_penalty", "seed",
  ]

  init(_ body: JSONField) throws(WireError) {
    temperature = try body.member("temperature")?.number(in: 0...2)
    topP = try Self.positive(body.member("top_p"), upTo: 1)
    if let field = try body.member("top_k") {
      let limit = try field.integer(in: -1...Int(Int32.max))
      topK = limit > 0 ? limit : nil
    }
    minP = try body.member("min_p")?.number(in: 0...1)
    repetitionPenalty = try Self.positive(body.member("repetition_penalty"), upTo: 10)
    presencePenalty = try body.member("presence_penalty")?.number(in: -2...2)
    frequencyPenalty = try body.member("frequency_penalty")?.number(in: -2...2)
    seed = try body.member("seed")?.integer(in: .min ... .max)
  }

  private static func positive(_ field: JSONField?, upTo limit: Double) throws(WireError) -> Double? {
    guard let field else { return nil }
    let number = try field.number(in: 0...limit)
    guard number > 0 else { throw field.outside("above 0 and at most \(limit)") }
    return number
  }

  func append(to object: inout JSONObject) {
    object.append("temperature", ifAny: .optional(temperature))
    object.append("top_p", ifAny: .optional(topP))
    object.append("top_k", ifAny: .optional(topK))
    object.append("min_p", ifAny: .optional(minP))
    object.append("repetition_penalty", ifAny: .optional(repetitionPenalty))
    object.append("presence_penalty", ifAny: .optional(presencePenalty))
    object.append("frequency_penalty", ifAny: .optional(frequencyPenalty))
    object.append("seed", ifAny: .optional(seed))
  }
}

extension JSONObject {
  mutating func append(_ name: String, ifAny value: JSONValue?) { if let value { append(name, value) } }
}
