import OpenAIWire

/// What a program answers: one JSON object in one line.
///
/// * `{"score": 0.75, "reason": "..."}`: a number in 0...1 and a sentence.
/// * `{"parts": [{"name": "...", "score": 1, "reason": "..."}, ...], "reason": "..."}`: what it looked at one by one. The
///   score is their mean unless `score` says another; an empty list is no verdict.
/// * `{"absent": "..."}`: it has no score, and why.
///
/// Each may have `"cost": {"amount": "0.0012", "currency": "USD"}`, what the verdict itself cost. Nothing else may stand
/// there, and whatever is wrong is an error: an unreadable verdict is neither 0 nor 1.
public enum VerdictLine {
  /// Bytes of a line.
  public static let longest = 1 << 20
  /// Bytes of a reason; longer ones are cut.
  public static let longestReason = 4096
  public static let mostParts = 1000

  /// - Parameter program: who answered, for errors.
  /// - Throws: ``EvaluationError/malformedVerdict(by:reason:)``.
  public static func decode(_ line: some Collection<UInt8>, by program: String) throws(EvaluationError) -> Verdict {
    do throws(WireError) {
      let limits = JSONLimits(bytes: longest, depth: 8, values: 10_000)
      return try verdict(JSONField(try JSONReader.value(of: line, limits: limits)))
    } catch {
      throw .malformedVerdict(by: program, reason: error.description)
    }
  }

  private static func verdict(_ field: JSONField) throws(WireError) -> Verdict {
    try refuseUnknown(field, ["score", "reason", "parts", "absent", "cost"])
    let cost = try cost(field)
    if let absent = try field.member("absent") {
      guard try field.member("score") == nil, try field.member("parts") == nil else {
        throw absent.outside("left out where there is a score")
      }
      return .absent(try reason(absent), cause: .declined, cost: cost)
    }
    var parts: [Verdict.Part] = []
    if let list = try field.member("parts") {
      let elements = try list.elements()
      guard !elements.isEmpty else { throw list.outside("at least one part: an empty list says nothing") }
      guard elements.count <= mostParts else { throw list.outside("at most \(mostParts) parts") }
      for element in elements { parts.append(try part(element)) }
    }
    let reason = try reason(field.required("reason"))
    if let score = try field.member("score") {
      return Verdict(score: try score.number(in: 0...1), reason: reason, parts: parts, cost: cost)
    }
    guard !parts.isEmpty else { throw .missing(param: "score") }
    let sum = parts.reduce(0) { $0 + ($1.outcome.score ?? 0) }
    return Verdict(score: min(1, sum / Double(parts.count)), reason: reason, parts: parts, cost: cost)
  }

  private static func part(_ field: JSONField) throws(WireError) -> Verdict.Part {
    try refuseUnknown(field, ["name", "score", "reason"])
    return Verdict.Part(
      name: try reason(field.required("name")),
      outcome: .score(try field.required("score").number(in: 0...1)),
      reason: try field.member("reason").map { (text) throws(WireError) in try reason(text) } ?? "")
  }

  private static func cost(_ field: JSONField) throws(WireError) -> EvaluationCost {
    guard let cost = try field.member("cost") else { return .free }
    try refuseUnknown(cost, ["amount", "currency"])
    let text = try cost.required("amount")
    guard let amount = DecimalAmount(try text.string()) else {
      throw text.outside("a decimal without a sign in a string, such as \"0.0012\"")
    }
    let currency = try cost.required("currency")
    let code = try currency.string()
    guard code.utf8.count == 3, code.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
      throw currency.outside("three capital letters, such as USD")
    }
    return .charged(amount, currency: code)
  }

  private static func reason(_ field: JSONField) throws(WireError) -> String {
    let text = try field.string()
    guard !text.isBlank else { throw field.outside("a text that says something") }
    guard text.utf8.count > longestReason else { return text }
    return String(decoding: text.utf8.prefix(longestReason), as: UTF8.self) + "…"
  }

  private static func refuseUnknown(_ field: JSONField, _ known: Set<String>) throws(WireError) {
    for member in try field.object().members where !known.contains(member.name) {
      throw .unknown(param: member.name.shown)
    }
  }
}
