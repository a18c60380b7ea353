import Measures
import Reports

/// Agents made by hand: three steps of two tasks, one of which does not say what it cost.
enum FixtureAgents {
  static func agents(
    names: [String], tool: String = "find_order", text: String = "It was returned.", taskCount: Int = 12
  ) -> EvaluationReport.Agents {
    EvaluationReport.Agents(
      candidates: names.map { candidate($0, tool: tool) },
      tasks: names.map { task($0, tool: tool, text: text) }, taskCount: taskCount,
      notes: ["\(names[0]): there are no shares of cost: no task says the cost of its every step"])
  }

  static func part(
    _ title: String, steps: Int, seconds: Double?, unknown: Int = 0, amount: Double? = nil
  ) -> EvaluationReport.AgentPart {
    EvaluationReport.AgentPart(
      title: title, steps: steps, seconds: seconds, secondsUnknown: unknown, medianSeconds: seconds.map { $0 / 2 },
      secondsShare: seconds.map { .value(Quantity($0 / 4, count: 2)) } ?? .absent("no task says it"), tokens: nil,
      tokensUnknown: steps,
      cost: .init(known: amount.map { [(amount: $0, currency: "USD")] } ?? [], unknown: amount == nil ? steps : 0),
      costShare: .absent("no task says the cost of its every step"), failed: 1)
  }

  private static func candidate(_ name: String, tool: String) -> EvaluationReport.AgentCandidate {
    var own = part(tool, steps: 2, seconds: 1, unknown: 1)
    own.repeated = 1
    own.tasks = 2
    var place = part("1", steps: 2, seconds: 3, amount: 0.002)
    place.modelCalls = 2
    return EvaluationReport.AgentCandidate(
      name: name, tasks: 2, medianSteps: 3, quartiles: (2.5, 3), range: (2, 3),
      timeInSteps: .value(Quantity(1.25, count: 2)), whole: part("all", steps: 5, seconds: 4, amount: 0.002),
      kinds: [part("model call", steps: 3, seconds: 3, amount: 0.002), part("tool call", steps: 2, seconds: nil)],
      tools: [own], toolsLeftOut: 3, places: [place])
  }

  private static func task(_ name: String, tool: String, text: String) -> EvaluationReport.AgentTask {
    EvaluationReport.AgentTask(
      candidate: name, row: "refund-1", state: "timeout", passed: nil, question: text, seconds: nil,
      cost: .init(known: [], unknown: 1),
      steps: [
        .init(
          kind: "model call", name: "gpt-5-mini", seconds: 2, tokens: 1_050, cost: (0.00035, "USD"), error: nil,
          isRepeated: false, texts: [("Said", text)]),
        .init(
          kind: "tool call", name: tool, seconds: 1, tokens: 0, cost: nil, error: text, isRepeated: true,
          texts: [("Called with", text), ("Answered", text)]),
        .init(
          kind: "model call", name: nil, seconds: nil, tokens: nil, cost: nil, error: nil, isRepeated: false, texts: []),
      ], stepCount: 90)
  }
}
