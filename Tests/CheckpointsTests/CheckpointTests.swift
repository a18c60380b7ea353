import Foundation
import GGUF
import Layers
import Models
import Safetensors
import TestSupport
import Testing
import Torch

@testable import Checkpoints

struct CheckpointTests {
  let tiny: TinyLlama

  init() throws {
    try TorchForTests.load()
    tiny = try TinyLlama()
  }

  private func error(_ decoder: Decoder) throws -> Double {
    try withoutGradients { try relativeError(decoder.logits(tiny.inputs()), tiny.logits()) }
  }

  @Test func aDirectoryGivesTheReferencesLogits() throws {
    let folder = try TemporaryFolder()
    try tiny.writeDirectory(to: folder)
    let checkpoint = try Checkpoint.open(folder.url)
    #expect(checkpoint.format == .safetensors && checkpoint.family == "Llama" && checkpoint.architecture == "llama")
    #expect(try error(checkpoint.loadDecoder()) < 1e-5)
    #expect(try error(checkpoint.loadDecoder(plan: InferencePlan(packs: false))) < 1e-5)
    #expect(try error(checkpoint.loadDecoder(plan: DensePlan())) < 1e-5)
    #expect(try error(Checkpoint.open(folder("config.json")).loadDecoder()) < 1e-5)
    let narrow = try checkpoint.loadDecoder(dtype: .bfloat16, plan: DensePlan())
    #expect(narrow.parameters.parameters.allSatisfy { $0.tensor.dtype == .bfloat16 })
  }

  @Test func aDirectoryOfSeveralFilesIsTheSame() throws {
    let folder = try TemporaryFolder()
    try tiny.writeConfiguration(to: folder)
    var map: [String: String] = [:]
    let weights = try tiny.weights()
    for (number, half) in [weights[..<7], weights[7...]].enumerated() {
      let name = "model-0000\(number + 1)-of-00002.safetensors"
      for weight in half { map[weight.name] = name }
      try SafetensorsWriter.write(
        half.map { .floats($0.name, $0.values, shape: $0.shape) }, to: folder(name).path)
    }
    try JSONSerialization.data(withJSONObject: ["weight_map": map])
      .write(to: folder("model.safetensors.index.json"))
    let checkpoint = try Checkpoint.open(folder.url)
    #expect(try error(checkpoint.loadDecoder()) < 1e-5)
    #expect(checkpoint.weightBytes == weights.reduce(0) { $0 + $1.values.count * 4 } && checkpoint.bitsPerWeight == 32)
  }

  @Test func aGGUFFileGivesTheReferencesLogits() throws {
    let folder = try TemporaryFolder()
    // Tables of rotary factors may be there.
    let ones = [Float](repeating: 1, count: 3)
    try tiny.writeGGUF(to: folder("tiny.gguf").path, extra: [.floats("rope_freqs.weight", ones, shape: [3])])
    // A directory with one GGUF file is that file.
    for path in [folder("tiny.gguf"), folder.url] {
      let checkpoint = try Checkpoint.open(path)
      #expect(checkpoint.name == "tiny" && checkpoint.format == .gguf && checkpoint.licence == "apache-2.0")
      #expect(try error(checkpoint.loadDecoder()) < 1e-5)
      #expect(try error(checkpoint.loadDecoder(plan: DensePlan())) < 1e-5)
    }
  }

  /// A training step writes to its parameters: those must not be the file's pages.
  @Test func aPlanThatTrainsGetsCopies() throws {
    let folder = try TemporaryFolder()
    try tiny.writeDirectory(to: folder)
    let before = try Data(contentsOf: folder("model.safetensors"))
    let decoder = try Checkpoint.open(folder.url).loadDecoder(plan: DensePlan())
    try withoutGradients {
      for parameter in decoder.parameters.parameters {
        #expect(parameter.isTrainable)
        try parameter.tensor.multiplyInPlace(0)
      }
    }
    #expect(try Data(contentsOf: folder("model.safetensors")) == before)
  }

