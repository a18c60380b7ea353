public import Foundation
internal import Models
internal import Torch

/// What a model is and what it needs, without reading its weights.
public struct CheckpointSummary: Sendable, Hashable, Encodable {
  public var name: String
  public var path: String
  public var family: String
  public var architecture: String
  /// `decoder` or `encoder`.
  public var kind: String
  public var format: String
  /// Numbers in the model.
  public var parameters: Int
  /// Of these, what one token goes through: less where there are experts.
  public var activeParameters: Int
  /// `meta device` where the model was made there and its parameters counted, `configuration` where they were counted
  /// from its numbers alone.
  public var countedOn: String
  /// Nil where there are no weights on disk.
  public var weightBytes: Int?
  public var bitsPerWeight: Double?
  /// Types of the tensors on disk, those with most bytes first.
  public var weightTypes: [String]
  /// Bytes of all parameters in fp32, and in bf16.
  public var bytesFP32: Int
  public var bytesBF16: Int
  public var layers: Int
  public var width: Int
  public var heads: Int
  /// Nil for attention without key-value heads of its own.
  public var keyValueHeads: Int?
  public var headWidth: Int?
  public var intermediate: Int
  public var vocabulary: Int
  /// Positions the model was made for.
  public var contextLength: Int
  /// Positions the layers with a window see.
  public var slidingWindow: Int?
  public var experts: Int?
  public var activeExperts: Int?
  /// Floating-point operations of a token's forward pass, at `flopsContext` tokens on average.
  public var flopsPerToken: Double
  public var flopsContext: Int
  /// Bytes each position adds to the caches in bf16, as long as no window is full; nil for encoders.
  public var cacheBytesPerTokenBF16: Int?
  /// The kind of tokenizer; nil where there is none.
  public var tokenizer: String?
  public var chatTemplate: Bool
  public var licence: String?
}

extension Checkpoint {
  /// What this model is and needs, counted without libtorch and without reading weights.
  /// - Throws: What the files' rooms throw for weights that are damaged or not all there.
  public func summary() throws -> CheckpointSummary {
    var summary =
      switch kind {
      case .decoder(let configuration): describe(configuration)
      case .encoder(let configuration): describe(configuration)
      }
    if let weights = try weightsOnDisk() {
      summary.weightBytes = weights.bytes
      summary.bitsPerWeight = weights.bitsPerWeight
      summary.weightTypes = weights.types
    }
    return summary
  }

  /// The same with the parameters counted on the model itself, made on the meta device where tensors have no memory.
  /// - Parameter home: Where libtorch's shim is looked for.
  /// - Throws: Where there is no libtorch, too.
  public func summaryOfShape(home: URL) throws -> CheckpointSummary {
    var summary = try summary()
    guard case .decoder = kind else { return summary }
    try Torch.load(home: home)
    let shape = try makeShape()
    summary.parameters = shape.parameters.count
    summary.bytesFP32 = shape.parameters.byteCount
    summary.bytesBF16 = shape.parameters.byteCount / 2
    summary.countedOn = "meta device"
    return summary
  }

  private func describe(_ configuration: DecoderConfiguration) -> CheckpointSummary {
    let cost = DecoderCost(configuration)
    let context = min(1024, configuration.maximumPositions)
    let parameters = cost.parameters
    return CheckpointSummary(
      name: name, path: path.path, family: family, architecture: architecture, kind: "decoder",
      format: format.rawValue, parameters: parameters, activeParameters: cost.activeParameters,
      countedOn: "configuration", weightTypes: [], bytesFP32: parameters * 4, bytesBF16: parameters * 2,
      layers: configuration.layers, width: configuration.width, heads: configuration.heads,
      keyValueHeads: configuration.effectiveKeyValueHeads, headWidth: configuration.headWidth,
      intermediate: configuration.experts?.intermediate ?? configuration.intermediate,
      vocabulary: configuration.vocabulary, contextLength: configuration.maximumPositions,
      slidingWindow: configuration.slidingWindow?.positions, experts: configuration.experts?.count,
      activeExperts: configuration.experts?.active,
      flopsPerToken: cost.forwardFLOPsPerToken(sequenceLength: context), flopsContext: context,
      cacheBytesPerTokenBF16: cost.cacheElementsPerToken * 2, tokenizer: tokenizerKind,
      chatTemplate: hasChatTemplate, licence: licence)
  }

  private func describe(_ configuration: BertConfiguration) -> CheckpointSummary {
    let parameters = configuration.parameters
    return CheckpointSummary(
      name: name, path: path.path, family: family, architecture: architecture, kind: "encoder",
      format: format.rawValue, parameters: parameters, activeParameters: parameters, countedOn: "configuration",
      weightTypes: [], bytesFP32: parameters * 4, bytesBF16: parameters * 2, layers: configuration.layers,
      width: configuration.width, heads: configuration.heads, keyValueHeads: configuration.heads,
      headWidth: configuration.width / max(1, configuration.heads), intermediate: configuration.intermediate,
      vocabulary: configuration.vocabulary, contextLength: configuration.usableTokens,
      flopsPerToken: configuration.forwardFLOPsPerToken(length: configuration.usableTokens),
      flopsContext: configuration.usableTokens, tokenizer: tokenizerKind, chatTemplate: false, licence: licence)
  }

  /// What the files say the tokenizer is, without making it.
  private var tokenizerKind: String? {
    switch contents {
    case .gguf(let file):
      guard let model = file.metadata["tokenizer.ggml.model"]?.string else { return nil }
      let names = [
        "gpt2": "byte-level BPE", "llama": "SentencePiece BPE", "t5": "unigram", "bert": "WordPiece",
      ]
      let kind = names[model] ?? model
      return file.metadata["tokenizer.ggml.pre"]?.string.map { "\(kind) (\($0))" } ?? kind
    case .directory(let directory):
      guard let model = (try? directory.object("tokenizer.json"))??["model"] as? [String: Any] else {
        return directory.has("tokenizer.json") ? "unknown" : nil
      }
      return model["type"] as? String ?? "BPE"
    }
  }
}
