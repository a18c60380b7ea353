import Layers
import Torch

@testable import Models

/// Makes a GGUF file's tensors of canonical ones, the way llama.cpp's converter does for each architecture. Written for
/// reading, and from the converter's side: nothing of it is shared with the steps it tests.
struct Converter {
  private let architecture: String
  private let configuration: DecoderConfiguration

  init(_ architecture: String, _ configuration: DecoderConfiguration) {
    self.architecture = architecture
    self.configuration = configuration
  }

  func convert(_ store: ParameterStore) throws -> [String: Tensor] {
    func values(_ path: String) -> Tensor? { try? store[path]?.tensor.detached() }
    var file: [String: Tensor] = [:]
    for (from, to) in [("model.embed_tokens", "token_embd"), ("model.norm", "output_norm"), ("lm_head", "output")] {
      for leaf in ["weight", "bias"] {
        guard let tensor = values("\(from).\(leaf)") else { continue }
        file["\(to).\(leaf)"] = to == "output_norm" ? try norm(tensor) : tensor
      }
    }
    for layer in 0..<configuration.layers {
      for leaf in ["weight", "bias"] {
        func inside(_ module: String) -> Tensor? { values("model.layers.\(layer).\(module).\(leaf)") }
        func put(_ name: String, _ tensor: Tensor?) throws {
          if let tensor { file["blk.\(layer).\(name).\(leaf)"] = tensor }
        }
        try put("attn_norm", inside("input_layernorm").map(norm))
        let second = configuration.layout == .sandwich ? "post_attention_norm" : "ffn_norm"
        try put(second, inside("post_attention_layernorm").map(norm))
        try put("ffn_norm", inside("pre_feedforward_layernorm").map(norm) ?? file["blk.\(layer).ffn_norm.\(leaf)"])
        try put("post_ffw_norm", inside("post_feedforward_layernorm").map(norm))
        try put("attn_q_norm", inside("self_attn.q_norm").map(norm))
        try put("attn_k_norm", inside("self_attn.k_norm").map(norm))
        try attention(inside, put)
        try latent(inside, put)
        try feedForward(inside, put)
      }
    }
    return file
  }

  /// Gemma's converter adds the one.
  private func norm(_ tensor: Tensor) throws -> Tensor { architecture == "gemma3" ? try tensor + 1 : tensor }

  private func attention(_ inside: (String) -> Tensor?, _ put: (String, Tensor?) throws -> Void) throws {
    try put("attn_output", inside("self_attn.o_proj"))
    guard configuration.latent == nil, let query = inside("self_attn.q_proj"), let key = inside("self_attn.k_proj"),
      let value = inside("self_attn.v_proj")
    else { return }
    switch architecture {
    case "phi3", "gptneox":
      try put("attn_qkv", Tensor.concatenated([query, key, value]))
    case "llama":
      try put("attn_q", paired(query, heads: configuration.heads))
      try put("attn_k", paired(key, heads: configuration.keyValueHeads))
      try put("attn_v", value)
    default:
      try put("attn_q", query)
      try put("attn_k", key)
      try put("attn_v", value)
    }
  }

  /// Feature i of a head and feature i + D/2, beside each other.
  private func paired(_ tensor: Tensor, heads: Int) throws -> Tensor {
    let width = tensor.size(0) / heads
    var order: [Int64] = []
    for head in 0..<heads {
      for feature in 0..<(width / 2) {
        order.append(Int64(head * width + feature))
        order.append(Int64(head * width + feature + width / 2))
      }
    }
    return try tensor.indexSelected(dimension: 0, at: Tensor(order))
  }

  private func latent(_ inside: (String) -> Tensor?, _ put: (String, Tensor?) throws -> Void) throws {
    guard let shape = configuration.latent else { return }
    for (from, to) in [
      ("q_proj", "attn_q"), ("q_a_proj", "attn_q_a"), ("q_a_layernorm", "attn_q_a_norm"), ("q_b_proj", "attn_q_b"),
      ("kv_a_proj_with_mqa", "attn_kv_a_mqa"), ("kv_a_layernorm", "attn_kv_a_norm"),
    ] {
      try put(to, inside("self_attn.\(from)"))
    }
    guard let expansion = inside("self_attn.kv_b_proj") else { return }
    var (keys, values): ([Tensor], [Tensor]) = ([], [])
    let width = shape.positionlessWidth + shape.valueWidth
    for head in 0..<configuration.heads {
      let start = head * width
      keys.append(
        try expansion.narrow(dimension: 0, from: start, length: shape.positionlessWidth).transposed(0, 1).contiguous())
      values.append(
        try expansion.narrow(dimension: 0, from: start + shape.positionlessWidth, length: shape.valueWidth))
    }
    try put("attn_k_b", Tensor.stacked(keys))
    try put("attn_v_b", Tensor.stacked(values))
  }

  private func feedForward(_ inside: (String) -> Tensor?, _ put: (String, Tensor?) throws -> Void) throws {
    try put("ffn_down", inside("mlp.down_proj"))
    if architecture == "phi3", let gate = inside("mlp.gate_proj"), let up = inside("mlp.up_proj") {
      try put("ffn_up", Tensor.concatenated([gate, up]))
    } else {
      try put("ffn_gate", inside("mlp.gate_proj"))
      try put("ffn_up", inside("mlp.up_proj"))
    }
    try put("ffn_gate_inp", inside("mlp.gate"))
    for name in ["gate", "up", "down"] {
      try put("ffn_\(name)_shexp", inside("mlp.shared_experts.\(name)_proj"))
      let stack = (0..<(configuration.experts?.count ?? 0)).compactMap { inside("mlp.experts.\($0).\(name)_proj") }
      if !stack.isEmpty { try put("ffn_\(name)_exps", Tensor.stacked(stack)) }
    }
  }
}
