public import ArgumentParser
import Foundation
public import MockEndpoint

/// Runs the endpoint that the measuring client is held against.
struct MockEndpointCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mock-endpoint",
    abstract: "Runs an endpoint that answers as it was dialled and says what it really did.",
    discussion: """
      Prints its address on standard output once it listens. At SIGTERM or Ctrl-C it writes what it did to --log, a JSON \
      object a request with stamps in nanoseconds of the monotonic clock. Numbers are fixed (200), uniform (100..300) or \
      exponential (exp:200), times in milliseconds.
      """, shouldDisplay: false)

  @Option(help: "The port to listen on; 0 takes a free one.")
  var port = 0
  @Option(help: "The time to the first token.")
  var ttft: Spread = .fixed(200)
  @Option(help: "The time between tokens.")
  var itl: Spread = .fixed(10)
  @Option(help: "Tokens of an answer.")
  var tokens: Spread = .fixed(50)
  @Option(help: "Tokens written together.")
  var tokensPerWrite = 1
  @Flag(help: "Serve one request at a time.")
  var serial = false
  @Option(help: "The share of requests that get status 500.")
  var errorRate = 0.0
  @Option(help: "The share that gets status 429.")
  var rateLimitRate = 0.0
  @Option(help: "What Retry-After says with it.")
  var retryAfter = 1
  @Option(help: "The share whose connection is reset in mid-stream.")
  var resetRate = 0.0
  @Option(help: "The share whose stream ends too early.")
  var truncationRate = 0.0
  @Option(help: "The share whose stream has a malformed event.")
  var malformedRate = 0.0
  @Option(help: "The share whose stream has an error as an event.")
  var errorEventRate = 0.0
  @Option(help: "The time before each read of a request.")
  var readDelay = 0.0
  @Option(help: "The seed of all that is drawn.")
  var seed: UInt64 = 0
  @Option(help: "Where to write what it did.")
  var log: String?

  private var behaviour: MockBehaviour {
    var behaviour = MockBehaviour()
    behaviour.timeToFirstToken = ttft
    behaviour.interTokenLatency = itl
    behaviour.tokens = tokens
    behaviour.tokensPerWrite = tokensPerWrite
    behaviour.isSerial = serial
    behaviour.errorRate = errorRate
    behaviour.rateLimitRate = rateLimitRate
    behaviour.retryAfterSeconds = retryAfter
    behaviour.resetRate = resetRate
    behaviour.truncationRate = truncationRate
    behaviour.malformedRate = malformedRate
    behaviour.errorEventRate = errorEventRate
    behaviour.readDelay = readDelay
    behaviour.seed = seed
    return behaviour
  }

  func validate() throws {
    guard (0...65535).contains(port) else { throw ValidationError("--port is 0 to 65535") }
    guard behaviour.isValid else {
      throw ValidationError("rates are shares that come to at most 1, --tokens-per-write is 1 to 4096")
    }
  }

  func run() async throws {
    let mock = try await MockEndpoint.start(behaviour, port: port)
    let (signals, feed) = AsyncStream<Void>.makeStream()
    let interrupt = Interrupt { feed.yield() }
    FileHandle.standardOutput.write(Data("Listening at http://127.0.0.1:\(mock.port)/v1\n".utf8))
    for await _ in signals { break }
    interrupt.cancel()
    let records = await mock.records()
    await mock.stop()
    guard let log else { return }
    var lines = Data()
    for record in records { lines.append(contentsOf: record.json.bytes + [0x0A]) }
    try lines.write(to: URL(fileURLWithPath: log))
  }
}

extension Spread: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }

  public var defaultValueDescription: String {
    switch self {
    case .fixed(let value): value == value.rounded() ? "\(Int(value))" : "\(value)"
    case .uniform(let range): "\(range.lowerBound)..\(range.upperBound)"
    case .exponential(let mean): "exp:\(mean)"
    }
  }
}
