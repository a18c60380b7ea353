import Evaluators
import Foundation
import OpenAIWire
import Pricing

/// The observation that a part of a trace comes to.
///
/// Its latency is the wall time of its root; tokens and cost are summed over the steps, so that what runs side by side
/// or within another agent is counted once each. What an agent's span says of its own tokens is the sum of its calls and
/// counts only where there is no span of a call below it.
struct TraceObservation {
  private(set) var observation: ImportedObservation
  private(set) var scores: [ImportedScore] = []
  private(set) var wrappers = 0
  private(set) var isCut = false
  private let tree: TraceTree
  private let operations: [GenAISpan.Operation?]
  /// In the order in which they began.
  private let part: [Int]
  private let root: Int?
  private let contents: OTLPContents
  private let options: ImportOptions
  private var limits: ImportLimits { options.limits }

  init(
    _ tree: TraceTree, _ operations: [GenAISpan.Operation?], _ part: [Int], root: Int?, _ contents: OTLPContents,
    _ options: ImportOptions
  ) {
    self.tree = tree
    self.operations = operations
    self.part = part
    self.root = root
    self.contents = contents
    self.options = options
    let trace = tree.spans[part[0]].traceID
    let isWhole = part.count == tree.spans.count
    observation = ImportedObservation(
      candidate: "", identifier: isWhole ? trace : "\(trace)-\(root.map { tree.spans[$0].spanID } ?? "")")
  }

  mutating func build() {
    readIdentity()
    readTime()
    let calls = countedCalls()
    readSteps(calls)
    readTexts(calls)
    if let root { observation.failure = GenAISpan.failure(of: tree.spans[root]) }
    // A trace without a span that holds it failed where its last part did.
    if root == nil, let last = part.last(where: { operations[$0] != nil }) {
      observation.failure = GenAISpan.failure(of: tree.spans[last])
    }
    readFailureOfOnlyCall()
    readScores()
    sumUsage()
    readOwn()
  }

  /// What our own export says beside the conventions.
  private mutating func readOwn() {
    guard let root else { return }
    let span = tree.spans[root]
    func seconds(_ name: String) -> Double? { span.number(name).flatMap { $0 >= 0 ? $0 : nil } }
    observation.latencies.timePerOutputToken =
      seconds("efficientllm.time_per_output_token") ?? observation.latencies.timePerOutputToken
    observation.latencies.serviceEndToEnd = seconds("efficientllm.service.duration")
    observation.latencies.serviceTimeToFirstToken = seconds("efficientllm.service.time_to_first_token")
    observation.retries = max(0, span.count("efficientllm.retries") ?? 0)
    observation.tokenSource = span.text("efficientllm.token.source") ?? observation.tokenSource
    if operations[root] == .agent {
      observation.latencies.timeToFirstToken = seconds("gen_ai.response.time_to_first_chunk")
    }
  }

  private func logs(of span: OTLPSpan) -> [OTLPSpan.Event] {
    contents.logs[OTLPContents.SpanKey(trace: span.traceID, span: span.spanID)] ?? []
  }

  /// Root first, then what is above it, then the rest in order.
  private var byRank: [Int] {
    guard let root else { return part }
    return [root] + tree.ancestors(of: root) + part.filter { $0 != root }
  }

  private mutating func readIdentity() {
    let ranked = byRank.map { tree.spans[$0] }
    let resource = contents.resources[tree.spans[root ?? part[0]].resource]
    let values = ranked.map(\.attributes) + [resource]
    func first(_ name: String) -> String? {
      values.lazy.compactMap { OpenTelemetryReader.name($0[name]) }.first
    }
    observation.row = first(options.rowAttribute) ?? first("gen_ai.conversation.id")
    observation.route = first("efficientllm.route")?.cut(toBytes: 256)
    observation.customer = (first("efficientllm.customer") ?? first("enduser.id"))?.cut(toBytes: 256)
    for attributes in values.reversed() {
      for (name, value) in attributes where name.hasPrefix("efficientllm.tag.") {
        guard observation.tags.count < limits.attributes, let text = OpenTelemetryReader.name(value) else { continue }
        observation.tags[String(name.dropFirst("efficientllm.tag.".count)).cut(toBytes: 128)] = text.cut(toBytes: 256)
      }
    }
    let agent = root.flatMap { tree.spans[$0].text("gen_ai.agent.name", "gen_ai.workflow.name") }
    let model = ranked.lazy.compactMap { $0.text("gen_ai.request.model") }.first
    let answered = ranked.lazy.compactMap { $0.text("gen_ai.response.model") }.first
    observation.candidate =
      (first("efficientllm.candidate") ?? agent ?? first("gen_ai.agent.name") ?? model ?? answered
      ?? resource["service.name"]?.string ?? "unnamed").cut(toBytes: 256)
    keepAttributes(of: ranked[0], resource)
  }

