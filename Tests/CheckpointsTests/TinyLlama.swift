import Foundation
import GGUF
import Safetensors
import Torch

@testable import Checkpoints

/// A tiny random Llama with the logits that transformers has for it (scripts/oracles/models_oracle.py), as checkpoints
/// of both formats.
struct TinyLlama {
  let configuration: [String: Any]
  private let file: SafetensorsFile

  init() throws {
    let base = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../ModelsTests/Fixtures/llama-gqa-untied").standardizedFileURL
    let json = try Data(contentsOf: base.appendingPathExtension("json"))
    configuration = try JSONSerialization.jsonObject(with: json) as? [String: Any] ?? [:]
    file = try SafetensorsFile(path: base.appendingPathExtension("safetensors").path)
  }

  private func tensor(_ name: String) throws -> (values: [Float], shape: [Int]) {
    let entry = file.entries[name]!
    return (file.withBytes(of: entry) { Array($0.bindMemory(to: Float.self)) }, entry.shape)
  }

  /// Every weight under its Hugging Face name.
  func weights() throws -> [(name: String, values: [Float], shape: [Int])] {
    try file.entries.keys.filter { $0.hasPrefix("weights/") }.sorted().map { key in
      let found = try tensor(key)
      return (String(key.dropFirst(8)), found.values, found.shape)
    }
  }

  /// [2, 13] token ids.
  func inputs() throws -> Tensor {
    let entry = file.entries["input_ids"]!
    let values = file.withBytes(of: entry) { Array($0.bindMemory(to: Int64.self)) }
    return try Tensor(values, shape: entry.shape)
  }

  /// [2, 13, 97]
  func logits() throws -> Tensor {
    let found = try tensor("logits")
    return try Tensor(found.values, shape: found.shape)
  }

  func writeConfiguration(to folder: TemporaryFolder, changing changes: [String: Any] = [:]) throws {
    let merged = configuration.merging(changes) { $1 }
    try JSONSerialization.data(withJSONObject: merged).write(to: folder("config.json"))
  }

  /// A Hugging Face directory.
  func writeDirectory(
    to folder: TemporaryFolder, extra: [SafetensorsWriter.Item] = [], leavingOut: String? = nil
  ) throws {
    try writeConfiguration(to: folder)
    let items = try weights().filter { $0.name != leavingOut }.map {
      SafetensorsWriter.Item.floats($0.name, $0.values, shape: $0.shape)
    }
    try SafetensorsWriter.write(items + extra, to: folder("model.safetensors").path)
  }

  private static let ggufNames = [
    "model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm", "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
  ]

  /// A GGUF file as llama.cpp's converter makes it: rows of queries and keys in pairs.
  func writeGGUF(
    to path: String, tokenizer: [(key: String, field: GGUFField)] = [], extra: [GGUFWriter.Item] = [],
    architecture: String = "llama"
  ) throws {
    func number(_ name: String) -> Int { configuration[name] as! Int }
    let (heads, groups) = (number("num_attention_heads"), number("num_key_value_heads"))
    let items = try weights().map { weight -> GGUFWriter.Item in
      let parts = weight.name.split(separator: ".").map(String.init)
      var values = weight.values
      if weight.name.contains("q_proj") { values = Self.paired(values, weight.shape, heads: heads) }
      if weight.name.contains("k_proj") { values = Self.paired(values, weight.shape, heads: groups) }
      let name =
        parts[1] == "layers"
        ? "blk.\(parts[2]).\(Self.ggufNames[parts[3..<parts.count - 1].joined(separator: ".")]!).weight"
        : "\(Self.ggufNames[parts.dropLast().joined(separator: ".")]!).weight"
      return .floats(name, values, shape: weight.shape)
    }
    try GGUFWriter.write(
      items + extra,
      metadata: [
        ("general.architecture", .string(architecture)), ("general.license", .string("apache-2.0")),
        ("llama.context_length", .uint32(UInt32(number("max_position_embeddings")))),
        ("llama.embedding_length", .uint32(UInt32(number("hidden_size")))),
        ("llama.block_count", .uint32(UInt32(number("num_hidden_layers")))),
        ("llama.feed_forward_length", .uint32(UInt32(number("intermediate_size")))),
        ("llama.attention.head_count", .uint32(UInt32(heads))),
        ("llama.attention.head_count_kv", .uint32(UInt32(groups))),
        ("llama.attention.layer_norm_rms_epsilon", .float32(1e-6)), ("llama.rope.freq_base", .float32(10_000)),
      ] + tokenizer, to: path)
  }

  /// Row 2 i + j of a head is row i + j D / 2 of the original.
  private static func paired(_ values: [Float], _ shape: [Int], heads: Int) -> [Float] {
    let (rows, width) = (shape[0], shape[1])
    let size = rows / heads
    return (0..<rows).flatMap { row -> ArraySlice<Float> in
      let (head, place) = (row / size, row % size)
      let from = head * size + place / 2 + (place % 2) * size / 2
      return values[from * width..<(from + 1) * width]
    }
  }
}
