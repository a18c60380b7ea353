/// What chat completions and completions have in common beside their prompt.
public struct GenerationOptions: Sendable, Hashable {
  /// How many continuations of each prompt.
  public var choices = 1
  /// Tokens of a continuation at most; nil leaves it to the server.
  public var maximumTokens: Int?
  public var sampling = SamplingOptions()
  /// Texts that end a continuation and are not part of it.
  public var stop: [String] = []
  public var streams = false
  /// Whether a stream's last chunk says the usage (`stream_options.include_usage`).
  public var includesUsage = false
  /// vLLM's extension: goes on past the model's end token.
  public var ignoresEnd = false
  /// Who asks, in the asker's words. Never interpreted.
  public var user: String?

  public init() {}

  /// OpenAI takes 4 stop texts; more are harmless, as many as this.
  public static let mostStops = 16
  public static let longestStop = 1024
  public static let mostChoices = 128

  static let fields: Set<String> = SamplingOptions.fields.union([
    "model", "n", "max_tokens", "max_completion_tokens", "stop", "stream", "stream_options", "ignore_eos", "user",
    // These change nothing in what is generated here.
    "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key", "logit_bias", "best_of",
  ])

  init(_ body: JSONField) throws(WireError) {
    choices = try body.member("n")?.integer(in: 1...Self.mostChoices) ?? 1
    sampling = try SamplingOptions(body)
    stop = try Self.stops(body)
    streams = try body.member("stream")?.boolean() ?? false
    if let options = try body.member("stream_options") {
      // OpenAI's include_obfuscation is about padding that there is none of here.
      try options.refuseUnknown(beside: ["include_usage", "include_obfuscation"])
      guard streams else {
        throw .invalid(param: options.path, reason: "stream_options is for streams: set stream to true as well")
      }
      includesUsage = try options.member("include_usage")?.boolean() ?? false
      _ = try options.member("include_obfuscation")?.boolean()
    }
    ignoresEnd = try body.member("ignore_eos")?.boolean() ?? false
    user = try body.member("user")?.string()
    maximumTokens = try Self.maximumTokens(body)
    try Self.refuseWhatIsNotDone(body, choices: choices)
  }

  private static func maximumTokens(_ body: JSONField) throws(WireError) -> Int? {
    let names = ["max_tokens", "max_completion_tokens"]
    var given: Int?
    for name in names {
      guard let field = try body.member(name) else { continue }
      let value = try field.integer(in: 0...Int(Int32.max))
      if let given, given != value {
        throw .invalid(param: name, reason: "\(names.joined(separator: " and ")) contradict each other: give one")
      }
      given = value
    }
    return given
  }

  private static func stops(_ body: JSONField) throws(WireError) -> [String] {
    guard let field = try body.member("stop") else { return [] }
    if case .string(let text) = field.value { return text.isEmpty ? [] : [try stop(text, field)] }
    guard case .array(let elements) = field.value else { throw field.mustBe("a string or an array of strings") }
    guard elements.count <= mostStops else { throw field.outside("at most \(mostStops) strings") }
    var stops: [String] = []
    for element in try field.elements() { stops.append(try stop(try element.string(), element)) }
    return stops
  }

  private static func stop(_ text: String, _ field: JSONField) throws(WireError) -> String {
    guard !text.isEmpty, text.utf8.count <= longestStop else { throw field.outside("1 to \(longestStop) bytes long") }
    return text
  }

  private static func refuseWhatIsNotDone(_ body: JSONField, choices: Int) throws(WireError) {
    if let field = try body.member("logit_bias"), try !field.object().members.isEmpty {
      throw .unsupported(param: field.path, reason: "tokens cannot be biased one by one")
    }
    if let field = try body.member("best_of"), try field.integer(in: 1...mostChoices) != choices {
      throw .unsupported(param: field.path, reason: "every choice is returned: ask for them with n")
    }
    if let field = try body.member("service_tier"), !["auto", "default"].contains(try field.string()) {
      throw .unsupported(param: field.path, reason: "there is one tier: leave it out, or say auto")
    }
  }

  func append(to object: inout JSONObject) {
    sampling.append(to: &object)
    if choices != 1 { object.append("n", .integer(choices)) }
    object.append("max_tokens", ifAny: .optional(maximumTokens))
    if !stop.isEmpty { object.append("stop", .array(stop.map { .string($0) })) }
    if streams { object.append("stream", .boolean(true)) }
    if streams, includesUsage { object.append("stream_options", .members(["include_usage": .boolean(true)])) }
    if ignoresEnd { object.append("ignore_eos", .boolean(true)) }
    object.append("user", ifAny: .optional(user))
  }
}
