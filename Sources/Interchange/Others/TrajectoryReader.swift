import Evaluators
import Foundation
import OpenAIWire
import Pricing

/// One answer a line in our own form, with the steps that led to it as datasets have them.
struct TrajectoryReader {
  private static let members: Set<String> = [
    "id", "row", "candidate", "model", "provider", "input", "messages", "expected", "output", "trajectory", "usage",
    "started_at", "seconds", "failure", "scores", "route", "customer", "tags", "finish_reason", "tool_calls", "cost",
    "currency",
  ]

  static func read(_ files: [ImportFile], _ options: ImportOptions) throws(ImportError) -> ImportedRun {
    var run = ImportedRun(form: .trajectories, source: "trajectories")
    var unknown: Set<String> = []
    for file in files {
      var line = 0
      let notes = try JSONDocuments(file, options.limits).forEach { document throws(ImportError) in
        line += 1
        for element in document.value.array.map({ $0.map { JSONField($0) } }) ?? [document] {
          guard let object = element.value.object, Self.members.contains(where: { object[$0] != nil }) else {
            throw .notOfForm(
              file: file.name, form: .trajectories,
              expected: "a JSON object a line with row, output and trajectory, as docs/interchange.md has them")
          }
          for member in object.members where !Self.members.contains(member.name) { unknown.insert(member.name.shown) }
          do throws(ReadingError) {
            try take(element, line: line, into: &run, options)
          } catch {
            throw .wrongValue(file: file.name, place: "line \(line)", reason: error.reason)
          }
        }
      }
      run.notes += notes
    }
    if !unknown.isEmpty {
      run.notes.append(
        "Members that are not known were left out: \(unknown.sorted().prefix(20).joined(separator: ", ")).")
    }
    run.startedAt = run.observations.compactMap(\.startedAt).min()
    return run
  }

  private struct ReadingError: Error {
    var reason: String
  }

  private static func take(
    _ field: JSONField, line: Int, into run: inout ImportedRun, _ options: ImportOptions
  ) throws(ReadingError) {
    do {
      let model = try field.member("model")?.string()
      let row = try (field.member("row") ?? field.member("id")).map {
        try $0.value.integer.map(String.init) ?? $0.string()
      }
      var observation = ImportedObservation(
        candidate: try field.member("candidate")?.string() ?? model ?? "unnamed", identifier: "line \(line)", row: row)
      try readTexts(field, into: &observation, options.limits)
      try readSteps(field, into: &observation, options.limits)
      observation.startedAt = ISOTime.date(try field.member("started_at")?.value)
      if try field.member("started_at") != nil, observation.startedAt == nil {
        throw ReadingError(reason: "started_at must be a time such as 2025-11-21T10:00:00Z, or seconds since 1970")
      }
      observation.latencies.endToEnd = try field.member("seconds")?.number(in: 0...1e9)
      observation.route = try field.member("route")?.string()
      observation.customer = try field.member("customer")?.string()
      for member in try field.member("tags")?.object().members.prefix(options.limits.attributes) ?? [] {
        observation.tags[member.name] = member.value.string ?? member.value.text
      }
      if let failure = try field.member("failure") {
        observation.failure = ImportedObservation.Failure(
          kind: try failure.required("kind").string(), message: try failure.member("message")?.string() ?? "")
      }
      if let call = try call(field, model: model, startedAt: observation.startedAt) {
        observation.calls = [call]
        observation.promptTokens = call.usage?.totalInput
        observation.completionTokens = call.usage?.totalOutput
        observation.tokenSource = call.usage == nil ? nil : "usage"
      }
      try readReportedCost(field, into: &observation)
      for score in try field.member("scores")?.object().members ?? [] {
        guard let value = score.value.double else {
          throw ReadingError(reason: "scores.\(score.name.shown) must be a number")
        }
        run.scores.append(
          ImportedScore(
            observation: run.observations.count, evaluator: "trajectories/\(score.name.cut(toBytes: 200))", value: value
          ))
      }
      run.observations.append(observation)
    } catch let error as WireError {
      throw ReadingError(reason: error.description)
    } catch let error as EvaluationError {
      throw ReadingError(reason: error.description)
    } catch let error as ReadingError {
      throw error
    } catch {
      throw ReadingError(reason: "\(error)")
    }
  }

  private static func readTexts(
    _ field: JSONField, into observation: inout ImportedObservation, _ limits: ImportLimits
  ) throws {
    if let messages = try field.member("messages") {
      observation.input = .messages(try messages.elements().map { try ChatMessage($0) })
    } else if let input = try field.member("input") {
      observation.input = .text(try input.string().cut(toBytes: limits.textBytes))
    }
    if let expected = try field.member("expected") {
      observation.expected =
        try expected.value.array == nil ? [expected.string()] : expected.elements().map { try $0.string() }
    }
    observation.output = try field.member("output")?.string().cut(toBytes: limits.textBytes)
    observation.finishReason = try field.member("finish_reason")?.string()
    observation.toolCalls = try field.member("tool_calls").map { .array(try $0.elements().map(\.value)) }
  }

  private static func readSteps(
    _ field: JSONField, into observation: inout ImportedObservation, _ limits: ImportLimits
  ) throws {
    guard let steps = try field.member("trajectory")?.elements() else { return }
    guard steps.count <= limits.steps else {
      throw ReadingError(reason: "trajectory has more than \(limits.steps) steps")
    }
    for step in steps { observation.steps.append(try TrajectoryStep(step)) }
  }

  /// What the whole used, where the line says it.
  private static func call(_ field: JSONField, model: String?, startedAt: Date?) throws -> ModelCall? {
    guard let usage = try field.member("usage") else { return nil }
    var call = ModelCall()
    call.modelAnswered = model
    call.provider = try field.member("provider")?.string()
    call.startedAt = startedAt
    do throws(UsageError) {
      let document = try UsageDocument(json: usage.value.bytes)
      call.usage = document.usage
      call.serviceTier = document.serviceTier
    } catch {
      call.usageProblem = error.description
    }
    return call
  }

  /// The line's own cost, else the sum of its steps' where each says one.
  private static func readReportedCost(_ field: JSONField, into observation: inout ImportedObservation) throws {
    var amount = try field.member("cost")?.string()
    var code = try field.member("currency")?.string() ?? "USD"
    if amount == nil, observation.calls.isEmpty, let sums = TrajectorySummary(observation.steps).cost.value,
      sums.count == 1, let sum = sums.first
    {
      (amount, code) = (sum.value.text, sum.key)
    }
    guard let amount else { return }
    let money = try Money(amount, currency: try Currency(code))
    guard money.picos >= 0 else { throw ReadingError(reason: "cost must not be negative") }
    observation.cost = .known(
      money, priceVersion: "reported", parts: .members(["reported": .string(money.decimalText)]))
    observation.calls = []
  }
}
