import Evaluations
import Foundation
import Measures
import Pricing

/// What `evaluate show --steps` prints.
struct AgentRendering {
  let results: AgentResults

  /// Tasks that a table lists step by step where nobody says how many.
  static let usualTasks = 3
  /// Steps of a task that a table lists.
  private static let mostSteps = 40
  /// Tools of a candidate that a table lists.
  private static let mostTools = 20

  init(_ results: AgentResults) { self.results = results }

  var text: String {
    let head = [results.evaluation, "dataset  \(results.dataset)"].map(TextTable.onOneLine)
    guard !results.isEmpty else {
      return (head + ["", "No request of this run has steps."] + FigureText.list("Notes", results.notes))
        .joined(separator: "\n")
    }
    var lines = head + ["", tasks, "", kinds]
    if results.candidates.contains(where: { !$0.tools.isEmpty }) { lines += ["", tools] }
    lines += ["", positions]
    lines.append(
      "Shares are of what all steps of the candidate took or cost together; \"+ n ?\" are steps that do not say it. Time in "
        + "steps is by the tasks' latency: over 100 % where steps ran side by side.")
    for task in results.tasks { lines += [""] + steps(of: task) }
    if results.tasks.count < results.taskCount {
      lines += [
        "", "\(results.taskCount - results.tasks.count) of \(results.taskCount) tasks are not listed: --tasks.",
      ]
    }
    let tools = results.candidates.compactMap { candidate in
      let left = candidate.toolsLeftOut + max(0, candidate.tools.count - Self.mostTools)
      return left == 0 ? nil : "\(candidate.name): \(left) tools that were called less often are not shown"
    }
    lines += FigureText.list("Notes", results.notes + tools)
    return lines.joined(separator: "\n")
  }

  private var tasks: String {
    var table = TextTable([
      .left("candidate"), .right("tasks"), .right("steps a task"), .right("half of them"), .right("all of them"),
      .right("time in steps"),
    ])
    for one in results.candidates {
      let spread = one.steps
      table.append([
        one.name, "\(one.tasks)", TextTable.number(spread.median),
        "\(TextTable.number(spread.lowerQuartile)) to \(TextTable.number(spread.upperQuartile))",
        "\(spread.least) to \(spread.most)", Self.share(one.timeInSteps),
      ])
    }
    return table.render()
  }

  private static let figureColumns: [TextTable.Column] = [
    .right("failed"), .right("time s"), .right("share"), .right("median s"), .right("tokens"), .right("cost"),
    .right("share"),
  ]

  private static func cells(_ figures: AgentFigures) -> [String] {
    [
      figures.failed == 0 ? "" : "\(figures.failed)", sum(figures.seconds, unknown: figures.secondsUnknown),
      share(figures.secondsShare), TextTable.number(figures.medianSeconds, digits: 3),
      sum(figures.tokens.map(Double.init), unknown: figures.tokensUnknown, digits: 9),
      figures.cost.known.isEmpty && figures.cost.unknown == figures.steps
        ? "not known" : FigureText.bill(figures.cost.known, unknown: figures.cost.unknown), share(figures.costShare),
    ]
  }

  /// A sum with how many are in none; nothing known is no zero.
  private static func sum(_ value: Double?, unknown: Int, digits: Int = 4) -> String {
    guard let value else { return "not known" }
    return TextTable.number(value, digits: digits) + (unknown == 0 ? "" : " + \(unknown) ?")
  }

  private static func share(_ value: MeasuredValue) -> String {
    FigureText.probability(value.quantity?.value)
  }

  private var kinds: String {
    var table = TextTable([.left("candidate"), .left("kind"), .right("steps")] + Self.figureColumns)
    for one in results.candidates {
      for kind in one.kinds {
        table.append([one.name, kind.kind.rawValue, "\(kind.figures.steps)"] + Self.cells(kind.figures))
      }
      table.append([one.name, "all", "\(one.whole.steps)"] + Self.cells(one.whole))
    }
    return table.render()
  }

