public import Checkpoints
public import Foundation
internal import Generation
internal import Models
public import Serving
internal import Tokenization
internal import Torch

/// The engine behind the server's door: a decoder in a ``Generation/Engine`` for text, an encoder on a thread of its own for
/// embeddings, or both.
public final class EngineService: InferenceService {
  /// A checkpoint and the name it is asked for by.
  public struct Source: Sendable {
    public var name: String
    public var checkpoint: Checkpoint

    public init(name: String, checkpoint: Checkpoint) {
      self.name = name
      self.checkpoint = checkpoint
    }
  }

  /// How the models run.
  public struct Settings: Sendable {
    /// What decoders compute in; encoders always compute in single precision.
    public var precision = InferencePrecision.bf16
    public var device = DeviceChoice.auto
    /// Threads of the matrix products on the processor.
    public var threads = ProcessInfo.processInfo.activeProcessorCount
    public var maximumSequences = 32
    public var maximumQueued = 256
    /// Bytes of all caches together.
    public var cacheBytes = Int(min(ProcessInfo.processInfo.physicalMemory / 4, 1 << 49))
    /// Tokens of a sequence, when fewer than the model's context are wanted.
    public var maximumContext: Int?

    public init() {}
  }

  let decoder: ServedDecoder?
  let encoder: ServedEncoder?
  public let models: [ServedModel]

  private init(decoder: ServedDecoder?, encoder: ServedEncoder?) {
    self.decoder = decoder
    self.encoder = encoder
    let created = Int(Date().timeIntervalSince1970)
    var models: [ServedModel] = []
    if let decoder {
      models.append(
        ServedModel(
          name: decoder.name, kind: .decoder(chats: decoder.prompts.chats), maximumContext: decoder.context,
          created: created, places: decoder.queue.places))
    }
    if let encoder {
      models.append(
        ServedModel(
          name: encoder.name, kind: .encoder(dimensions: encoder.dimensions), maximumContext: encoder.context,
          created: created))
    }
    self.models = models
  }

  /// Loads libtorch and the models. A source of either kind may be left out, not both.
  /// - Parameter home: where libtorch's shim is found.
  /// - Throws: ``Checkpoints/CheckpointError``, ``Tokenization/TokenizerError``, ``ChatTemplates/TemplateError``,
  ///   ``Torch/TorchError``, ``Generation/EngineError``.
  public static func start(
    decoder: Source?, encoder: Source?, settings: Settings = Settings(), home: URL
  ) async throws -> EngineService {
    try Torch.load(home: home)
    let device = try settings.device.choose()
    var served: (ServedDecoder?, ServedEncoder?)
    if let decoder { served.0 = try await ServedDecoder(decoder, settings: settings, device: device) }
    if let encoder { served.1 = try await ServedEncoder(encoder, settings: settings) }
    return EngineService(decoder: served.0, encoder: served.1)
  }

  public func statistics() -> [ServiceStatistics] { decoder.map { [$0.statistics()] } ?? [] }

  /// Ends what runs and lets go of the models.
  public func shutdown() async {
    await decoder?.engine.shutdown()
    encoder?.worker.stop()
  }
}

/// A decoder in its engine.
struct ServedDecoder: Sendable {
  let name: String
  let engine: Engine
  let prompts: PromptMaker
  let tokenTexts: TokenTexts
  let endTokens: Set<UInt32>
  /// Tokens of prompt and continuation together at most.
  let context: Int
  let cacheBytes: @Sendable (_ positions: Int) -> Int
  let cacheBytesLimit: Int
  let queue: AdmissionQueue

  init(_ source: EngineService.Source, settings: EngineService.Settings, device: Device) async throws {
    let checkpoint = source.checkpoint
    let configuration = try checkpoint.decoderConfiguration()
    let tokenizer = try checkpoint.loadTokenizer()
    name = source.name
    prompts = try PromptMaker(checkpoint, tokenizer: tokenizer)
    tokenTexts = TokenTexts(tokenizer)
    endTokens = checkpoint.endTokens
    context = min(settings.maximumContext ?? .max, configuration.maximumPositions)
    queue = AdmissionQueue(running: settings.maximumSequences, waiting: settings.maximumQueued)
    let limits = EngineLimits(
      maximumSequences: settings.maximumSequences,
      // The queue in front counts requests as they come; the engine's own has to hold whatever that lets through.
      maximumQueued: settings.maximumSequences + settings.maximumQueued, cacheBytes: settings.cacheBytes,
      maximumStepTokens: max(1024, settings.maximumSequences + 1), contextLength: context)
    engine = try await Engine.running(checkpoint, tokenizer, settings: settings, device: device, limits: limits)
    cacheBytes = try await engine.withModel { $0.cacheBytes }
    cacheBytesLimit = settings.cacheBytes
  }

  func statistics() -> ServiceStatistics {
    let engine = engine.snapshot()
    var statistics = ServiceStatistics(model: name)
    let counts = queue.counts
    statistics.running = counts.running
    statistics.waiting = counts.waiting
    statistics.cacheBytes = engine.cacheBytesUsed
    statistics.cacheBytesLimit = engine.cacheBytesLimit
    statistics.prefixQueries = engine.prefixQueriedTokens
    statistics.prefixHits = engine.prefixHitTokens
    statistics.steps = engine.steps
    return statistics
  }
}

extension Engine {
  /// An engine that runs a checkpoint's decoder.
  static func running(
    _ checkpoint: Checkpoint, _ tokenizer: any Tokenizer, settings: EngineService.Settings, device: Device,
    limits: EngineLimits
  ) async throws -> Engine {
    try await Engine(limits: limits) {
      // The number of threads belongs to the thread that asks for work.
      try Torch.setThreads(settings.threads)
      // Caches come in many sizes, and what is kept of freed ones would add up to as much again.
      try TensorMemory.limitKept(to: 128 << 20)
      let decoder = try checkpoint.loadDecoder(dtype: settings.precision.dtype, device: device)
      let prime = ContinuingText.prime(tokenizer)
      return EngineModel(model: DecoderModel(decoder, longestChunk: limits.prefillChunk)) {
        ContinuingText(tokenizer, prime: prime)
      }
    }
  }
}

/// The text of tokens that go on from a prompt.
///
/// Some tokenizers drop the space before a text's first word. A continuation's first word is not a text's first, so the
/// decoder gets a letter to begin with, whose text is left out.
struct ContinuingText: TextStream {
  private var decoder: TokenStreamDecoder

  init(_ tokenizer: any Tokenizer, prime: [UInt32]) {
    decoder = tokenizer.makeStreamDecoder(skippingSpecialTokens: true)
    for token in prime { _ = decoder.append(token) }
  }

  /// Tokens that say a letter and leave nothing unsaid; none where there are no such.
  static func prime(_ tokenizer: any Tokenizer) -> [UInt32] {
    let tokens = tokenizer.encode("a", addingSpecialTokens: false)
    var decoder = tokenizer.makeStreamDecoder(skippingSpecialTokens: true)
    let text = tokens.map { decoder.append($0) }.joined()
    return text == "a" ? tokens : []
  }

  mutating func append(_ token: UInt32) -> String { decoder.append(token) }
  mutating func finish() -> String { decoder.finish() }
}
