import Measures

/// What a candidate has to keep to: a measure and the worst value that will do.
public struct Requirement: Sendable, Hashable, Encodable, CustomStringConvertible {
  public let measure: CandidateMeasure
  /// In the measure's base unit: a fraction, seconds, joules, or whole units of the currency.
  public let bound: Double
  /// Whether the bound itself does not do.
  public let isStrict: Bool

  /// - Parameter bound: finite.
  public init(_ measure: CandidateMeasure, bound: Double, isStrict: Bool = false) {
    precondition(bound.isFinite, "a bound is a number")
    self.measure = measure
    self.bound = bound
    self.isStrict = isStrict
  }

  /// `AnswerRelevancy>=0.8`; the bound is in the base unit.
  public var description: String {
    let sign = measure.direction == .higherIsBetter ? ">" : "<"
    let unit: String
    switch measure.dimension {
    case .fraction, .money: unit = ""
    case .energy: unit = "J"
    case .time: unit = "s"
    }
    return "\(measure.name)\(sign)\(isStrict ? "" : "=")\(bound)\(unit)"
  }

  public func isMet(by value: Double) -> Bool {
    measure.direction.isBetter(value, than: bound) || (!isStrict && value == bound)
  }
}

extension CandidateTable {
  /// Reads a requirement such as `AnswerRelevancy>=0.8`, `pass-rate>=90%`, `p99<=2s`, `TTFT.p90 < 300 ms`,
  /// `cost-per-request<=$0.002` or `energy-per-request<=40J`.
  ///
  /// - Throws: ``DecisionError`` for a measure that these results do not have, a bound that is no number or in the wrong
  ///   unit, and a sign that goes against the measure's direction.
  public func requirement(_ text: String) throws(DecisionError) -> Requirement {
    guard text.utf8.count <= 400 else {
      throw .unreadableRequirement(text: String(text.prefix(40)) + "...", reason: "it is too long")
    }
    guard let place = text.firstIndex(where: { "<>=≤≥".contains($0) }) else {
      throw .unreadableRequirement(text: text, reason: "it has no >= or <=")
    }
    let name = text[..<place].trimmed
    var rest = text[place...]
    let sign = rest.removeFirst()
    var isStrict = sign == "<" || sign == ">"
    if isStrict, rest.first == "=" {
      rest.removeFirst()
      isStrict = false
    }
    if sign == "=" { throw .unreadableRequirement(text: text, reason: "'=' says no side: use >= or <=") }
    if name.isEmpty { throw .unreadableRequirement(text: text, reason: "it names no measure") }
    let measure = try measure(named: String(name), askedBy: "requirement '\(text)'")
    let wantsMore = sign == ">" || sign == "≥"
    guard wantsMore == (measure.direction == .higherIsBetter) else {
      throw .againstDirection(text: text, measure: measure.name, betterIs: wantsMore ? "less" : "more")
    }
    return Requirement(measure, bound: try bound(rest.trimmed, of: measure, in: text), isStrict: isStrict)
  }

  private func bound(
    _ written: Substring, of measure: CandidateMeasure, in text: String
  ) throws(DecisionError) -> Double {
    var digits = written
    var unit: Substring = ""
    if digits.first == "$" {
      unit = "$"
      digits = digits.dropFirst().trimmed
    }
    let number = digits.prefix(while: { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-" || $0 == "+") })
    var rest = digits.dropFirst(number.count)
    // An exponent belongs to the number only when digits follow it.
    var whole = number
    if let mark = rest.first, mark == "e" || mark == "E" {
      let power = rest.dropFirst().prefix(while: { $0.isASCII && ($0.isNumber || $0 == "-" || $0 == "+") })
      if power.contains(where: \.isNumber) {
        whole = digits.prefix(number.count + 1 + power.count)
        rest = rest.dropFirst(1 + power.count)
      }
    }
    guard let value = Double(whole), value.isFinite else {
      throw .unreadableRequirement(text: text, reason: "'\(written)' begins with no number")
    }
    if !rest.trimmed.isEmpty {
      guard unit.isEmpty else { throw .wrongUnit(text: text, measure: measure.name, wanted: wanted(measure)) }
      unit = rest.trimmed
    }
    guard let factor = factor(String(unit), of: measure.dimension) else {
      throw .wrongUnit(text: text, measure: measure.name, wanted: wanted(measure))
    }
    // Divided by whole factors, so that 250 ms is 0.25 s to the last bit.
    let bound = factor < 1 ? value / (1 / factor).rounded() : value * factor
    guard bound >= 0, bound.isFinite, measure.dimension != .fraction || bound <= 1 else {
      throw .unreadableRequirement(
        text: text, reason: measure.dimension == .fraction ? "\(measure.name) lies from 0 to 1" : "it is out of range")
    }
    return bound
  }

  /// What one of `unit` is in the dimension's base unit. Nil for another dimension's.
  private func factor(_ unit: String, of dimension: CandidateMeasure.Dimension) -> Double? {
    switch dimension {
    case .fraction: ["": 1, "%": 0.01][unit]
    case .time: ["ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1, "min": 60][unit]
    case .energy: ["mJ": 1e-3, "J": 1, "kJ": 1e3, "Wh": 3600][unit]
    case .money: unit.isEmpty || unit == currency || (unit == "$" && currency == "USD") ? 1 : nil
    }
  }

  private func wanted(_ measure: CandidateMeasure) -> String {
    switch measure.dimension {
    case .fraction: "0 to 1, or %"
    case .time: "ns, us, ms, s or min"
    case .energy: "mJ, J, kJ or Wh"
    case .money: currency
    }
  }
}

extension StringProtocol {
  /// Without spaces at its ends.
  fileprivate var trimmed: SubSequence {
    var rest = self[...]
    while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
    while rest.last?.isWhitespace == true { rest = rest.dropLast() }
    return rest
  }
}
