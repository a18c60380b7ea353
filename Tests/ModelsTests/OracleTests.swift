import Foundation
import Layers
import Safetensors
import TestSupport
import Testing
import Torch
import Training

@testable import Models

/// Logits, loss and every gradient against Hugging Face's own models, on the same weights
/// (scripts/oracles/models_oracle.py).
struct OracleTests {
  static let names = [
    "llama-mha", "llama-gqa", "llama-gqa-untied", "llama-mqa", "qwen2-gqa", "deepseek-v2-mla", "deepseek-v2-mla-qlora",
  ]

  init() throws { try TorchForTests.load() }

  @Test(arguments: names)
  func logitsLossAndGradientsAgree(name: String) throws {
    let oracle = try Oracle(name)
    let model = try oracle.model()
    let logits = try model.logits(oracle.inputs)
    #expect(try relativeError(logits, oracle["logits"]) < 1e-5)

    let (inputs, targets) = try oracle.shifted()
    let loss = try model.loss(inputs, targets: targets)
    #expect(try relativeError(loss, oracle["loss"].view([])) < 1e-5)

    try loss.backward()
    for parameter in model.parameters.parameters {
      let gradient = try #require(parameter.tensor.gradient, "\(parameter.path) got no gradient")
      let error = try relativeError(gradient, oracle["gradients/\(parameter.path)"])
      #expect(error < 1e-5, "\(parameter.path)")
    }
  }

  /// Positions added one by one, or in pieces, give the logits of the whole sequence: for latent attention this holds
  /// the absorbed form against the expanded one.
  @Test(arguments: names, [1, 4])
  func cachedDecodingEqualsTheFullForward(name: String, piece: Int) throws {
    let oracle = try Oracle(name)
    let model = try oracle.model()
    let length = oracle.inputs.size(1)
    let width = model.configuration.vocabulary
    for (row, tokens) in try oracle.rows().enumerated() {
      let cache = try model.makeCache(capacity: length)
      var pieces: [Tensor] = []
      for start in stride(from: 0, to: length, by: piece) {
        let chunk = Array(tokens[start..<min(start + piece, length)])
        pieces.append(try model.step([SequenceStep(cache, tokens: chunk, logits: .all)]))
      }
      let expected = try oracle["logits"].narrow(dimension: 0, from: row, length: 1).view(length, width)
      #expect(try relativeError(Tensor.concatenated(pieces), expected) < 1e-5)
      #expect(cache.length == length)
      #expect(cache.usedByteCount == DecoderCost(model.configuration).cacheElementsPerToken * 4 * length)
    }
  }

  @Test(arguments: names)
  func parametersAreCountedFromTheShape(name: String) throws {
    let model = try Oracle(name).model()
    #expect(DecoderCost(model.configuration).parameters == model.parameters.count)
  }
}

/// One reference model: its configuration, weights, inputs and outputs.
struct Oracle {
  let configuration: DecoderConfiguration
  /// [B, T]
  let inputs: Tensor
  private let tensors: [String: Tensor]

  init(_ name: String) throws {
    let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    let object = try JSONSerialization.jsonObject(
      with: Data(contentsOf: folder.appendingPathComponent("\(name).json")))
    let fields = try #require(object as? [String: Any])
    tensors = try SafetensorsFile(path: folder.appendingPathComponent("\(name).safetensors").path).tensors()
    inputs = try #require(tensors["input_ids"])
    func number(_ key: String) throws -> Int { try #require(fields[key] as? Int, "\(key)") }

    let isLatent = fields["model_type"] as? String == "deepseek_v2"
    let heads = try number("num_attention_heads")
    let groups = try number("num_key_value_heads")
    configuration = DecoderConfiguration(
      vocabulary: try number("vocab_size"), width: try number("hidden_size"), layers: try number("num_hidden_layers"),
      heads: heads, keyValueHeads: groups, intermediate: try number("intermediate_size"),
      attention: isLatent ? .multiHeadLatent : groups == heads ? .multiHead : groups == 1 ? .multiQuery : .groupedQuery,
      attentionBias: fields["model_type"] as? String == "qwen2",
      latent: isLatent
        ? LatentShape(
          keyValueRank: try number("kv_lora_rank"), queryRank: fields["q_lora_rank"] as? Int,
          positionlessWidth: try number("qk_nope_head_dim"), rotaryWidth: try number("qk_rope_head_dim"),
          valueWidth: try number("v_head_dim")) : nil,
      tiedEmbeddings: fields["tie_word_embeddings"] as? Bool ?? false,
      ropeBase: try #require(fields["rope_theta"] as? Double),
      normEpsilon: try #require(fields["rms_norm_eps"] as? Double), maximumPositions: 64)
  }

  subscript(name: String) -> Tensor {
    get throws { try #require(tensors[name], "the oracle lacks \(name)") }
  }

  func model(plan: any LinearPlan = DensePlan()) throws -> Decoder {
    let prefix = "weights/"
    let weights = tensors.filter { $0.key.hasPrefix(prefix) }
    return try Decoder(
      configuration,
      source: NamedTensorSource(
        Dictionary(uniqueKeysWithValues: weights.map { (String($0.key.dropFirst(prefix.count)), $0.value) })),
      plan: plan)
  }

  /// The inputs as sequences of token ids.
  func rows() throws -> [[UInt32]] {
    let tokens = try inputs.values(as: Int64.self).map { UInt32($0) }
    let length = inputs.size(1)
    return stride(from: 0, to: tokens.count, by: length).map { Array(tokens[$0..<$0 + length]) }
  }

  /// Inputs without the last token, and targets without the first.
  func shifted() throws -> (Tensor, Tensor) {
    let length = inputs.size(1)
    return (
      try inputs.narrow(dimension: 1, from: 0, length: length - 1),
      try inputs.narrow(dimension: 1, from: 1, length: length - 1)
    )
  }
}
