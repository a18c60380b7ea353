internal import GGUF
public import Layers
public import Models
public import Tokenization
public import Torch

extension Checkpoint {
  /// The tokenizer: a directory's tokenizer.json, or what a GGUF file's metadata say.
  /// - Throws: ``CheckpointError/noTokenizer(path:)``, ``Tokenization/TokenizerError``.
  public func loadTokenizer() throws -> any Tokenizer {
    switch contents {
    case .directory(let directory):
      guard directory.has("tokenizer.json") else { throw CheckpointError.noTokenizer(path: path.path) }
      let borders = try directory.object("tokenizer_config.json").flatMap(TextBorders.init(tokenizerConfiguration:))
      return try TokenizerLoader.load(tokenizerJSON: directory.url("tokenizer.json"), borders: borders)
    case .gguf(let file):
      return try TokenizerLoader.make(try Self.vocabulary(of: file))
    }
  }

  /// A decoder with the checkpoint's weights, read tensor by tensor.
  ///
  /// Where the file holds `dtype`, tensors on the CPU lie over the mapped file, unless the plan trains them.
  /// - Throws: ``CheckpointError``: another kind, no weights, tensors that are missing, unexpected or of a wrong shape or
  ///   type; what the files' rooms throw.
  public func loadDecoder(
    dtype: DType = .float32, device: Device = .cpu, plan: any LinearPlan = InferencePlan()
  ) throws -> Decoder {
    let source = try decoderSource(copiesMapped: plan.isTrainable)
    return try Decoder(decoderConfiguration(), source: source, plan: plan, dtype: dtype, device: device)
  }

  /// What gives a decoder its parameters.
  func decoderSource(copiesMapped: Bool) throws -> CheckpointSource<DecoderConfiguration> {
    let naming =
      switch contents {
      case .directory: try Self.reading(path.path) { try ModelFamily.family(modelType: architecture).names }
      case .gguf: try Self.reading(path.path) { try ModelFamily.family(ggufArchitecture: architecture).ggufNames }
      }
    return CheckpointSource(
      try openWeights(), path: path.path, naming: naming, shape: try decoderConfiguration(),
      copiesMapped: copiesMapped)
  }

  /// An encoder with the checkpoint's weights.
  /// - Throws: As ``loadDecoder(dtype:device:plan:)``.
  public func loadEncoder(
    dtype: DType = .float32, device: Device = .cpu, plan: any LinearPlan = InferencePlan()
  ) throws -> BertEncoder {
    let configuration = try encoderConfiguration()
    let family =
      format == .gguf
      ? EncoderFamily.family(ggufArchitecture: architecture) : EncoderFamily.family(modelType: architecture)
    guard let family else { preconditionFailure("an encoder without a family") }
    let source = CheckpointSource(
      try openWeights(), path: path.path, naming: format == .gguf ? family.ggufNames : family.names,
      shape: configuration, copiesMapped: plan.isTrainable)
    return try BertEncoder(configuration, source: source, plan: plan, dtype: dtype, device: device)
  }

  /// The decoder's shape without memory: on the meta device.
  public func makeShape(dtype: DType = .float32) throws -> Decoder {
    try Decoder(decoderConfiguration(), source: RandomSource(seed: 0), dtype: dtype, device: .meta)
  }

  func openWeights() throws -> any WeightStore {
    switch contents {
    case .directory(let directory):
      guard let weights = try directory.weights() else { throw directory.lacksWeights }
      return SafetensorsWeights(weights)
    case .gguf(let file):
      return GGUFWeights(file)
    }
  }
}

/// Which tensors a checkpoint holds, from the heads of its files.
public struct WeightsOnDisk: Sendable, Hashable {
  /// Bytes of all tensors, as they are packed.
  public let bytes: Int
  /// Numbers in all tensors.
  public let elements: Int
  /// Names of the types, those with most bytes first.
  public let types: [String]

  /// Bits a number takes, scales of blocks included.
  public var bitsPerWeight: Double { elements == 0 ? 0 : 8 * Double(bytes) / Double(elements) }
}

extension Checkpoint {
  /// What lies on disk; nil for a directory without weights.
  /// - Throws: What the files' rooms throw for files that are damaged or not all there.
  public func weightsOnDisk() throws -> WeightsOnDisk? {
    switch contents {
    case .directory(let directory): try directory.weights().map { SafetensorsWeights.onDisk($0) }
    case .gguf(let file): GGUFWeights.onDisk(file)
    }
  }

  /// Bytes of the weights on disk; 0 where there are none that can be read.
  public var weightBytes: Int { ((try? weightsOnDisk()) ?? nil)?.bytes ?? 0 }

  /// Bits a number of the weights takes on disk; nil where there are none that can be read.
  public var bitsPerWeight: Double? { ((try? weightsOnDisk()) ?? nil)?.bitsPerWeight }
}
