public import Measures
import OpenAIWire

/// What a trajectory comes to.
public struct TrajectorySummary: Sendable, Hashable {
  public let steps: Int
  public let toolCalls: Int
  /// Calls of a tool with arguments with which it had been called before, as JSON compares them.
  public var repeatedCalls: Int { repeats.count }
  /// Which steps these are, as indices.
  public let repeats: [Int]
  /// The tools that were called again, each once, in order.
  public let repeatedTools: [String]
  /// Over the steps that say it; absent as soon as one does not.
  public let tokens: MeasuredTotal<Int>
  public let seconds: MeasuredTotal<Double>
  /// Exact, by currency.
  public let cost: MeasuredTotal<[String: DecimalAmount]>

  /// - Parameter mayRepeat: tools whose repeats do not count, such as one that asks whether something is done.
  public init(_ trajectory: [TrajectoryStep], mayRepeat: Set<String> = []) {
    struct Call: Hashable {
      let tool: String
      let arguments: JSONIdentity
    }
    var seen: Set<Call> = []
    var repeated: [String] = []
    var repeats: [Int] = []
    var calls = 0
    for (index, step) in trajectory.enumerated() {
      guard let tool = step.tool else { continue }
      calls += 1
      let call = Call(tool: tool, arguments: JSONIdentity(step.arguments ?? .object(JSONObject())))
      if !seen.insert(call).inserted, !mayRepeat.contains(tool) {
        repeated.append(tool)
        repeats.append(index)
      }
    }
    steps = trajectory.count
    toolCalls = calls
    self.repeats = repeats
    var named: Set<String> = []
    repeatedTools = repeated.filter { named.insert($0).inserted }
    tokens = MeasuredTotal(trajectory.map(\.tokens), of: "tokens") { total, tokens in
      let (sum, overflow) = total.addingReportingOverflow(tokens)
      total = overflow ? .max : sum
    }
    seconds = MeasuredTotal(trajectory.map(\.seconds), of: "seconds") { $0 += $1 }
    cost = MeasuredTotal(trajectory.map { step in step.cost.map { ($0, step.currency ?? "USD") } }, of: "a cost") {
      total, cost in
      total[cost.1] = total[cost.1].map { $0 + cost.0 } ?? cost.0
    }
  }
}

/// A sum over steps, or why there is none.
public enum MeasuredTotal<Total: Sendable & Hashable>: Sendable, Hashable {
  case total(Total)
  case absent(Absence)

  public var value: Total? { if case .total(let total) = self { total } else { nil } }

  init<Part>(
    _ parts: [Part?], of what: String, from zero: Total, adding: (inout Total, Part) -> Void
  ) {
    var total = zero
    var missing = 0
    for part in parts { if let part { adding(&total, part) } else { missing += 1 } }
    self =
      parts.isEmpty
      ? .absent(Absence("there are no steps"))
      : missing == 0 ? .total(total) : .absent(Absence("\(missing) of \(parts.count) steps do not say \(what)"))
  }
}

extension MeasuredTotal where Total: AdditiveArithmetic {
  init<Part>(_ parts: [Part?], of what: String, adding: (inout Total, Part) -> Void) {
    self.init(parts, of: what, from: .zero, adding: adding)
  }
}

extension MeasuredTotal where Total == [String: DecimalAmount] {
  init<Part>(_ parts: [Part?], of what: String, adding: (inout Total, Part) -> Void) {
    self.init(parts, of: what, from: [:], adding: adding)
  }
}
