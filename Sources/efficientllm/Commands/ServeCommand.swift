import ArgumentParser
import Checkpoints
import EngineWorkloads
import Foundation
import Serving

/// Serves a model under OpenAI's interface.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serves a model under OpenAI's HTTP interface.",
    discussion: """
      /v1/chat/completions, /v1/completions, /v1/embeddings and /v1/models for clients, /health and /metrics for whoever \
      watches. Prints one line with its address on standard output once it listens, and a line a request, without anything \
      of its contents, on standard error. SIGTERM and Ctrl-C end it when the running requests are answered.

      Keys come from --api-key-file, one a line, or from EFFICIENTLLM_API_KEY. Without any, everybody who reaches the \
      address is served.
      """)

  @Option(help: "The model that generates: a name that `efficientllm models` lists, a GGUF file or a directory.")
  var model: String?
  @Option(help: "An encoder for /v1/embeddings, named the same way.")
  var embeddingModel: String?
  @Option(help: "The address to listen on; 0.0.0.0 for all of this machine's.")
  var host = "127.0.0.1"
  @Option(help: "The port to listen on; 0 takes a free one.")
  var port = 8080
  @Option(help: "What the model computes in: bf16 or fp32.")
  var dtype = InferencePrecision.bf16
  @Option(help: "Where it computes: auto, cpu or cuda.")
  var device = DeviceChoice.auto
  @Option(help: "Threads on the processor. (default: one a core)")
  var threads: Int?
  @Option(help: "Sequences that are generated at the same time.")
  var maxSequences = 32
  @Option(help: "Requests that may wait; more are answered with status 429.")
  var maxQueue = 256
  @Option(help: "Memory of all key and value caches, such as 2GiB. (default: a quarter of this machine's)")
  var cacheMemory: ByteSize?
  @Option(help: "Tokens of prompt and answer together. (default: the model's context)")
  var maxContext: Int?
  @Option(help: "Seconds that a request may take.")
  var requestTimeout = 600.0
  @Option(help: "Seconds that running requests have when the server is told to end.")
  var shutdownGrace = 30.0
  @Option(help: "A file with the keys of which a request has to bring one.")
  var apiKeyFile: String?

  func validate() throws {
    guard model != nil || embeddingModel != nil else {
      throw ValidationError("say what to serve: --model, --embedding-model, or both")
    }
    guard (0...65535).contains(port) else { throw ValidationError("--port is 0 to 65535") }
    guard (1...1024).contains(threads ?? 1) else { throw ValidationError("--threads is 1 to 1024") }
    guard (1...4096).contains(maxSequences) else { throw ValidationError("--max-sequences is 1 to 4096") }
    guard (1...100_000).contains(maxQueue) else { throw ValidationError("--max-queue is 1 to 100000") }
    guard maxContext ?? 2 >= 2 else { throw ValidationError("--max-context is 2 or more") }
    guard (0.001...86_400).contains(requestTimeout) else { throw ValidationError("--request-timeout is up to 86400") }
    guard (0...3600).contains(shutdownGrace) else { throw ValidationError("--shutdown-grace is 0 to 3600") }
  }

  func run() async throws {
    let configuration = try serving()
    let home = Home()
    let shelf = ModelShelf(folder: home.models)
    let service = try await EngineService.start(
      decoder: model.map { try source($0, shelf) }, encoder: embeddingModel.map { try source($0, shelf) },
      settings: settings(), home: home.url)
    if configuration.keys.isEmpty, !["127.0.0.1", "localhost", "::1"].contains(host) {
      Self.say("There is no key: everybody who reaches \(host) is served. See --api-key-file.")
    }
    let names = service.models.map(\.name).joined(separator: " and ")
    let host = host.contains(":") ? "[\(host)]" : host
    let server = InferenceServer(service: service, configuration: configuration) { port in
      FileHandle.standardOutput.write(Data("Serving \(names) at http://\(host):\(port)/v1\n".utf8))
    }
    do {
      try await server.run()
    } catch {
      await service.shutdown()
      throw error
    }
    await service.shutdown()
  }

  private static func say(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

  /// A model is asked for by the name it was given here; a path by the name of what lies there.
  private func source(_ name: String, _ shelf: ModelShelf) throws -> EngineService.Source {
    let checkpoint = try Checkpoint.open(shelf.path(of: name))
    let isPath = name.contains("/") || name.hasSuffix(".gguf")
    Self.say("Loading \(name)")
    return EngineService.Source(name: isPath ? checkpoint.name : name, checkpoint: checkpoint)
  }

  private func settings() -> EngineService.Settings {
    var settings = EngineService.Settings()
    settings.precision = dtype
    settings.device = device
    if let threads { settings.threads = threads }
    settings.maximumSequences = maxSequences
    settings.maximumQueued = maxQueue
    if let cacheMemory { settings.cacheBytes = cacheMemory.bytes }
    settings.maximumContext = maxContext
    return settings
  }

  private func serving() throws -> ServingConfiguration {
    var configuration = ServingConfiguration()
    configuration.host = host
    configuration.port = port
    configuration.requestTimeout = .seconds(requestTimeout)
    configuration.shutdownGrace = .seconds(shutdownGrace)
    if let apiKeyFile {
      guard let text = try? String(contentsOf: URL(fileURLWithPath: apiKeyFile), encoding: .utf8) else {
        throw ValidationError("\(apiKeyFile) cannot be read as text: --api-key-file has one key a line")
      }
      configuration.keys = try APIKeys(text, source: apiKeyFile)
    } else if let text = ProcessInfo.processInfo.environment["EFFICIENTLLM_API_KEY"], !text.isEmpty {
      configuration.keys = try APIKeys(text, source: "EFFICIENTLLM_API_KEY")
    }
    return configuration
  }
}

/// A number of bytes as people write it: 1073741824, 512MiB, 2GiB, 4GB.
struct ByteSize: ExpressibleByArgument, Hashable {
  let bytes: Int

  init?(argument: String) {
    let units = [
      ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40), ("kB", 1000), ("MB", 1_000_000),
      ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("B", 1),
    ]
    let unit = units.first { argument.hasSuffix($0.0) }
    guard let number = Double(argument.dropLast(unit?.0.count ?? 0)), number.isFinite else { return nil }
    let bytes = number * Double(unit?.1 ?? 1)
    guard bytes >= 1, bytes <= Double(1 << 49) else { return nil }
    self.bytes = Int(bytes)
  }
}
