public import OpenAIWire

/// One step of an agent: a call of a tool, something said, or both.
public struct TrajectoryStep: Sendable, Hashable {
  /// The tool that was called; nil where none was.
  public var tool: String?
  public var arguments: JSONValue?
  /// What the tool answered.
  public var result: String?
  /// What the model said.
  public var text: String?
  /// Tokens in and out, together.
  public var tokens: Int?
  public var cost: DecimalAmount?
  /// ISO 4217.
  public var currency: String?
  public var seconds: Double?
  /// The model that was asked; nil where none was, or nobody says which.
  public var model: String?
  /// What the step failed of: a kind, and what was said of it behind a colon. Nil for one that is not known to have failed.
  public var error: String?

  public init(
    tool: String? = nil, arguments: JSONValue? = nil, result: String? = nil, text: String? = nil, tokens: Int? = nil,
    cost: DecimalAmount? = nil, currency: String? = nil, seconds: Double? = nil, model: String? = nil,
    error: String? = nil
  ) {
    self.tool = tool
    self.arguments = arguments
    self.result = result
    self.text = text
    self.tokens = tokens
    self.cost = cost
    self.currency = currency
    self.seconds = seconds
    self.model = model
    self.error = error
  }
}

extension TrajectoryStep {
  private static let members: Set<String> = [
    "tool", "arguments", "result", "text", "tokens", "cost", "currency", "seconds", "model", "error",
  ]

  /// Reads a step from an object with the members that the properties are called by. `result` may be any JSON value;
  /// `cost` is a decimal in a string, such as `"0.00125"`.
  /// - Throws: ``EvaluationError/malformedSample(place:reason:)``.
  public init(_ field: JSONField) throws(EvaluationError) {
    do throws(WireError) {
      for member in try field.object().members where !Self.members.contains(member.name) {
        let name = member.name.prefix(64)
        throw field.outside("an object of \(Self.members.sorted().joined(separator: ", ")), not of \(name)")
      }
      tool = try field.member("tool")?.string()
      arguments = try field.member("arguments")?.value
      result = try field.member("result").map { $0.value.string ?? $0.value.text }
      text = try field.member("text")?.string()
      model = try field.member("model")?.string()
      error = try field.member("error")?.string()
      tokens = try field.member("tokens")?.integer(in: 0...(1 << 50))
      currency = try field.member("currency")?.string()
      seconds = try field.member("seconds")?.number(in: 0...1e9)
      if let cost = try field.member("cost") {
        guard let amount = DecimalAmount(try cost.string()) else {
          throw cost.outside("a decimal without a sign in a string, such as \"0.00125\"")
        }
        self.cost = amount
      }
    } catch {
      throw .malformedSample(place: error.param ?? field.path, reason: error.description)
    }
  }

  /// The step as ``init(_:)`` reads it.
  public var json: JSONValue {
    .members([
      "tool": tool.map { .string($0) }, "arguments": arguments, "result": result.map { .string($0) },
      "text": text.map { .string($0) }, "tokens": tokens.map { .integer($0) },
      "cost": cost.map { .string($0.text) }, "currency": currency.map { .string($0) },
      "seconds": seconds.map { .number($0) }, "model": model.map { .string($0) }, "error": error.map { .string($0) },
    ])
  }

  /// ``json`` without who was asked, which a judge need not know.
  var anonymous: JSONValue {
    var step = self
    step.model = nil
    return step.json
  }
}
