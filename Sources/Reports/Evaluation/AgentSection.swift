import Measures

/// Where agents' time and money went: their steps by kind, tool and place, and single tasks step by step.
struct AgentSection: Sendable {
  let agents: EvaluationReport.Agents

  private static let mostText = 300

  var html: HTML {
    let kinds = agents.candidates.flatMap { one in
      (one.kinds + [one.whole]).map { [one.name, $0.title, NumberText.format($0.steps)] + Self.cells($0) }
    }
    let tools = agents.candidates.flatMap { one in
      one.tools.map { tool in
        [
          one.name, tool.title.shortened(to: 120), NumberText.format(tool.steps), NumberText.format(tool.tasks),
          NumberText.format(tool.repeated),
        ] + Self.cells(tool)
      }
    }
    let left = agents.candidates.filter { $0.toolsLeftOut > 0 }.map {
      "\($0.name): \(NumberText.count($0.toolsLeftOut, "tool")) called less often not shown"
    }
    let notes = agents.notes + left
    let candidateTable = ChartTables.table(
      "Steps of a task",
      ["Candidate", "Tasks", "Median", "Half of the tasks", "All of the tasks", "Time in steps, of the latency"],
      agents.candidates.map { one in
        [
          one.name, NumberText.format(one.tasks), NumberText.format(one.medianSteps),
          "\(NumberText.format(one.quartiles.lower)) to \(NumberText.format(one.quartiles.upper))",
          "\(NumberText.format(one.range.least)) to \(NumberText.format(one.range.most))", Self.share(one.timeInSteps),
        ]
      })
    return """
      <section id="agents" aria-labelledby="agents-title">
      <h2 id="agents-title">Where agents' time and money went</h2>
      <p class="quiet">Over the tasks that have steps. Shares are of what all steps of the candidate took or cost together. \
      Steps that ran side by side count once each, so that their time can be more than the latency; less, where time went by \
      between them. What a step does not say is unknown and in no sum.</p>
      \(candidateTable)
      \(ChartTables.table("By kind of step", ["Candidate", "Kind", "Steps"] + Self.headings, kinds))
      \(tools.isEmpty ? .empty : ChartTables.table("By tool", ["Candidate", "Tool", "Calls", "In tasks", "Repeated"] + Self.headings, tools))
      \(agents.candidates.map(places))
      \(notes.isEmpty ? .empty : "<ul class=\"notes\">\(notes.map { "<li>\($0.capitalisedFirst).</li>" as HTML })</ul>" as HTML)
      \(tasks)
      </section>
      """
  }

  private static let headings = [
    "Failed", "Time", "Share of time", "Median step", "Tokens", "Cost", "Share of cost",
  ]

  private static func cells(_ part: EvaluationReport.AgentPart) -> [String] {
    let tokens = part.tokens.map {
      NumberText.format($0) + (part.tokensUnknown == 0 ? "" : ", \(NumberText.count(part.tokensUnknown, "step")) unknown")
    }
    let time = part.seconds.map {
      duration($0) + (part.secondsUnknown == 0 ? "" : ", \(NumberText.count(part.secondsUnknown, "step")) unknown")
    }
    return [
      NumberText.format(part.failed), time ?? "unknown", share(part.secondsShare),
      part.medianSeconds.map(duration) ?? "unknown", tokens ?? "unknown",
      part.cost.known.isEmpty && part.cost.unknown > 0 ? "unknown" : MeasureText.bill(part.cost), share(part.costShare),
    ]
  }

  /// The reasons stand in the notes.
  private static func share(_ value: MeasuredValue) -> String {
    value.quantity.map { NumberText.percent($0.value) } ?? "absent"
  }

  private static func duration(_ seconds: Double) -> String {
    let scale = NumberText.scale(for: [seconds], unit: .seconds)
    return "\(NumberText.format(seconds / scale.divisor)) \(scale.symbol)"
  }