  /// A few short ones, never what was said: contents have places of their own.
  private mutating func keepAttributes(of span: OTLPSpan, _ resource: [String: JSONValue]) {
    let merged = resource.merging(span.attributes) { $1 }
    for (name, value) in merged.sorted(by: { $0.key < $1.key }) {
      guard observation.attributes.count < limits.attributes else { break }
      let isContent = ["messages", "instructions", "prompt", "completion", "arguments", "result", "definitions"]
        .contains {
          name.contains($0)
        }
      if isContent { continue }
      switch value {
      case .array, .object, .null: continue
      default:
        observation.attributes[name.cut(toBytes: 128)] = (value.string ?? value.text).cut(
          toBytes: limits.attributeBytes)
      }
    }
  }

  private mutating func readTime() {
    if let root {
      let span = tree.spans[root]
      observation.startedAt = span.start.map(ISOTime.date)
      observation.endedAt = span.end.map(ISOTime.date)
      observation.latencies.endToEnd = span.seconds
      return
    }
    let relevant = part.filter { operations[$0] != nil }.map { tree.spans[$0] }
    let start = relevant.compactMap(\.start).min()
    // An end that one span lacks could have been the last.
    let end = relevant.allSatisfy { $0.end != nil } ? relevant.compactMap(\.end).max() : nil
    observation.startedAt = start.map(ISOTime.date)
    observation.endedAt = end.map(ISOTime.date)
    if let start, let end, end >= start { observation.latencies.endToEnd = Double(end - start) / 1e9 }
  }

  /// The spans whose tokens count: each innermost span of a call, and each agent without one below it that says what it
  /// used.
  private mutating func countedCalls() -> Set<Int> {
    let calls = part.filter { operations[$0] == .call }
    let agents = part.filter { operations[$0] == .agent && GenAISpan.call(of: tree.spans[$0]).usage != nil }
    let aboveCalls = above(calls)
    let aboveAgents = above(agents)
    wrappers = calls.count(where: aboveCalls.contains)
    return Set(calls.filter { !aboveCalls.contains($0) })
      .union(agents.filter { !aboveCalls.contains($0) && !aboveAgents.contains($0) })
  }

  /// All spans that stand above one of these; each is visited once.
  private func above(_ indices: [Int]) -> Set<Int> {
    var found: Set<Int> = []
    for index in indices {
      var current = tree.parents[index]
      while let place = current, found.insert(place).inserted { current = tree.parents[place] }
    }
    return found
  }

  private mutating func readSteps(_ counted: Set<Int>) {
    // A single request is an answer and no trajectory.
    let relevant = part.filter { counted.contains($0) || operations[$0] == .tool }
    let isAgent = root.map { operations[$0] == .agent } ?? false
    let isTrajectory = isAgent || relevant.count > 1 || relevant.contains { operations[$0] == .tool }
    if relevant.count > limits.steps { isCut = true }
    for index in relevant {
      let span = tree.spans[index]
      if operations[index] == .tool {
        guard observation.steps.count < limits.steps else { continue }
        var step = GenAISpan.toolStep(of: span, limits: limits)
        if let money = GenAISpan.reportedCost(of: span) {
          step.cost = DecimalAmount(money.decimalText)
          step.currency = money.currency.code
        }
        observation.steps.append(step)
        continue
      }
      var call = GenAISpan.call(of: span)
      if isTrajectory, observation.steps.count < limits.steps {
        call.step = observation.steps.count
        let messages = GenAIMessages(span, logs: logs(of: span), limits: limits)
        observation.steps.append(
          TrajectoryStep(
            text: messages.output,
            tokens: call.usage.map { $0.totalInput + $0.totalOutput } ?? span.count("efficientllm.step.tokens"),
            seconds: span.seconds, model: call.model?.cut(toBytes: 256), error: GenAISpan.stepError(of: span)))
      }
      observation.calls.append(call)
    }
  }

