import ArgumentParser
import Foundation
import MeasuringClient

/// Puts a load on an endpoint and says how it held up.
struct LoadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load",
    abstract: "Puts a load on an endpoint and reports latency, throughput, goodput and errors.",
    discussion: """
      The load is closed with --concurrency (each answer makes room for the next request), and open with --rate, --ramp or \
      --trace (requests are sent when they are due). The latency of an open load counts from when a request was due, so a \
      slow server cannot hide its queue. Without any of these one request is sent after the other.

      The report goes to standard output and progress to standard error. Ctrl-C ends the run with what there is. The client \
      watches its own delay and says where that could have coloured a figure.

      Example:
        efficientllm load http://127.0.0.1:8080/v1 --model smollm2 --rate 20 --arrival poisson --duration 60s \
      --max-tokens 64 --warmup 5s --slo 'ttft<=500ms,tpot<=50ms'
      """)

  enum Arrival: String, ExpressibleByArgument, CaseIterable {
    case constant, poisson, burst
  }

  @Argument(help: "Where the server listens, such as http://127.0.0.1:8080/v1.")
  var endpoint: String
  @Option(help: "The model to ask for.")
  var model: String

  @Option(help: "Requests at the same time, in a closed loop.")
  var concurrency: Int?
  @Option(help: "Requests a second.")
  var rate: Double?
  @Option(help: "How requests of a rate come: constant, poisson or burst.")
  var arrival: Arrival = .poisson
  @Option(help: "Requests of a burst.")
  var burstSize = 10
  @Option(help: ArgumentHelp("A rate that rises over the duration, to find the knee.", valueName: "from..to"))
  var ramp: RateRange?
  @Option(
    help: ArgumentHelp(
      "Requests at the times of a trace: JSON lines with at_seconds, or timestamp in ms.", valueName: "file"))
  var trace: String?
  @Option(help: "How long requests are sent, such as 60s or 5m.")
  var duration: TimeSpan?
  @Option(help: "Requests at most.")
  var requests: Int?
  @Option(help: "What comes first and does not count: a time such as 5s, or a number of requests.")
  var warmup: Warmup?
  @Option(help: "The seed of random arrivals.")
  var seed: UInt64 = 0

  @Option(help: "What is asked.")
  var prompt = "Explain in a few sentences why the sky is blue."
  @Option(help: ArgumentHelp("What is asked, a line a request in turn: text, or JSON with prompt.", valueName: "file"))
  var promptFile: String?
  @Option(help: "Tokens of an answer at most.")
  var maxTokens: Int?
  @Flag(help: "Ask for exactly --max-tokens, as servers with vLLM's ignore_eos do.")
  var ignoreEnd = false
  @Option(help: "How answers are sampled; left to the server where it is not said.")
  var temperature: Double?
  @Flag(inversion: .prefixedNo, help: "Whether answers are streamed. Without, there is no time to first token.")
  var stream = true

  @Option(help: "What good service is, such as 'ttft<=500ms,tpot<=50ms'; also itl and latency.")
  var slo: String?
  @Option(help: "The length of the windows over which stability is shown.")
  var window = TimeSpan(seconds: 5)
  @Option(help: "The time a request may take.")
  var timeout = TimeSpan(seconds: 600)
  @Option(help: "How often a failed request is tried again; Retry-After is kept. Retries are counted.")
  var retries = 0
  @Option(help: "Connections at most.")
  var maxConnections = 16_384
  @Option(help: ArgumentHelp("The variable of the environment that holds the key.", valueName: "name"))
  var apiKeyEnv: String?
  @Option(help: ArgumentHelp("The file that holds the key.", valueName: "file"))
  var apiKeyFile: String?

  @Option(
    help: ArgumentHelp(
      "The authorities whose certificates an https endpoint may have, in PEM form, instead of the system's.",
      valueName: "file"))
  var caFile: String?
  @Flag(help: "Take any certificate of an https endpoint. Whoever is on the way can read all, the key too.")
  var insecure = false

  @Option(help: ArgumentHelp("Write every observation, as JSON lines.", valueName: "file"))
  var output: String?
  @Flag(help: "Keep the answers' texts in --output.")
  var keepText = false
  @Option(help: "How to print: table or json.")
  var format: OutputFormat = .table

  func validate() throws {
    let shapes = [concurrency != nil, rate != nil, ramp != nil, trace != nil].filter(\.self).count
    guard shapes <= 1 else { throw ValidationError("give one of --concurrency, --rate, --ramp and --trace") }
    guard format != .csv else { throw ValidationError("--format is table or json; --output has every observation") }
    guard apiKeyEnv == nil || apiKeyFile == nil else {
      throw ValidationError("give one of --api-key-env and --api-key-file")
    }
    guard caFile == nil || !insecure else { throw ValidationError("give one of --ca-file and --insecure") }
    guard (1...1_000_000).contains(maxTokens ?? 1) else { throw ValidationError("--max-tokens is 1 to 1000000") }
    guard (0...100).contains(retries) else { throw ValidationError("--retries is 0 to 100") }
    guard (1...60_000).contains(maxConnections) else { throw ValidationError("--max-connections is 1 to 60000") }
    guard (0...2).contains(temperature ?? 0) else { throw ValidationError("--temperature is 0 to 2") }
    guard ramp == nil || duration != nil else { throw ValidationError("--ramp rises over a --duration: give one") }
    guard !ignoreEnd || maxTokens != nil else { throw ValidationError("--ignore-end needs --max-tokens") }
  }

  func run() async throws {
    let plan = try plan()
    try plan.validate()
    let requests = try RequestSource(self, shape: plan.shape)
    let client = try MeasuringClient(settings())
    let sink = try output.map { try ObservationSink(path: $0) }
    let interrupt = Interrupt { client.stop() }
    let progress = Task { await Self.showProgress(of: client) }
    let each = sink.map { sink in { @Sendable (observation: Observation) in sink.write(observation) } }
    let report: LoadReport
    do {
      report = try await client.run(plan, requests: { requests[$0] }, each: each)
    } catch {
      progress.cancel()
      interrupt.cancel()
      await client.shutdown()
      throw error
    }
    progress.cancel()
    interrupt.cancel()
    await client.shutdown()
    try print(report)
    try sink?.close()
  }

  /// A load of which nothing succeeded is a failure; one that was ended early is none.
  private func print(_ report: LoadReport) throws {
    if format == .json { try printPrettyJSON(report) } else { Swift.print(LoadRendering(report).text) }
    guard report.succeeded > 0 || report.wasInterrupted else { throw ExitCode.failure }
  }

  func plan() throws -> LoadPlan {
    var plan = LoadPlan(shape: try shape())
    plan.requests = requests
    plan.seconds = duration?.seconds
    if requests == nil, duration == nil {
      switch plan.shape {
      case .closed(let concurrency): plan.requests = max(100, concurrency * 10)
      case .constant, .poisson, .burst: plan.seconds = 60
      case .ramp, .trace: break
      }
    }
    if let warmup { plan.warmup = warmup.span }
    if let slo { plan.objective = try ServiceObjective(slo) }
    plan.seed = seed
    plan.windowSeconds = window.seconds
    return plan
  }

  private func shape() throws -> LoadShape {
    if let rate {
      return switch arrival {
      case .constant: .constant(rate: rate)
      case .poisson: .poisson(rate: rate)
      case .burst: .burst(rate: rate, size: burstSize)
      }
    }
    if let ramp { return .ramp(from: ramp.from, to: ramp.to, seconds: duration?.seconds ?? 60) }
    if let trace {
      guard let text = try? String(contentsOfFile: trace, encoding: .utf8) else {
        throw ClientError.trace(file: trace, line: 0, reason: "the file cannot be read as text")
      }
      return .trace(try TraceEntry.read(text, file: trace))
    }
    return .closed(concurrency: concurrency ?? 1)
  }

  private func settings() throws -> ClientSettings {
    var settings = ClientSettings(endpoint: try Endpoint(endpoint))
    if let apiKeyEnv { settings.key = try Secret(environment: apiKeyEnv) }
    if let apiKeyFile { settings.key = try Secret(file: apiKeyFile) }
    if caFile != nil || insecure, !settings.endpoint.isSecure {
      throw ClientError.endpoint(endpoint, reason: "only https has certificates: leave out --ca-file and --insecure")
    }
    if let caFile { settings.trust = .authorities(file: caFile) }
    if insecure { settings.trust = .anyone }
    settings.requestTimeout = .seconds(timeout.seconds)
    settings.retries = RetryPolicy(maximumAttempts: retries + 1)
    settings.maximumConnections = maxConnections
    settings.keepsText = keepText && output != nil
    return settings
  }

  private static func showProgress(of client: MeasuringClient) async {
    while (try? await Task.sleep(for: .seconds(2))) != nil {
      guard let progress = await client.progress() else { continue }
      let line = "\(progress.requests) answered, \(progress.failed) failed, \(progress.underWay) under way\n"
      FileHandle.standardError.write(Data(line.utf8))
    }
  }
}
