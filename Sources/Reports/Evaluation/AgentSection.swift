import Measures

/// Where agents' time and money went: their steps by kind, tool and place, and single tasks step by step.
struct AgentSection: Sendable {
  let agents: EvaluationReport.Agents

  private static let mostText = 300

  var html: HTML {
    let left = agents.candidates.filter { $0.toolsLeftOut > 0 }.map {
      "\($0.name): \(NumberText.count($0.toolsLeftOut, "tool")) called less often not shown"
    }
    let notes = agents.notes + left
    let tools =
      agents.candidates.allSatisfy(\.tools.isEmpty)
      ? HTML.empty
      : Self.table(
        "By tool", ["Tool", "Calls", "In tasks", "Repeated"], agents.candidates.map { ($0.name, $0.tools) }
      ) { [NumberText.format($0.steps), NumberText.format($0.tasks), NumberText.format($0.repeated)] }
    return """
      <section id="agents" aria-labelledby="agents-title">
      <h2 id="agents-title">Where agents' time and money went</h2>
      <p class="quiet">Over the tasks that have steps. Shares are of what all steps of the candidate took or cost together. \
      Steps that ran side by side count once each, so that their time can be more than the latency; less, where time went by \
      between them. What a step does not say is unknown and in no sum.</p>
      \(lengths)
      \(Self.table("By kind of step", ["Kind", "Steps"], agents.candidates.map { ($0.name, $0.kinds + [$0.whole]) }) {
        [NumberText.format($0.steps)]
      })
      \(tools)
      \(agents.candidates.map(places))
      \(notes.isEmpty ? .empty : "<ul class=\"notes\">\(notes.map { "<li>\($0).</li>" as HTML })</ul>" as HTML)
      \(tasks)
      </section>
      """
  }

  private var lengths: HTML {
    ChartTables.table(
      "Steps of a task",
      ["Candidate", "Tasks", "Median", "Half of the tasks", "All of the tasks", "Time in steps, of the latency"],
      agents.candidates.map { one in
        [
          one.name, NumberText.format(one.tasks), Self.plain(one.medianSteps),
          "\(Self.plain(one.quartiles.lower)) to \(Self.plain(one.quartiles.upper))",
          "\(NumberText.format(one.range.least)) to \(NumberText.format(one.range.most))",
          Self.share(one.timeInSteps) ?? "absent",
        ]
      })
  }

  /// A line a part, under its candidate where there are several.
  private static func table(
    _ caption: String, _ headings: [String], _ groups: [(name: String, parts: [EvaluationReport.AgentPart])],
    counts: (EvaluationReport.AgentPart) -> [String]
  ) -> HTML {
    let headings = headings + ["Failed", "Time", "Median step", "Tokens", "Cost"]
    let rows = groups.filter { !$0.parts.isEmpty }.map { group -> HTML in
      let band: HTML =
        groups.count > 1
        ? "<tr class=\"band\"><th scope=\"colgroup\" colspan=\"\(headings.count)\">\(group.name)</th></tr>" : .empty
      return band
        + "\(group.parts.map { "<tr><th scope=\"row\">\($0.title.shortened(to: 120))</th>\(cells($0, counts($0)))</tr>" as HTML })"
    }
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="\(caption)">
      <table><caption><span>\(caption)</span></caption>
      <thead><tr>\(headings.map { "<th scope=\"col\">\($0)</th>" as HTML })</tr></thead>
      <tbody>\(rows)</tbody></table></div>
      """
  }

  private static func cells(_ part: EvaluationReport.AgentPart, _ counts: [String]) -> [HTML] {
    func cell(_ value: String, share: MeasuredValue? = nil, unknown: Int = 0) -> HTML {
      let under = [share.flatMap(Self.share), unknown == 0 ? nil : "\(NumberText.count(unknown, "step")) unknown"]
      return """
        <td><span class="value">\(value)</span><span class="range">\(under.compactMap(\.self).joined(separator: ", "))</span></td>
        """
    }
    func plain(_ text: String) -> HTML { "<td>\(text)</td>" }
    let known = EvaluationReport.Bill(known: part.cost.known, unknown: 0)
    let isCostUnknown = part.cost.known.isEmpty && part.cost.unknown > 0
    return (counts + [NumberText.format(part.failed)]).map(plain) + [
      cell(
        part.seconds.map(duration) ?? "unknown", share: part.secondsShare,
        unknown: part.seconds == nil ? 0 : part.secondsUnknown),
      plain(part.medianSeconds.map(duration) ?? "unknown"),
      cell(
        part.tokens.map { NumberText.format($0) } ?? "unknown", unknown: part.tokens == nil ? 0 : part.tokensUnknown),
      cell(
        isCostUnknown ? "unknown" : MeasureText.bill(known), share: part.costShare,
        unknown: isCostUnknown ? 0 : part.cost.unknown),
    ]
  }

  /// Nil where there is none; the reasons stand in the notes.
  private static func share(_ value: MeasuredValue) -> String? {
    value.quantity.map { NumberText.percent($0.value) }
  }

  private static func plain(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e9
      ? NumberText.format(Int(number)) : NumberText.format(number, digits: 3)
  }

  private static func duration(_ seconds: Double) -> String {
    let scale = NumberText.scale(for: [seconds], unit: .seconds)
    return "\(NumberText.format(seconds / scale.divisor)) \(scale.symbol)"
  }

  private func places(_ candidate: EvaluationReport.AgentCandidate) -> HTML {
    let table = Self.table(
      "Steps of \(candidate.name) by their place in the task", ["Place", "Steps", "Calls of models alone"],
      [(candidate.name, candidate.places)]
    ) { [NumberText.format($0.steps), NumberText.format($0.modelCalls)] }
    return "<details><summary>\(candidate.name), by the place of its steps</summary>\(table)</details>"
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
      <table><caption><span>Its steps, in the order in which they began</span></caption>
      <thead><tr><th scope="col">Step</th><th scope="col" class="text">Kind and name</th><th scope="col">Time</th>\
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
      <td><span class="value">\(step.seconds.map(Self.duration) ?? "unknown")</span>\(bar)</td>\
      <td>\(step.tokens.map { NumberText.format($0) } ?? "unknown")</td>\
      <td><span class="value">\(step.cost.map { "\(NumberText.format($0.amount)) \($0.currency)" } ?? "unknown")</span></td>\
      <td class="free">\(error)\(texts)</td></tr>
      """
  }
}
