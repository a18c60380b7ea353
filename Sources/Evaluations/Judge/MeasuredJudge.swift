import Evaluators
import Foundation
import Measures
import MeasuringClient
import OpenAIWire
import Pricing
import Records
import Studies
import Synchronization

/// A judge at an endpoint, asked by the measuring client; a server of the judge's own is started when it is first asked, so
/// that it does not run beside candidates that are being measured.
final class MeasuredJudge: JudgeEndpoint {
  private let planned: PlannedJudge
  private let costing: RequestCosting
  private let turnstile: Turnstile
  private let connection: JudgeConnection
  private let stop: StopSignal
  /// That the judge's certificate is not to be trusted: no verdict after it will be had, and nothing is asked for one.
  private let untrusted = Mutex<JudgeFailure?>(nil)
  let structured: StructuredOutput

  var model: String { planned.model }

  init(
    _ planned: PlannedJudge, costing: RequestCosting, surroundings: ServedCandidate.Surroundings,
    stop: StopSignal
  ) {
    self.planned = planned
    self.costing = costing
    self.stop = stop
    structured = StructuredOutput(rawValue: planned.structure) ?? .prompt
    turnstile = Turnstile(planned.width)
    connection = JudgeConnection(planned, surroundings: surroundings, stop: stop)
  }

  func ask(_ request: JudgeRequest) async throws(JudgeFailure) -> JudgeReply {
    let result = await turnstile.pass { [self] in await answer(to: request) }
    return try result.get()
  }

  func end() async { await connection.end() }

  private func answer(to request: JudgeRequest) async -> Result<JudgeReply, JudgeFailure> {
    if Task.isCancelled || stop.isRequested {
      return .failure(JudgeFailure(.cancelled, reason: "the run was stopped", cost: .free))
    }
    if let untrusted = untrusted.withLock(\.self) { return .failure(untrusted) }
    let client: MeasuringClient
    do { client = try await connection.client() } catch {
      return .failure(JudgeFailure(.connection, reason: "\(error)", cost: .free))
    }
    let body = self.body(request)
    let date = Date()
    let observation = await client.send(
      MeasuredRequest(path: "/chat/completions", body: body.bytes, streams: false))
    let latency = Duration.nanoseconds(Int64(clamping: observation.serviceLatency ?? 0))
    let cost = cost(of: observation, at: date)
    guard observation.succeeded else {
      let failure = Self.failure(observation, cost: cost)
      if case .certificate? = observation.failure { untrusted.withLock { $0 = failure } }
      return .failure(failure)
    }
    return .success(
      JudgeReply(
        text: observation.text, finishReason: observation.finishReason.flatMap { FinishReason(rawValue: $0) },
        model: observation.answeredBy, usage: observation.usage, latency: latency, cost: cost))
  }

  /// The plan's settings in place of what the evaluator would say, and the rest as it says it.
  private func body(_ request: JudgeRequest) -> JSONValue {
    let other = JudgeRequest.LimitMember.maxCompletionTokens
    let limit = planned.settings[other.rawValue] == nil ? JudgeRequest.LimitMember.maxTokens : other
    let asked = request.json(model: planned.model, limit: limit).object ?? JSONObject()
    var settings = JSONObject()
    // The evaluator raises the limit where a reply was cut: a fixed one would be cut again.
    for member in planned.settings.members where member.name != limit.rawValue {
      settings.append(member.name, member.value)
    }
    return .object(asked.overlaid(with: settings))
  }

  private func cost(of observation: Observation, at date: Date) -> EvaluationCost {
    let spans = observation.spans
    // Nothing was sent: nobody was found at any try.
    if !observation.succeeded, spans.isEmpty { return .free }
    // Attempts that failed took their time too.
    let seconds = spans.reduce(0) { $0 + Double($1.end - $1.begin) / 1e9 }
    let record: CostRecord
    if case .catalogue = costing.price {
      record = costing.cost(of: observation, at: date)
    } else if planned.width == 1 {
      record = costing.cost(seconds: seconds, joules: nil, at: date)
    } else {
      record = .absent(Absence("a judge that holds hardware and is asked side by side is not priced one by one"))
    }
    switch record {
    case .absent(let absence): return .unknown(absence)
    case .known(let picos, let currency, _, _):
      let money = (try? Currency(currency)).map { Money(picos: Int128(picos), currency: $0) }
      guard let amount = money.flatMap({ DecimalAmount($0.decimalText) }) else {
        return .unknown(Absence("the judge's cost cannot be held"))
      }
      return .charged(amount, currency: currency)
    }
  }

  private static func failure(_ observation: Observation, cost: EvaluationCost) -> JudgeFailure {
    let kind: JudgeFailure.Kind =
      switch observation.failure {
      case .connect?, .certificate?, .reset?, nil: .connection
      case .timeout?: .timeout
      case .status?, .serverEvent?: .refused
      case .malformedChunk?, .truncated?, .notHTTP?, .tooLarge?: .malformed
      case .cancelled?: .cancelled
      }
    return JudgeFailure(kind, reason: observation.failure?.description ?? "the answer did not end", cost: cost)
  }
}

extension PlannedJudge {
  /// How many verdicts it is asked for side by side.
  var width: Int { if case .concurrency(let width) = load.shape { width } else { 1 } }
}

/// The client of a judge, and its server where it has one of its own.
private actor JudgeConnection {
  private let planned: PlannedJudge
  private let surroundings: ServedCandidate.Surroundings
  private let stop: StopSignal
  private var opening: Task<MeasuringClient, any Error>?
  private var server: ServedCandidate?

  init(_ planned: PlannedJudge, surroundings: ServedCandidate.Surroundings, stop: StopSignal) {
    self.planned = planned
    self.surroundings = surroundings
    self.stop = stop
  }

  func client() async throws -> MeasuringClient {
    if let opening { return try await opening.value }
    let opening = Task { try await open() }
    self.opening = opening
    return try await opening.value
  }

  private func open() async throws -> MeasuringClient {
    switch planned.source {
    case .endpoint(let text): return try client(at: Endpoint(text))
    case .imported: throw EvaluationRunError.notServed(candidate: "the judge", reason: "a judge is not imported.")
    case .served(let program):
      let server = try await ServedCandidate(
        program, name: "the judge", key: planned.key, surroundings: surroundings, probes: .init(energy: .none))
      self.server = server
      // One try at a time: whether the server has ended is looked at in between.
      let first = try client(at: server.endpoint, retries: 0, timeout: min(program.ready, planned.load.timeout))
      try await server.untilReady(
        first,
        MeasuredRequest(
          model: planned.model, messages: [ChatMessage(role: .user, content: "Hello")],
          settings: planned.settings.overlaid(with: JSONObject(["max_tokens": .integer(1)])), streams: false),
        within: program.ready, stop: stop)
      await first.shutdown()
      return try client(at: server.endpoint)
    }
  }

  private func client(
    at endpoint: Endpoint, retries: Int? = nil, timeout: Duration? = nil
  ) throws -> MeasuringClient {
    var settings = ClientSettings(endpoint: endpoint)
    settings.key = surroundings.keys[planned.key]
    settings.trust = planned.trust
    settings.requestTimeout = timeout ?? planned.load.timeout
    settings.retries = RetryPolicy(maximumAttempts: (retries ?? planned.load.retries) + 1)
    settings.keepsText = true
    return try MeasuringClient(settings)
  }

  func end() async {
    if let opening, let client = try? await opening.value { await client.shutdown() }
    if let server { _ = await server.end() }
    opening = nil
    server = nil
  }
}
