internal import Foundation
internal import Layers
internal import Models

/// A decoder's configuration as Hugging Face's `config.json` says it.
struct HuggingFaceConfiguration {
  private let configuration: DecoderConfiguration

  init(_ configuration: DecoderConfiguration) { self.configuration = configuration }

  func json() throws -> Data {
    var fields: [String: Any] = [
      "vocab_size": configuration.vocabulary, "hidden_size": configuration.width,
      "num_hidden_layers": configuration.layers, "num_attention_heads": configuration.heads,
      "num_key_value_heads": configuration.effectiveKeyValueHeads ?? configuration.heads,
      "intermediate_size": configuration.intermediate, "hidden_act": "silu",
      "rms_norm_eps": configuration.normEpsilon, "rope_theta": configuration.ropeBase,
      "tie_word_embeddings": configuration.tiedEmbeddings, "attention_bias": configuration.attentionBias,
      "max_position_embeddings": configuration.maximumPositions,
      "head_dim": configuration.headWidth,
      // Llama's bias is on all four projections; Qwen2's on queries, keys and values.
      "model_type": configuration.attention == .multiHeadLatent
        ? "deepseek_v2" : configuration.attentionBias ? "qwen2" : "llama",
    ]
    if let latent = configuration.latent, configuration.attention == .multiHeadLatent {
      fields["kv_lora_rank"] = latent.keyValueRank
      fields["q_lora_rank"] = latent.queryRank
      fields["qk_nope_head_dim"] = latent.positionlessWidth
      fields["qk_rope_head_dim"] = latent.rotaryWidth
      fields["v_head_dim"] = latent.valueWidth
      fields["first_k_dense_replace"] = configuration.layers
    }
    return try JSONSerialization.data(withJSONObject: fields, options: [.prettyPrinted, .sortedKeys])
  }
}