  /// What was asked is what the root says, else the first call; the answer is the root's, else the last call's that has
  /// one.
  private mutating func readTexts(_ counted: Set<Int>) {
    let calls = part.filter(counted.contains)
    var ranked = calls
    if let root, !counted.contains(root) { ranked.insert(root, at: 0) }
    let said = ranked.map { index in
      let span = tree.spans[index]
      return (span: span, messages: GenAIMessages(span, logs: logs(of: span), limits: limits))
    }
    observation.input = said.lazy.compactMap(\.messages.evaluated).first
    let rootSaid = root.flatMap { root in ranked.firstIndex(of: root) }.map { said[$0].messages }
    let byEnd = said.sorted { ($0.span.end ?? $0.span.start ?? 0) < ($1.span.end ?? $1.span.start ?? 0) }
    let last = byEnd.last { $0.messages.output != nil || !$0.messages.toolCalls.isEmpty }?.messages
    let answer = rootSaid.flatMap { $0.output != nil ? $0 : nil } ?? last
    observation.output = answer?.output
    observation.toolCalls = answer.flatMap { $0.toolCalls.isEmpty ? nil : .array($0.toolCalls) }
    observation.finishReason = answer?.finishReason ?? byEnd.last?.messages.finishReason
    if calls.count == 1 {
      let seconds = tree.spans[calls[0]].number(
        "gen_ai.response.time_to_first_chunk", "gen_ai.server.time_to_first_token")
      observation.latencies.timeToFirstToken = seconds.flatMap { $0 >= 0 ? $0 : nil }
    }
  }

  /// A span of another kind that holds a single call fails with it, unless it says itself that it went well.
  private mutating func readFailureOfOnlyCall() {
    guard observation.failure == nil, let root, operations[root] == nil, tree.spans[root].status != .ok else { return }
    let relevant = part.filter { operations[$0] != nil }
    if relevant.count == 1 { observation.failure = GenAISpan.failure(of: tree.spans[relevant[0]]) }
  }

  private mutating func sumUsage() {
    var usages = observation.calls.map(\.usage)
    if let root, operations[root] == .agent, usages.contains(where: { $0 == nil }),
      let whole = GenAISpan.call(of: tree.spans[root]).usage
    {
      // The calls do not all say it, and the agent does.
      usages = [whole]
    }
    guard !usages.isEmpty, usages.allSatisfy({ $0 != nil }) else { return }
    observation.promptTokens = usages.reduce(0) { $0 + ($1?.totalInput ?? 0) }
    observation.completionTokens = usages.reduce(0) { $0 + ($1?.totalOutput ?? 0) }
    observation.tokenSource = "usage"
    if let first = observation.latencies.timeToFirstToken, let whole = observation.latencies.endToEnd, whole >= first,
      let tokens = observation.completionTokens, tokens > 1, let root, operations[root] == .call
    {
      observation.latencies.timePerOutputToken = (whole - first) / Double(tokens - 1)
    }
  }

  /// Verdicts that stand beside what they are about, as the conventions have them.
  private mutating func readScores() {
    for index in part {
      let span = tree.spans[index]
      for event in span.events + logs(of: span) where event.name == "gen_ai.evaluation.result" {
        guard let name = event.attributes["gen_ai.evaluation.name"]?.string, !name.isEmpty, scores.count < 1_000 else {
          continue
        }
        scores.append(
          ImportedScore(
            observation: 0, evaluator: "opentelemetry/\(name.cut(toBytes: 200))",
            value: event.attributes["gen_ai.evaluation.score.value"]?.double,
            threshold: event.attributes["efficientllm.evaluation.threshold"]?.double,
            label: event.attributes["gen_ai.evaluation.score.label"]?.string?.cut(toBytes: 200),
            explanation: event.attributes["gen_ai.evaluation.explanation"]?.string?.cut(toBytes: 10_000),
            failure: event.attributes["error.type"]?.string?.cut(toBytes: 200)))
      }
    }
  }
}
