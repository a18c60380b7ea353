import NIOCore
import OpenAIWire
import Transport

/// Runs exchanges over a pool of connections to one endpoint.
///
/// `@unchecked Sendable`: everything but `settings` is touched on its event loop alone.
final class RequestRunner: @unchecked Sendable {
  let loop: SocketLoop
  let settings: ClientSettings
  let requestTimeout: Duration
  private var idle: [Connection] = []
  /// Connections, those that are being made included.
  private var connections: [ObjectIdentifier: Connection] = [:]
  /// Those that have been asked for and wait for the host's addresses.
  private var unplaced = 0
  /// What a handshake is made for.
  private var openings: [ObjectIdentifier: (exchange: Exchange, generation: Int)] = [:]
  private var waiting: [Exchange] = []
  private var exchanges: [ObjectIdentifier: Exchange] = [:]
  private var isEnding = false
  /// The lines of a head that all requests have, behind the first line's path.
  private let headers: [UInt8]
  private let host: HostAddresses
  private let encryption: Encryption?
  /// Whether the endpoint is on this machine.
  private(set) var isEndpointLocal = false
  /// Attempts that were sent.
  private(set) var sent = 0
  /// How long arrivals lay there before they were read.
  var delays = ArrivalDelays()

  init(loop: SocketLoop, settings: ClientSettings, encryption: Encryption?) {
    self.loop = loop
    self.settings = settings
    self.encryption = encryption
    requestTimeout = settings.requestTimeout
    host = HostAddresses(of: settings.endpoint.host, port: settings.endpoint.port, loop: loop)
    var lines = [
      "host: \(settings.endpoint.authority)", "user-agent: efficientllm", "content-type: application/json",
    ]
    if let key = settings.key {
      switch settings.keyHeader {
      case .bearer: lines.append("authorization: \(key.authorization)")
      case .named(let name): lines.append("\(name): \(key.bare)")
      }
    }
    lines += settings.headers.map { "\($0.name): \($0.value)" }
    headers = Array(" HTTP/1.1\r\n\(lines.joined(separator: "\r\n"))\r\n".utf8)
  }

  /// Whether answers' texts have to be read at all.
  var readsText: Bool { settings.keepsText || settings.tokenizer != nil }

  /// A request as it goes over the wire.
  func bytes(of exchange: Exchange) -> ByteBuffer {
    let request = exchange.request
    var buffer = ByteBufferAllocator().buffer(capacity: headers.count + request.body.count + 512)
    buffer.writeString("POST ")
    buffer.writeString(settings.endpoint.path)
    buffer.writeString(request.path)
    buffer.writeBytes(headers)
    buffer.writeString(request.streams ? "accept: text/event-stream\r\n" : "accept: application/json\r\n")
    buffer.writeString(
      "x-request-id: \(exchange.observation.identifier)\r\ncontent-length: \(request.body.count)\r\n\r\n")
    buffer.writeBytes(request.body)
    return buffer
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
      loop.schedule(at: due) { [self] in
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
    while !exchange.needsFreshConnection, let connection = idle.popLast() {
      guard connection.isOpen else { continue }
      exchange.attempt.connected = MonotonicClock.now
      connection.send(exchange)
      return
    }
    guard connections.count + unplaced < settings.maximumConnections else {
      waiting.append(exchange)
      return
    }
    connect(for: exchange)
  }

  private func connect(for exchange: Exchange) {
    unplaced += 1
    let generation = exchange.generation
    let deadline = settings.connectTimeout.after(MonotonicClock.now)
    host.ask { [self] answer in
      unplaced -= 1
      switch answer {
      case .failure(let error):
        fail(exchange, generation, error)
        connectWaiting()
      case .success where isEnding: break
      case .success(let addresses): connect(for: exchange, generation, to: addresses, until: deadline)
      }
    }
  }

  private func connect(
    for exchange: Exchange, _ generation: Int, to addresses: [InternetAddress], until deadline: UInt64
  ) {
    let connection = Connection(runner: self)
    let identity = ObjectIdentifier(connection)
    connections[identity] = connection
    openings[identity] = (exchange, generation)
    connection.open(to: addresses, encryption: encryption, until: deadline) { [self] result in
      openings[identity] = nil
      switch result {
      case .success where isWanted(exchange, generation):
        exchange.attempt.connected = MonotonicClock.now
        connection.send(exchange)
      case .success: park(connection)
      case .failure(let error):
        host.forget()
        closed(connection)
        fail(exchange, generation, error)
      }
    }
  }

  /// Whether what was begun for an exchange's attempt is still of use to it.
  private func isWanted(_ exchange: Exchange, _ generation: Int) -> Bool {
    !exchange.isOver && exchange.generation == generation && exchange.connection == nil
  }

  private func fail(_ exchange: Exchange, _ generation: Int, _ error: any Error) {
    guard isWanted(exchange, generation) else { return }
    ended(exchange, Encryption.failure(error, reason: reason(error)), at: MonotonicClock.now)
  }

  /// The far end of a new connection has answered.
  func reached(_ connection: Connection) {
    if connection.ends != nil { isEndpointLocal = true }
  }

  /// A new connection begins to be encrypted.
  func handshakeBegins(_ connection: Connection) {
    guard let (exchange, generation) = openings[ObjectIdentifier(connection)], isWanted(exchange, generation) else {
      return
    }
    exchange.attempt.handshakeBegan = MonotonicClock.now
  }

  /// Requests that were sent and of which nothing has come back: a random choice, and how many each stands for.
  func waiting(most: Int) -> (requests: [WaitingRequest], scale: Double) {
    var found: [WaitingRequest] = []
    for exchange in exchanges.values where exchange.attempt.firstByte == nil {
      guard let ends = exchange.connection?.ends, let sent = exchange.attempt.sent else { continue }
      found.append(WaitingRequest(sent: sent, near: ends.near, far: ends.far))
    }
    guard found.count > most else { return (found, 1) }
    for index in 0..<most { found.swapAt(index, Int.random(in: index..<found.count)) }
    return (Array(found[..<most]), Double(found.count) / Double(most))
  }

  /// Counts an attempt whose request leaves now.
  func leaves() { sent += 1 }

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
    guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
    idle.removeAll { $0 === connection }
    connectWaiting()
  }

