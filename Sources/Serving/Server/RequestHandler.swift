internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import OpenAIWire

/// What a request brings along besides itself.
struct ServingContext: InitializableFromSource {
  let channel: any Channel

  init(source: ApplicationRequestContextSource) { channel = source.channel }
}

/// Answers every request: finds its route, reads its body, asks the service, and never lets a request take the server
/// down or leave it without an answer in OpenAI's form.
struct RequestHandler: HTTPResponder {
  let service: any InferenceService
  let configuration: ServingConfiguration
  let metrics: ServingMetrics
  let active: ActiveRequests
  let log: AccessLog

  func respond(to request: Request, context: ServingContext) async throws -> Response {
    let exchange = Exchange(
      method: request.method.rawValue, route: Route.of(request.uri.path)?.route,
      connection: try await ConnectionHandler.connection(of: context.channel), channel: context.channel,
      active: active, metrics: metrics, log: log, timeLimit: configuration.requestTimeout,
      farewell: configuration.farewell)
    exchange.begin()
    do {
      return try await answer(request, exchange)
    } catch {
      let error = APIError(exchange.scope.interruption ?? error)
      exchange.end(status: error.status)
      return .error(error, id: exchange.id)
    }
  }

  private func answer(_ request: Request, _ exchange: Exchange) async throws -> Response {
    guard let (route, name) = Route.of(request.uri.path) else {
      throw APIError(
        status: 404, message: "there is nothing at this path", type: "invalid_request_error", code: "not_found")
    }
    guard request.method.rawValue == route.method else {
      throw APIError(
        status: 405, message: "\(route.rawValue) takes \(route.method) only", type: "invalid_request_error",
        code: "method_not_allowed")
    }
    guard !route.isGuarded || configuration.keys.admits(request.headers[.authorization]) else {
      throw APIError(
        status: 401, message: "the API key is missing or wrong; send it as Authorization: Bearer KEY",
        type: "invalid_request_error", code: "invalid_api_key")
    }
    guard !active.isDraining else { throw Interruption.shutdown }
    switch route {
    case .health: return whole(.members(["status": .string("ok")]), exchange)
    case .metrics:
      let text = metrics.text(
        statistics: service.statistics(), models: service.models, inFlight: active.count)
      exchange.end(status: 200)
      return .whole(Array(text.utf8), type: "text/plain; version=0.0.4; charset=utf-8", id: exchange.id)
    case .models: return whole(ModelList(models: service.models.map(\.description)).json, exchange)
    case .model:
      guard let model = service.models.first(where: { $0.name == name }) else {
        throw APIError.unknownModel(name ?? "")
      }
      return whole(model.description.json, exchange)
    case .chat, .completions, .embeddings:
      let body = JSONField(try JSONReader.value(of: try await self.body(of: request, exchange)))
      let planner = Planner(
        models: service.models, now: Int(Date().timeIntervalSince1970), identifier: exchange.identifier)
      switch route {
      case .chat: return try await generate(planner.chat(ChatCompletionRequest(body)), exchange)
      case .completions: return try await generate(planner.completion(CompletionRequest(body)), exchange)
      default: return try await embed(EmbeddingRequest(body), planner, exchange)
      }
    }
  }

  private func whole(_ value: JSONValue, _ exchange: Exchange) -> Response {
    exchange.end(status: 200)
    return .json(value, id: exchange.id)
  }

  /// Reads the body, as much as is allowed and as long as is allowed.
  private func body(of request: Request, _ exchange: Exchange) async throws -> [UInt8] {
    let type = request.headers[.contentType]?.lowercased() ?? ""
    // A page in a browser can send other types anywhere without being asked; this one it cannot.
    guard type.split(separator: ";").first.map({ $0.trimmingCharacters(in: .whitespaces) }) == "application/json" else {
      throw APIError(
        status: 415, message: "the body must be JSON: send Content-Type: application/json",
        type: "invalid_request_error", code: "unsupported_media_type")
    }
    let limit = configuration.maximumBodyBytes
    let tooLarge = APIError(
      status: 413, message: "the body may have \(limit) bytes at most", type: "invalid_request_error",
      code: "request_too_large")
    if let length = request.headers[.contentLength].flatMap(Int.init), length > limit { throw tooLarge }
    let body = request.body
    return try await exchange.reading(within: configuration.bodyTimeout) {
      do {
        return Array(buffer: try await body.collect(upTo: limit))
      } catch is NIOTooManyBytesError {
        throw tooLarge
      }
    }
  }
}

extension ServedModel {
  var generates: Bool { if case .decoder = kind { true } else { false } }

  var description: ModelDescription {
    ModelDescription(id: name, created: created, owner: "efficientllm", maximumContext: maximumContext)
  }
}
