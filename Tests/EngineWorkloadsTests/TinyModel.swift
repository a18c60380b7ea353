import Foundation
import Safetensors
import Tokenization

/// A Llama of two layers with random weights over a byte vocabulary, as a Hugging Face directory, beside a text.
struct TinyModel {
  let folder: URL
  var model: URL { folder.appendingPathComponent("tiny") }
  var text: URL { folder.appendingPathComponent("text.txt") }

  static let context = 600
  private static let (vocabulary, width, heads, groups, intermediate, layers) = (280, 32, 4, 2, 48, 2)

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("tiny-\(UUID())")
    try FileManager.default.createDirectory(at: model, withIntermediateDirectories: true)
    let words = ["the", "cat", "sat", "upon", "a", "mat", "and", "then", "it", "slept", "until", "noon"]
    let prose = (0..<900).map { words[($0 * $0 + $0 / 3) % words.count] }.joined(separator: " ")
    try prose.write(to: text, atomically: true, encoding: .utf8)
    try BytePairTrainer(vocabularySize: Self.vocabulary).train([prose])
      .save(to: model.appendingPathComponent("tokenizer.json"))
    let configuration: [String: Any] = [
      "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": Self.width,
      "intermediate_size": Self.intermediate, "num_hidden_layers": Self.layers, "num_attention_heads": Self.heads,
      "num_key_value_heads": Self.groups, "vocab_size": Self.vocabulary, "max_position_embeddings": Self.context,
      "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "tie_word_embeddings": true,
    ]
    try JSONSerialization.data(withJSONObject: configuration).write(to: model.appendingPathComponent("config.json"))
    try SafetensorsWriter.write(Self.weights(), to: model.appendingPathComponent("model.safetensors").path)
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }

  private static func weights() -> [SafetensorsWriter.Item] {
    let narrow = width / heads * groups
    var shapes: [(String, [Int])] = [("model.embed_tokens", [vocabulary, width]), ("model.norm", [width])]
    for layer in 0..<layers {
      for (name, shape) in [
        ("input_layernorm", [width]), ("post_attention_layernorm", [width]), ("self_attn.q_proj", [width, width]),
        ("self_attn.k_proj", [narrow, width]), ("self_attn.v_proj", [narrow, width]),
        ("self_attn.o_proj", [width, width]), ("mlp.gate_proj", [intermediate, width]),
        ("mlp.up_proj", [intermediate, width]), ("mlp.down_proj", [width, intermediate]),
      ] {
        shapes.append(("model.layers.\(layer).\(name)", shape))
      }
    }
    var state: UInt64 = 1
    return shapes.map { name, shape in
      let values = (0..<shape.reduce(1, *)).map { _ -> Float in
        if shape.count == 1 { return 1 }
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (Float(state >> 40) / Float(1 << 24) - 0.5) * 0.6
      }
      return SafetensorsWriter.Item(name: name + ".weight", type: .float32, shape: shape) { body in
        try values.withUnsafeBytes(body)
      }
    }
  }
}