  private func places(_ candidate: EvaluationReport.AgentCandidate) -> HTML {
    let table = ChartTables.table(
      "Steps of \(candidate.name) by their place in the task", ["Step", "Steps there", "Kinds"] + Self.headings,
      candidate.places.map { place in
        [place.title, NumberText.format(place.steps), Self.kinds(place)] + Self.cells(place)
      })
    return "<details><summary>\(candidate.name), step by step</summary>\(table)</details>"
  }

  private static func kinds(_ place: EvaluationReport.AgentPart) -> String {
    let others = place.steps - place.modelCalls
    let parts = [
      place.modelCalls == 0 ? nil : NumberText.count(place.modelCalls, "model call"),
      others == 0 ? nil : NumberText.count(others, "tool call"),
    ]
    return NumberText.list(parts.compactMap(\.self))
  }

  private var tasks: HTML {
    let left = agents.taskCount - agents.tasks.count
    let words: HTML =
      left == 0
      ? .empty
      : """
      <p class="quiet">\(NumberText.count(agents.tasks.count, "task")) of \(NumberText.format(agents.taskCount)), the slowest of \
      each candidate; \(NumberText.format(left)) not shown.</p>
      """
    return "<h3>Tasks, step by step</h3>\(words)\(agents.tasks.map(task))"
  }

  private func task(_ task: EvaluationReport.AgentTask) -> HTML {
    let facts = [
      task.state, NumberText.count(task.stepCount, "step"), task.seconds.map(Self.duration) ?? "unknown latency",
      task.cost.known.isEmpty && task.cost.unknown > 0 ? "unknown cost" : MeasureText.bill(task.cost),
    ]
    let question: HTML = task.question.map { "<p><strong>Asked:</strong> \($0.shortened(to: 1_000))</p>" } ?? .empty
    let longest = task.steps.compactMap(\.seconds).max() ?? 0
    let rows = task.steps.enumerated().map { step($1, position: $0 + 1, longest: longest) }
    let more: HTML =
      task.stepCount > task.steps.count
      ? "<p class=\"small quiet\">And \(NumberText.count(task.stepCount - task.steps.count, "more step")), not shown.</p>"
      : .empty
    return """
      <details class="dispute"><summary>\(task.candidate.shortened(to: 120)), \(task.row.shortened(to: 120)): \
      \(facts.joined(separator: ", "))</summary>
      \(question)
      <div class="scroll" tabindex="0" role="region" aria-label="Steps">
      <table><thead><tr><th scope="col">Step</th><th scope="col" class="text">Kind and name</th><th scope="col">Time</th>\
      <th scope="col">Tokens</th><th scope="col">Cost</th><th scope="col" class="text">What was done</th></tr></thead>
      <tbody>\(rows)</tbody></table></div>\(more)</details>
      """
  }

  private func step(_ step: EvaluationReport.AgentTask.Step, position: Int, longest: Double) -> HTML {
    let texts = step.texts.map { "<p class=\"small\">\($0.title): \($0.text.shortened(to: Self.mostText))</p>" as HTML }
    let error: HTML =
      step.error.map { "<p class=\"small\"><strong>Failed:</strong> \($0.shortened(to: Self.mostText))</p>" } ?? .empty
    let again: HTML = step.isRepeated ? " <span class=\"badge\">again</span>" : .empty
    let bar: HTML =
      longest > 0
      ? step.seconds.map { "<span class=\"bar\" style=\"width:\(Int(100 * max(0, min(1, $0 / longest))))%\"></span>" }
        ?? .empty : .empty
    return """
      <tr><td>\(position)</td><td class="text">\(step.kind)\(again)<span class="range">\
      \(step.name.map { $0.shortened(to: 200) } ?? "")</span></td>\
      <td>\(step.seconds.map(Self.duration) ?? "unknown")\(bar)</td>\
      <td>\(step.tokens.map { NumberText.format($0) } ?? "unknown")</td>\
      <td>\(step.cost.map { "\(NumberText.format($0.amount)) \($0.currency)" } ?? "unknown")</td>\
      <td class="free">\(error)\(texts)</td></tr>
      """
  }
}
