import OpenAIWire
import Serving
import Testing

/// An answer as it stood on the wire.
struct Answered {
  var status: Int
  var headers: [String: String]
  var body: [UInt8]

  var text: String { String(decoding: body, as: UTF8.self) }

  func json() throws -> JSONField { JSONField(try JSONReader.value(of: body)) }
  func error() throws -> APIError { try APIError(json(), status: status) }

  func events() throws -> [ServerSentEvent] {
    var parser = ServerSentEventParser()
    return try parser.append(body)
  }
}

/// Reads answers from a socket, one after the other.
struct AnswerReader {
  let socket: Socket
  private var buffer: [UInt8] = []

  struct Incomplete: Error { let read: String }

  init(_ socket: Socket) { self.socket = socket }

  private mutating func fill() async throws {
    let bytes = try await socket.receive()
    guard !bytes.isEmpty else { throw Incomplete(read: String(decoding: buffer, as: UTF8.self)) }
    buffer += bytes
  }

  private mutating func line() async throws -> String {
    while true {
      if let end = buffer.firstIndex(of: 0x0A) {
        let line = String(decoding: buffer[..<end], as: UTF8.self)
        buffer.removeFirst(end + 1)
        return line.hasSuffix("\r") ? String(line.dropLast()) : line
      }
      try await fill()
    }
  }

  private mutating func bytes(_ count: Int) async throws -> [UInt8] {
    while buffer.count < count { try await fill() }
    defer { buffer.removeFirst(count) }
    return Array(buffer.prefix(count))
  }

  mutating func head() async throws -> Answered {
    let parts = try await line().split(separator: " ")
    let status = try #require(parts.count > 1 ? Int(parts[1]) : nil)
    var headers: [String: String] = [:]
    while case let line = try await line(), !line.isEmpty {
      let pair = line.split(separator: ":", maxSplits: 1)
      headers[pair[0].lowercased()] = pair.count > 1 ? String(pair[1].drop { $0 == " " }) : ""
    }
    return Answered(status: status, headers: headers, body: [])
  }

  /// The next piece of a chunked body; nil at its end.
  mutating func chunk() async throws -> [UInt8]? {
    let size = try #require(Int(try await line(), radix: 16))
    let chunk = try await bytes(size)
    _ = try await line()
    return size == 0 ? nil : chunk
  }

  mutating func whole() async throws -> Answered {
    var answer = try await head()
    if let length = answer.headers["content-length"].flatMap(Int.init) {
      answer.body = try await bytes(length)
    } else {
      while let chunk = try await chunk() { answer.body += chunk }
    }
    return answer
  }
}

/// A server on a free port with a service behind it, for as long as the body runs.
func withServer<Value: Sendable>(
  _ service: any InferenceService, _ change: (inout ServingConfiguration) -> Void = { _ in },
  _ body: @escaping @Sendable (_ client: Client, _ server: InferenceServer) async throws -> Value
) async throws -> Value {
  var configuration = ServingConfiguration()
  configuration.port = 0
  configuration.handlesSignals = false
  configuration.logsRequests = false
  // Far beyond what a busy machine takes: a test that is about one of them sets it.
  configuration.shutdownGrace = .seconds(600)
  configuration.idleTimeout = .seconds(600)
  configuration.bodyTimeout = .seconds(600)
  configuration.farewell = .seconds(600)
  change(&configuration)
  let (ports, continuation) = AsyncStream<Int>.makeStream()
  let server = InferenceServer(service: service, configuration: configuration) { continuation.yield($0) }
  return try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask {
      defer { continuation.finish() }
      try await server.run()
    }
    var iterator = ports.makeAsyncIterator()
    guard let port = await iterator.next() else {
      try await group.waitForAll()
      throw AnswerReader.Incomplete(read: "the server did not start")
    }
    let result: Result<Value, any Error>
    do { result = .success(try await body(Client(port: port), server)) } catch { result = .failure(error) }
    await server.shutdown()
    try await group.waitForAll()
    return try result.get()
  }
}

/// Sends requests, each over a connection of its own.
struct Client: Sendable {
  let port: Int

  static func request(
    _ method: String, _ path: String, _ body: String? = nil, headers: [String] = ["Content-Type: application/json"]
  ) -> String {
    var text = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n"
    for header in headers { text += header + "\r\n" }
    if let body { text += "Content-Length: \(body.utf8.count)\r\n" }
    return text + "\r\n" + (body ?? "")
  }

  func send(
    _ method: String, _ path: String, _ body: String? = nil, headers: [String] = ["Content-Type: application/json"]
  ) async throws -> Answered {
    let socket = try await Socket(port: port)
    defer { socket.close() }
    try await socket.send(Self.request(method, path, body, headers: headers))
    var reader = AnswerReader(socket)
    return try await reader.whole()
  }

  func post(_ path: String, _ body: String) async throws -> Answered { try await send("POST", path, body) }
  func get(_ path: String) async throws -> Answered { try await send("GET", path, headers: []) }
}

/// Waits until something is so. A test that fails here has waited long enough for any machine.
func eventually(_ condition: @Sendable () -> Bool) async throws -> Bool {
  for _ in 0..<2000 {
    if condition() { return true }
    try await Task.sleep(for: .milliseconds(5))
  }
  return condition()
}