  private var tools: String {
    var table = TextTable(
      [.left("candidate"), .left("tool"), .right("calls"), .right("in tasks"), .right("repeated")]
        + Self.figureColumns)
    for one in results.candidates {
      for tool in one.tools.prefix(Self.mostTools) {
        table.append(
          [
            one.name, Self.brief(tool.name, to: 40), "\(tool.figures.steps)", "\(tool.tasks)",
            tool.repeated == 0 ? "" : "\(tool.repeated)",
          ] + Self.cells(tool.figures))
      }
    }
    return table.render()
  }

  private var positions: String {
    var table = TextTable(
      [.left("candidate"), .left("step"), .right("tasks"), .right("model calls")] + Self.figureColumns)
    for one in results.candidates {
      for place in one.positions {
        // Behind the last place that has a line of its own, a task may have several steps.
        table.append(
          [
            one.name, place.title, "\(place.figures.steps)" + (place.isOpen ? " steps" : ""), "\(place.modelCalls)",
          ] + Self.cells(place.figures))
      }
    }
    return table.render()
  }

  private func steps(of task: AgentTask) -> [String] {
    let name = task.repetition == 0 ? task.row : "\(task.row) (\(task.repetition + 1))"
    let state = task.failure ?? task.passed.map { $0 ? "pass" : "fail" } ?? "not judged"
    let latency = task.latencySeconds.map { "\(TextTable.number($0, digits: 4)) s" } ?? "of unknown latency"
    let cost =
      task.cost.unknown > 0 ? "of unknown cost" : FigureText.bill(task.cost.known, unknown: 0)
    var table = TextTable([
      .right("step"), .left("kind"), .left("name"), .right("time s"), .right("tokens"), .right("cost"), .left("failed"),
      .left("what"),
    ])
    for step in task.steps.prefix(Self.mostSteps) {
      let what = [step.arguments, step.result, step.text].compactMap(\.self).filter { !$0.isEmpty }
      table.append([
        "\(step.position)", step.kind.rawValue + (step.isRepeated ? ", again" : ""),
        Self.brief(step.name ?? "", to: 32),
        step.seconds.map { TextTable.number($0, digits: 4) } ?? "?",
        step.tokens.map(String.init) ?? "?",
        step.cost.map { "\(FigureText.number(of: $0)) \($0.currency)" } ?? "?",
        Self.brief(step.error ?? "", to: 40),
        Self.brief(what.map { Self.brief($0, to: 60) }.joined(separator: " -> "), to: 60),
      ])
    }
    var lines = [
      TextTable.onOneLine(
        "\(task.candidate), \(name): \(state), \(task.steps.count) step\(task.steps.count == 1 ? "" : "s"), \(latency), \(cost)"
      ),
      table.render(indent: 2),
    ]
    if task.steps.count > Self.mostSteps {
      lines.append("  and \(task.steps.count - Self.mostSteps) more steps; --format csv has all")
    }
    return lines
  }

  /// Cut by scalars first: a hostile character may be a million of them, and counting characters goes through all of a text.
  private static func brief(_ text: String, to length: Int) -> String {
    let head = String(String.UnicodeScalarView(text.unicodeScalars.prefix(4 * length)))
    return DatasetRendering.shortened(head, to: length)
  }

  /// A line a step. What a step does not say is empty.
  var csv: String {
    let header = [
      "candidate", "row", "repetition", "passed", "failure", "task_latency_s", "step", "kind", "name", "seconds",
      "tokens", "cost", "currency", "error", "repeated",
    ]
    let lines = results.tasks.flatMap { task in task.steps.map { Self.line(task, $0) } }
    return CSVText.text([header] + lines)
  }

  private static func line(_ task: AgentTask, _ step: AgentTask.Step) -> [String] {
    let whole: [String] = [
      task.candidate, task.row, "\(task.repetition)", task.passed.map { "\($0)" } ?? "", task.failure ?? "",
      CSVText.number(task.latencySeconds),
    ]
    let own: [String] = [
      "\(step.position)", step.kind.rawValue, step.name ?? "", CSVText.number(step.seconds),
      step.tokens.map(String.init) ?? "", step.cost?.decimalText ?? "", step.cost?.currency.code ?? "",
      step.error ?? "", "\(step.isRepeated)",
    ]
    return whole + own
  }
}