  @Test func missingUnexpectedAndMisshapenTensorsAreNamed() throws {
    let folder = try TemporaryFolder()
    let path = folder.url.path
    try tiny.writeDirectory(to: folder, leavingOut: "model.layers.1.mlp.up_proj.weight")
    let name = "model.layers.1.mlp.up_proj.weight"
    #expect(throws: CheckpointError.missingTensor(path: path, name: name, parameter: name)) {
      try Checkpoint.open(folder.url).loadDecoder()
    }
    try tiny.writeDirectory(
      to: folder,
      extra: [
        .floats("model.layers.0.self_attn.rotary_emb.inv_freq", [1], shape: [1]),
        .floats("model.layers.2.mlp.up_proj.weight", [1], shape: [1]), .floats("adapter", [1], shape: [1]),
      ])
    #expect(
      throws: CheckpointError.unexpectedTensors(path: path, names: ["adapter", "model.layers.2.mlp.up_proj.weight"])
    ) { try Checkpoint.open(folder.url).loadDecoder() }
    try tiny.writeDirectory(
      to: folder, extra: [.floats("model.norm.weight", [1, 2], shape: [2])], leavingOut: "model.norm.weight")
    #expect(
      throws: CheckpointError.wrongShape(path: path, tensor: "model.norm.weight", expected: [36], found: [2])
    ) { try Checkpoint.open(folder.url).loadDecoder() }
  }

  @Test func aGGUFFilesTensorsAreNamedAsItNamesThem() throws {
    let folder = try TemporaryFolder()
    let path = folder("tiny.gguf").path
    try tiny.writeGGUF(to: path, extra: [.floats("blk.7.attn_q.weight", [1], shape: [1])])
    #expect(throws: CheckpointError.unexpectedTensors(path: path, names: ["blk.7.attn_q.weight"])) {
      try Checkpoint.open(folder.url).loadDecoder()
    }
  }

  @Test func whatIsNoModelIsSaid() throws {
    let folder = try TemporaryFolder()
    #expect(throws: CheckpointError.noConfiguration(path: folder.url.path)) { try Checkpoint.open(folder.url) }
    #expect(throws: CheckpointError.notFound(folder("gone").path, near: nil)) { try Checkpoint.open(folder("gone")) }
    try tiny.writeConfiguration(to: folder)
    #expect(throws: CheckpointError.noWeights(path: folder.url.path, found: [])) {
      try Checkpoint.open(folder.url).loadDecoder()
    }
    #expect(throws: CheckpointError.noTokenizer(path: folder.url.path)) {
      try Checkpoint.open(folder.url).loadTokenizer()
    }
    #expect(throws: CheckpointError.self) { try Checkpoint.open(folder.url).loadEncoder() }
    try tiny.writeConfiguration(to: folder, changing: ["model_type": "mamba"])
    let failure = #expect(throws: CheckpointError.self) { try Checkpoint.open(folder.url) }
    guard case .unsupportedArchitecture("mamba", _, let supported) = failure else {
      return #expect(Bool(false), "\(String(describing: failure))")
    }
    #expect(supported.contains("llama") && supported.contains("bert"))
    for text in ["", "[]", "{", #"{"model_type": "llama"}"#, #"{"model_type": "llama", "hidden_size": -3}"#] {
      try folder.write(text, to: "config.json")
      let failure = #expect(throws: CheckpointError.self) { try Checkpoint.open(folder.url) }
      #expect(failure?.description.contains(folder("config.json").path) == true, "\(text)")
    }
    let file = try folder.write("not a model, and long enough for a head", to: "x.gguf")
    let damaged = #expect(throws: CheckpointError.self) { try Checkpoint.open(file) }
    #expect(damaged?.description.contains("no GGUF file") == true)
    try tiny.writeGGUF(to: file.path, architecture: "rwkv7")
    let other = #expect(throws: CheckpointError.self) { try Checkpoint.open(file) }
    #expect(other?.description.contains("'rwkv7', which is not supported") == true)
  }

  @Test func tokensAndTemplatesOfADirectory() throws {
    let folder = try TemporaryFolder()
    try tiny.writeConfiguration(to: folder, changing: ["eos_token_id": 2, "bos_token_id": 1])
    try folder.write(#"{"eos_token_id": [2, 5]}"#, to: "generation_config.json")
    try folder.write(
      #"{"bos_token": "<s>", "eos_token": "</s>", "chat_template": "{{ messages[0].content }}"}"#,
      to: "tokenizer_config.json")
    let checkpoint = try Checkpoint.open(folder.url)
    #expect(checkpoint.beginToken == 1 && checkpoint.endTokens == [2, 5])
    #expect(checkpoint.beginTokenText == "<s>" && checkpoint.endTokenText == "</s>" && checkpoint.hasChatTemplate)
    #expect(try checkpoint.chatTemplate() != nil)
  }

  /// As transformers 4.57.1's AutoTokenizer encodes "ab" with these files: some classes replace the post-processor of
  /// tokenizer.json.
  @Test(
    arguments: [
      (#""LlamaTokenizerFast", "add_bos_token": true"#, [4, 0, 1]), (#""LlamaTokenizer""#, [4, 0, 1]),
      (#""LlamaTokenizerFast", "add_bos_token": false, "add_eos_token": true"#, [0, 1, 5]),
      (#""GemmaTokenizer""#, [4, 0, 1]), (#""PreTrainedTokenizerFast", "add_bos_token": true"#, [0, 1]),
      (#""Qwen2Tokenizer", "add_bos_token": true"#, [0, 1]),
    ] as [(String, [UInt32])])
  func tokensAroundATextAreItsClasses(_ configuration: String, _ expected: [UInt32]) throws {
    let folder = try TemporaryFolder()
    try tiny.writeConfiguration(to: folder)
    try folder.write(
      #"{"bos_token": "<bos>", "eos_token": "<eos>", "tokenizer_class": \#(configuration)}"#,
      to: "tokenizer_config.json")
    let added = #"[{"id":4,"content":"<bos>","special":true},{"id":5,"content":"<eos>","special":true}]"#
    let parts = ["pre_tokenizer", "post_processor", "decoder"].map {
      #""\#($0)": {"type": "ByteLevel", "add_prefix_space": false}"#
    }
    let model = #"{"type": "BPE", "vocab": {"a": 0, "b": 1, "c": 2, "Ġ": 3}, "merges": []}"#
    try folder.write(
      #"{"added_tokens": \#(added), \#(parts.joined(separator: ", ")), "model": \#(model)}"#, to: "tokenizer.json")
    #expect(try Checkpoint.open(folder.url).loadTokenizer().encode("ab", addingSpecialTokens: true) == expected)
  }

  @Test func tokensAndVocabularyOfAGGUFFile() throws {
    let folder = try TemporaryFolder()
    let path = folder("tiny.gguf").path
    let tokens = (0..<97).map { $0 == 9 ? "<end_of_turn>" : "t\($0)" }
    try tiny.writeGGUF(
      to: path,
      tokenizer: [
        ("tokenizer.ggml.model", .string("llama")), ("tokenizer.ggml.tokens", .strings(tokens)),
        ("tokenizer.ggml.scores", .floats(tokens.indices.map { -Float($0) })),
        ("tokenizer.ggml.token_type", .int32s(tokens.indices.map { $0 < 10 ? 3 : 1 })),
        ("tokenizer.ggml.bos_token_id", .uint32(3)), ("tokenizer.ggml.eos_token_id", .uint32(4)),
        ("tokenizer.ggml.eot_token_id", .uint32(4_000_000)), ("tokenizer.ggml.add_bos_token", .bool(true)),
        ("tokenizer.chat_template", .string("{{ bos_token }}")),
      ])
    let checkpoint = try Checkpoint.open(folder.url)
    #expect(checkpoint.beginToken == 3 && checkpoint.endTokens == [4, 9])
    #expect(checkpoint.beginTokenText == "t3" && checkpoint.endTokenText == "t4" && checkpoint.hasChatTemplate)
    let vocabulary = try Checkpoint.vocabulary(of: GGUFFile(path: path))
    #expect(vocabulary.model == "llama" && vocabulary.tokens == tokens && vocabulary.scores?[5] == -5)
    #expect(vocabulary.beginToken == 3 && vocabulary.addsBegin == true && vocabulary.merges == nil)
    try tiny.writeGGUF(to: path)
    #expect(throws: CheckpointError.noTokenizer(path: path)) { try Checkpoint.open(folder.url).loadTokenizer() }
  }
}