  /// Makes connections for those who wait, while there may be more.
  private func connectWaiting() {
    while !waiting.isEmpty, connections.count + unplaced < settings.maximumConnections {
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
      if let reader {
        noteUsage(of: reader, in: &exchange.observation.attempts[exchange.observation.attempts.count - 1])
      }
      if !isEnding, exchange.foundStaleConnection {
        attempt(exchange)
        return
      }
      let attempts = exchange.observation.attempts.count - (exchange.needsFreshConnection ? 1 : 0)
      if !isEnding, let delay = settings.retries.delay(after: failure, attempts: attempts) {
        loop.schedule(at: delay.after(MonotonicClock.now)) { [self] in
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

  /// What an attempt used that failed afterwards: it was paid for.
  private func noteUsage(of reader: StreamReader, in attempt: inout AttemptTimeline) {
    guard let usage = reader.usageAsSent else { return }
    let key = settings.key.flatMap { $0.isToldFromWords ? $0 : nil }
    attempt.usage = key?.redacting(usage) ?? usage
    attempt.answeredBy = reader.model.map { key?.redacting($0) ?? $0 }
    attempt.serviceTier = reader.serviceTier.map { key?.redacting($0) ?? $0 }
  }

  private func complete(_ observation: inout Observation, from reader: StreamReader) {
    // A key that is a word, such as "none", stands in answers for what it means, and must not be taken out of them.
    let key = settings.key.flatMap { $0.isToldFromWords ? $0 : nil }
    func clean(_ text: String?) -> String? { text.map { key?.redacting($0) ?? $0 } }
    func clean(_ value: JSONValue) -> JSONValue { key?.redacting(value) ?? value }
    observation.finishReason = clean(reader.finishReason)
    observation.answeredBy = clean(reader.model)
    observation.serviceTier = clean(reader.serviceTier)
    observation.usage = reader.usageAsSent.map(clean)
    if settings.keepsText {
      observation.text = clean(reader.text)
      observation.refusal = clean(reader.refusal)
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
    abandon(exchange, .timeout(seconds: requestTimeout / .seconds(1)))
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
    for connection in Array(connections.values) { connection.close(failing: nil, at: 0) }
    idle.removeAll()
  }

  private func reason(_ error: any Error) -> String {
    if let reason = Encryption.reason(error, host: settings.endpoint.host) { return reason }
    return "\(error)"
  }
}

extension Duration {
  /// The time that is so much later, in nanoseconds. A hundred years is as good as never, and no sum of times can overflow.
  func after(_ stamp: UInt64) -> UInt64 {
    let longest = Duration.seconds(3_153_600_000)
    let (seconds, attoseconds) = Swift.max(.zero, Swift.min(self, longest)).components
    return stamp + UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
  }
}
