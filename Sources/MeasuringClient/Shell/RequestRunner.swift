import NIOCore
import NIOHTTP1
import NIOPosix
import OpenAIWire

/// Runs exchanges over a pool of connections to one endpoint.
///
/// `@unchecked Sendable`: everything but `settings` is touched on its event loop alone.
final class RequestRunner: @unchecked Sendable {
  let loop: any EventLoop
  let settings: ClientSettings
  let requestTimeout: TimeAmount
  private var idle: [Connection] = []
  /// Connections, those that are being made included.
  private var connections = 0
  private var waiting: [Exchange] = []
  private var exchanges: [ObjectIdentifier: Exchange] = [:]
  private var isEnding = false
  private let headers: HTTPHeaders
  private let address: SocketAddress?

  init(loop: any EventLoop, settings: ClientSettings) {
    self.loop = loop
    self.settings = settings
    requestTimeout = TimeAmount(settings.requestTimeout)
    address = try? SocketAddress(ipAddress: settings.endpoint.host, port: settings.endpoint.port)
    var headers = HTTPHeaders()
    headers.add(name: "host", value: settings.endpoint.authority)
    headers.add(name: "user-agent", value: "efficientllm")
    headers.add(name: "content-type", value: "application/json")
    if let key = settings.key {
      switch settings.keyHeader {
      case .bearer: headers.add(name: "authorization", value: key.authorization)
      case .named(let name): headers.add(name: name, value: key.bare)
      }
    }
    for (name, value) in settings.headers { headers.add(name: name, value: value) }
    self.headers = headers
  }

  /// Whether answers' texts have to be read at all.
  var readsText: Bool { settings.keepsText || settings.tokenizer != nil }

  func head(of exchange: Exchange) -> HTTPRequestHead {
    var headers = headers
    headers.add(name: "accept", value: exchange.request.streams ? "text/event-stream" : "application/json")
    headers.add(name: "x-request-id", value: exchange.observation.identifier)
    headers.add(name: "content-length", value: "\(exchange.request.body.count)")
    return HTTPRequestHead(
      version: .http1_1, method: .POST, uri: settings.endpoint.path + exchange.request.path, headers: headers)
  }

  /// Sends a request, at once or when it is due; `done` is called on the event loop with what became of it.
  @discardableResult
  func start(
    _ request: MeasuredRequest, _ observation: Observation, waits: Bool = false, done: @escaping (Observation) -> Void
  ) -> Exchange {
    let exchange = Exchange(request, observation: observation, runner: self, done: done)
    exchanges[ObjectIdentifier(exchange)] = exchange
    if waits, observation.scheduled > MonotonicClock.now {
      // A hundred years is as good as never, and no sum of times can overflow.
      let due = min(observation.scheduled, MonotonicClock.now + 3_153_600_000_000_000_000)
      loop.scheduleTask(deadline: .uptimeNanoseconds(due)) { [self] in
        if !exchange.isOver { attempt(exchange) }
      }
    } else {
      attempt(exchange)
    }
    return exchange
  }

  private func attempt(_ exchange: Exchange) {
    exchange.beginAttempt(at: MonotonicClock.now)
    attach(exchange)
  }

  private func attach(_ exchange: Exchange) {
    while let connection = idle.popLast() {
      guard connection.isOpen else { continue }
      exchange.attempt.connected = MonotonicClock.now
      connection.send(exchange)
      return
    }
    guard connections < settings.maximumConnections else {
      waiting.append(exchange)
      return
    }
    connect(for: exchange)
  }

