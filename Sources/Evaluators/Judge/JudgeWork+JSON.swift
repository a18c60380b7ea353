import Measures
public import OpenAIWire

/// The account as a document, so that it can be kept beside a verdict and a judge be looked at later.
extension JudgeWork {
  public var json: JSONValue {
    .members([
      "requests": .integer(requests),
      "problems": problems.isEmpty
        ? nil : .array(problems.map { .members(["kind": .string($0.kind.rawValue), "detail": .string($0.detail)]) }),
      "cost": cost.json, "unpriced_attempts": unpricedAttempts == 0 ? nil : .integer(unpricedAttempts),
      "nanoseconds": .integer(nanoseconds),
      "models": models.isEmpty ? nil : .array(models.map { .string($0) }),
      "usage": usage.isEmpty ? nil : .array(usage), "positions": positions.map { .string($0.rawValue) },
      "self_judged": isSelfJudged ? .boolean(true) : nil,
    ])
  }

  /// What ``json`` says.
  /// - Throws: ``EvaluationError/malformedSample(place:reason:)`` with the member's place.
  public init(_ value: JSONValue) throws(EvaluationError) {
    self.init()
    do throws(WireError) {
      let field = JSONField(value)
      requests = try field.required("requests").integer(in: 0...1_000_000)
      for element in try field.member("problems")?.elements() ?? [] { problems.append(try Self.problem(element)) }
      if let cost = try field.member("cost") { self.cost = try EvaluationCost(cost) }
      unpricedAttempts = try field.member("unpriced_attempts")?.integer(in: 0...1_000_000) ?? 0
      latency = .nanoseconds(Int64(try field.required("nanoseconds").integer(in: 0 ... .max)))
      for element in try field.member("models")?.elements() ?? [] { models.append(try element.string()) }
      usage = try field.member("usage")?.elements().map(\.value) ?? []
      positions = try field.member("positions").map { (field) throws(WireError) in
        guard let check = PositionCheck(rawValue: try field.string()) else { throw field.outside("a known word") }
        return check
      }
      isSelfJudged = try field.member("self_judged")?.boolean() ?? false
    } catch {
      throw .malformedSample(place: error.param ?? "work", reason: error.description)
    }
  }

  /// Up to the largest number there is: 292 years.
  private var nanoseconds: Int {
    let (whole, overflow) = Int(latency.components.seconds).multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carry) = whole.addingReportingOverflow(Int(latency.components.attoseconds / 1_000_000_000))
    return overflow || carry ? .max : max(0, sum)
  }

  private static func problem(_ field: JSONField) throws(WireError) -> JudgeProblem {
    let kind = try field.required("kind")
    guard let known = JudgeProblem.Kind(rawValue: try kind.string()) else { throw kind.outside("a known word") }
    return JudgeProblem(known, try field.required("detail").string())
  }
}

extension EvaluationCost {
  /// Nil for free.
  fileprivate var json: JSONValue? {
    switch self {
    case .free: nil
    case .charged(let amount, let currency):
      .members(["amount": .string(amount.text), "currency": .string(currency)])
    case .unknown(let absence): .members(["unknown": .string(absence.reason)])
    }
  }

  fileprivate init(_ field: JSONField) throws(WireError) {
    if let reason = try field.member("unknown") {
      self = .unknown(Absence(try reason.string()))
      return
    }
    let text = try field.required("amount")
    guard let amount = DecimalAmount(try text.string()) else { throw text.outside("a decimal without a sign") }
    self = .charged(amount, currency: try field.required("currency").string())
  }
}

extension EvaluationError {
  /// What a judge that gave no verdict took all the same; nil for an error that is no judge's.
  public var judgeWork: JudgeWork? { if case .judgeFailed(_, _, _, let work) = self { work } else { nil } }
}
