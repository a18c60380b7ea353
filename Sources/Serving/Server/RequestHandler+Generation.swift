internal import Hummingbird
internal import NIOCore
internal import OpenAIWire

extension RequestHandler {
  /// Runs a plan. Nothing is sent before the service has accepted all of it, so that a refusal has a status of its own.
  func generate(_ plan: GenerationPlan, _ exchange: Exchange) async throws -> Response {
    let service = service
    let heading = plan.answer.heading
    var work = GenerationWork(
      answer: plan.answer, tally: UsageTally(samples: heading.samples),
      meter: RequestMeter(
        metrics: metrics, model: heading.model, samples: heading.samples, choices: heading.choices,
        arrival: exchange.arrival))
    let streams: [AsyncThrowingStream<InferenceEvent, any Error>]
    do {
      streams = try await exchange.scope.run {
        var streams: [AsyncThrowingStream<InferenceEvent, any Error>] = []
        // What was accepted before a refusal is let go with the array.
        for request in plan.requests { streams += try await service.generate(request) }
        return streams
      }
    } catch {
      // What is refused never ran; what is interrupted may have.
      if exchange.scope.interruption != nil { work.meter.abort() }
      throw error
    }
    guard streams.count == heading.choices else {
      throw ServiceError.failed("the engine made another number of continuations than it was asked for")
    }
    let events = MergedEvents.stream(streams, scope: exchange.scope)
    if heading.streams {
      return .events(
        id: exchange.id, body: ResponseBody { [work] writer in try await Self.stream(events, work, &writer, exchange) })
    }
    do {
      for try await (choice, event, time) in events { _ = work.take(event, choice: choice, at: time) }
    } catch {
      work.meter.abort()
      throw error
    }
    exchange.end(status: 200, usage: work.tally.usage)
    return .json(work.answer.whole(work.tally.usage), id: exchange.id)
  }

  /// Writes a stream's events as they come. What goes wrong after the head was sent is an event too, the last.
  private static func stream(
    _ events: AsyncThrowingStream<MergedEvents.Element, any Error>, _ initial: GenerationWork,
    _ writer: inout any ResponseBodyWriter, _ exchange: Exchange
  ) async throws {
    var work = initial
    var status = 200
    do {
      do {
        for try await (choice, event, time) in events {
          for document in work.take(event, choice: choice, at: time) {
            try await write(ServerSentEvent(document), &writer, exchange)
          }
        }
        if work.answer.heading.includesUsage {
          try await write(ServerSentEvent(work.answer.usageChunk(work.tally.usage)), &writer, exchange)
        }
        try await write(.done, &writer, exchange)
      } catch {
        work.meter.abort()
        let error = APIError(exchange.scope.interruption ?? error)
        status = error.status
        guard exchange.scope.interruption != .clientGone else { throw error }
        try await write(ServerSentEvent(error.json), &writer, exchange)
      }
      exchange.end(status: status, usage: work.tally.usage)
    } catch {
      exchange.end(status: APIError(exchange.scope.interruption ?? error).status, usage: work.tally.usage)
      throw error
    }
    try await writer.finish(nil)
  }

  private static func write(
    _ event: ServerSentEvent, _ writer: inout any ResponseBodyWriter, _ exchange: Exchange
  ) async throws {
    do {
      try await writer.write(ByteBuffer(bytes: event.bytes))
    } catch {
      exchange.scope.interrupt(.clientGone)
      throw error
    }
  }

  /// Answers a request for embeddings.
  func embed(_ request: EmbeddingRequest, _ planner: Planner, _ exchange: Exchange) async throws -> Response {
    let model = try planner.encoder(request)
    let service = service
    let result = try await exchange.scope.run { try await service.embed(request.inputs, model: model.name) }
    guard result.vectors.count == request.inputs.count else {
      throw ServiceError.failed("the encoder made another number of vectors than it was asked for")
    }
    metrics.update(model.name) { counts in
      counts.embeddings += result.vectors.count
      counts.embeddedTokens += result.promptTokens
    }
    exchange.end(status: 200, usage: Usage(promptTokens: result.promptTokens, completionTokens: 0))
    return .json(
      Embeddings(
        model: model.name, vectors: result.vectors, encoding: request.encoding, promptTokens: result.promptTokens
      ).json, id: exchange.id)
  }
}

/// Everything that looks at a request's events.
struct GenerationWork: Sendable {
  var answer: any Answer
  var tally: UsageTally
  var meter: RequestMeter

  mutating func take(_ event: InferenceEvent, choice: Int, at time: ContinuousClock.Instant) -> [JSONValue] {
    tally.take(event, choice: choice)
    meter.take(event, choice: choice, at: time)
    return answer.take(event, choice: choice)
  }
}