  private func connect(for exchange: Exchange) {
    connections += 1
    let connection = Connection(runner: self)
    let generation = exchange.generation
    let bootstrap = ClientBootstrap(group: loop)
      .connectTimeout(TimeAmount(settings.connectTimeout))
      .channelOption(.socketOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try connection.install(on: channel) }
      }
    let future =
      address.map { bootstrap.connect(to: $0) }
      ?? bootstrap.connect(host: settings.endpoint.host, port: settings.endpoint.port)
    future.hop(to: loop).whenComplete { [self] result in
      let isWanted = !exchange.isOver && exchange.generation == generation && exchange.connection == nil
      switch result {
      case .success:
        if isWanted {
          exchange.attempt.connected = MonotonicClock.now
          connection.send(exchange)
        } else {
          park(connection)
        }
      case .failure(let error):
        connections -= 1
        if isWanted { ended(exchange, .connect(reason: Self.reason(error)), at: MonotonicClock.now) }
      }
    }
  }

  /// Takes a connection that is free, and gives it to whoever waits longest.
  func park(_ connection: Connection) {
    guard !isEnding else { return connection.close(failing: nil, at: 0) }
    while !waiting.isEmpty {
      let exchange = waiting.removeFirst()
      guard !exchange.isOver, exchange.connection == nil else { continue }
      exchange.attempt.connected = MonotonicClock.now
      return connection.send(exchange)
    }
    idle.append(connection)
  }

  func closed(_ connection: Connection) {
    connections -= 1
    idle.removeAll { $0 === connection }
    while !waiting.isEmpty, connections < settings.maximumConnections {
      let exchange = waiting.removeFirst()
      if !exchange.isOver, exchange.connection == nil { connect(for: exchange) }
    }
  }

  /// The end of an attempt: another follows where the policy says so.
  func ended(_ exchange: Exchange, _ failure: RequestFailure?, at stamp: UInt64) {
    guard !exchange.isOver else { return }
    let failure = failure.map { failure in
      settings.key.map { key in failure.mapTexts(key.redacting) } ?? failure
    }
    let reader = exchange.reader
    exchange.endAttempt(failure, at: stamp)
    if let failure {
      if !isEnding, let delay = settings.retries.delay(after: failure, attempts: exchange.observation.attempts.count) {
        loop.scheduleTask(in: TimeAmount(delay)) { [self] in
          if !exchange.isOver { attempt(exchange) }
        }
        return
      }
    } else if let reader {
      complete(&exchange.observation, from: reader)
    }
    over(exchange)
  }

  private func over(_ exchange: Exchange) {
    exchanges[ObjectIdentifier(exchange)] = nil
    exchange.finish()
  }

  private func complete(_ observation: inout Observation, from reader: StreamReader) {
    let key = settings.key
    func clean(_ text: String?) -> String? { text.map { key?.redacting($0) ?? $0 } }
    func clean(_ value: JSONValue) -> JSONValue { key?.redacting(value) ?? value }
    observation.finishReason = clean(reader.finishReason)
    observation.answeredBy = clean(reader.model)
    observation.serviceTier = clean(reader.serviceTier)
    observation.usage = reader.usageAsSent.map(clean)
    if settings.keepsText {
      observation.text = clean(reader.text)
      observation.toolCalls = reader.toolCalls.map(clean)
    }
    observation.promptTokens = reader.usage?.promptTokens
    if let usage = reader.usage {
      observation.completionTokens = usage.completionTokens
      observation.tokenSource = .usage
    } else if let tokenizer = settings.tokenizer {
      observation.completionTokens = tokenizer(reader.text)
      observation.tokenSource = .tokenizer
    } else if !reader.arrivals.isEmpty {
      observation.completionTokens = reader.arrivals.count
      observation.tokenSource = .chunks
    }
  }

  func timedOut(_ exchange: Exchange) {
    // A server that says all and then holds the connection open has answered.
    if let doneAt = exchange.reader?.doneAt, let connection = exchange.connection {
      connection.close(failing: nil, at: doneAt)
      return ended(exchange, nil, at: doneAt)
    }
    let seconds = Double(requestTimeout.nanoseconds) / 1e9
    abandon(exchange, .timeout(seconds: seconds))
  }

  /// Ends an exchange wherever it is; with it goes its connection, which could not be used for another.
  func abandon(_ exchange: Exchange, _ failure: RequestFailure) {
    guard !exchange.isOver else { return }
    let stamp = MonotonicClock.now
    if let connection = exchange.connection {
      connection.close(failing: failure, at: stamp)
    } else {
      waiting.removeAll { $0 === exchange }
      if exchange.generation == 0 { exchange.attempt.began = stamp }
      // Between two attempts there is none to end: it failed as the last one did.
      if exchange.attempt.end != nil {
        over(exchange)
      } else {
        ended(exchange, failure, at: stamp)
      }
    }
  }

  /// Ends every exchange.
  func abandonAll() {
    isEnding = true
    for exchange in Array(exchanges.values) { abandon(exchange, .cancelled) }
    isEnding = false
  }

  func shutdown() {
    abandonAll()
    isEnding = true
    for connection in idle { connection.close(failing: nil, at: 0) }
    idle.removeAll()
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case let error as NIOConnectionError:
      return error.connectionErrors.first.map { "\($0.error)" } ?? "\(error.host) cannot be resolved"
    case ChannelError.connectTimeout: return "it took too long"
    default: return "\(error)"
    }
  }
}
