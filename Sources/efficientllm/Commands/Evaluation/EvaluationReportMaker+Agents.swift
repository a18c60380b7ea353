import Evaluations
import Pricing
import Reports

extension EvaluationReportMaker {
  /// Tasks that a report shows step by step, over all candidates.
  static let mostTasks = 40
  /// Steps of a task.
  private static let mostSteps = 60
  /// Tools of a candidate.
  private static let mostTools = 40

  /// Nil where no request has steps.
  func agents() -> EvaluationReport.Agents? {
    let found = AgentResults(results, tasks: Self.mostTasks, isRepriced: isRepriced)
    if found.isEmpty { return nil }
    return EvaluationReport.Agents(
      candidates: found.candidates.map(Self.candidate), tasks: found.tasks.map(task), taskCount: found.taskCount,
      notes: found.notes)
  }

  private static func candidate(_ one: AgentResults.Candidate) -> EvaluationReport.AgentCandidate {
    EvaluationReport.AgentCandidate(
      name: one.name, tasks: one.tasks, medianSteps: one.steps.median,
      quartiles: (one.steps.lowerQuartile, one.steps.upperQuartile), range: (one.steps.least, one.steps.most),
      timeInSteps: one.timeInSteps, whole: part("all", one.whole),
      kinds: one.kinds.map { part($0.kind.rawValue, $0.figures) },
      tools: one.tools.prefix(mostTools).map { tool in
        var own = part(tool.name, tool.figures)
        own.repeated = tool.repeated
        own.tasks = tool.tasks
        return own
      }, toolsLeftOut: one.toolsLeftOut + max(0, one.tools.count - mostTools),
      places: one.positions.map { place in
        var own = part(place.title, place.figures)
        own.modelCalls = place.modelCalls
        return own
      })
  }

  private static func part(_ title: String, _ figures: AgentFigures) -> EvaluationReport.AgentPart {
    EvaluationReport.AgentPart(
      title: title, steps: figures.steps, seconds: figures.seconds, secondsUnknown: figures.secondsUnknown,
      medianSeconds: figures.medianSeconds, secondsShare: figures.secondsShare, tokens: figures.tokens,
      tokensUnknown: figures.tokensUnknown, cost: bill(figures.cost), costShare: figures.costShare,
      failed: figures.failed)
  }

  private func task(_ task: AgentTask) -> EvaluationReport.AgentTask {
    EvaluationReport.AgentTask(
      candidate: task.candidate,
      row: task.repetition == 0 ? task.row : "\(task.row), repetition \(task.repetition + 1)",
      state: task.failure ?? task.passed.map { $0 ? "passed" : "not passed" } ?? "not judged", passed: task.passed,
      question: texts[task.row]?.question, seconds: task.latencySeconds, cost: Self.bill(task.cost),
      steps: task.steps.prefix(Self.mostSteps).map { step in
        EvaluationReport.AgentTask.Step(
          kind: step.kind.rawValue, name: step.name, seconds: step.seconds, tokens: step.tokens,
          cost: step.cost.map { (amount: $0.approximateValue, currency: $0.currency.code) }, error: step.error,
          isRepeated: step.isRepeated,
          texts: [("Called with", step.arguments), ("Answered", step.result), ("Said", step.text)].compactMap {
            title, text in text.map { (title: title, text: $0) }
          })
      }, stepCount: task.steps.count)
  }
}
