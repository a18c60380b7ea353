import Foundation
import Layers
import TestSupport
import Testing
import Torch

@testable import Models

/// Where parameters come from: names against the gguf package's, and every step on tensors that were put together the way
/// converters do it.
struct ParameterNamingTests {
  init() throws { try TorchForTests.load() }

  /// The GGUF names for Hugging Face's tensors, both asked for the same parameters, against the gguf package's table.
  @Test(arguments: [
    ("llama", "llama-linear"), ("qwen2", "qwen2-window"), ("qwen3", "qwen3"), ("phi3", "phi3-window"),
    ("gemma3", "gemma3"), ("gptneox", "gpt-neox"), ("deepseek2", "deepseek-v2-groups"),
  ])
  func ggufNamesAreThePackages(architecture: String, name: String) throws {
    let expected = try #require(try ConfigurationFields(json: FamilyOracle.file("gguf-names.json")).object(architecture))
    let oracle = try FamilyOracle(name)
    let (family, configuration) = try ModelFamily.read(oracle.fields)
    let ggufFamily = try ModelFamily.family(ggufArchitecture: architecture)
    let model = try Decoder(configuration, source: RandomSource(seed: 1), device: .meta)
    for path in model.parameters.parameters.map(\.path) {
      let here = family.names.origin(of: path, configuration) { oracle.weights[$0] != nil }.parts[0].name
      let there = ggufFamily.ggufNames.origin(of: path, configuration) { _ in true }.parts[0].name
      #expect(expected[here] == .string(there), "\(path)")
    }
  }

  @Test func ggufNamesOfTheEncoderAreThePackages() throws {
    let expected = try #require(try ConfigurationFields(json: FamilyOracle.file("gguf-names.json")).object("bert"))
    let oracle = try FamilyOracle("bert")
    let configuration = try EncoderFamily.bert.configuration(oracle.fields)
    let model = try BertEncoder(configuration, source: RandomSource(seed: 1), device: .meta)
    for path in model.parameters.parameters.map(\.path) {
      let name = EncoderFamily.bert.ggufNames.origin(of: path, configuration) { _ in true }.parts[0].name
      #expect(expected[path] == .string(name))
    }
    let prefixed = EncoderFamily.bert.names.origin(of: "embeddings.LayerNorm.bias", configuration) {
      $0.hasPrefix("bert.")
    }
    #expect(prefixed == ParameterOrigin("bert.embeddings.LayerNorm.bias"))
    #expect(EncoderFamily.bert.names.isIgnored("bert.pooler.dense.weight", configuration))
    #expect(!EncoderFamily.bert.names.isIgnored("encoder.layer.0.output.dense.bias", configuration))
  }

  /// Canonical tensors made into a GGUF file's the way its converters do, loaded by its names: the same logits.
  @Test(arguments: [
    ("llama", "llama3-scaling"), ("llama", "mixtral"), ("gemma3", "gemma3"), ("gptneox", "gpt-neox"),
    ("phi3", "phi3-window"), ("deepseek2", "deepseek-v2-groups"), ("qwen3moe", "qwen3-moe"),
  ])
  func convertedTensorsMakeTheSameModel(architecture: String, name: String) throws {
    let oracle = try FamilyOracle(name)
    let original = try oracle.model()
    let configuration = original.configuration
    var file = try Converter(architecture, configuration).convert(original.parameters)
    file["rope_freqs.weight"] = try Tensor([1])
    let family = try ModelFamily.family(ggufArchitecture: architecture)
    let loaded = try Decoder(configuration, source: CheckpointSource(file, family.ggufNames, configuration))
    for parameter in original.parameters.parameters {
      let found = try #require(loaded.parameters[parameter.path])
      #expect(try relativeError(found.tensor.detached(), parameter.tensor.detached()) < 1e-6, "\(parameter.path)")
    }
  }

  @Test func stepsRefuseWhatTheyDoNotFit() throws {
    let tensor = try Tensor.zeros([6, 4])
    for step in [
      TensorStep.rows(3..<7), .slice(6), .headPart(heads: 4, part: 0, of: 3), .headPart(heads: 0, part: 0, of: 3),
      .headPart(heads: 2, part: 3, of: 3), .separatedPairs(heads: 4), .separatedPairs(heads: 0), .rows(-1..<2),
    ] {
      #expect(throws: OriginError.self, "\(step)") { try step(tensor) }
    }
    let vector = try Tensor.zeros([6])
    #expect(throws: OriginError.self) { try TensorStep.transposed(vector) }
    #expect(throws: OriginError.self) { try TensorStep.slice(0)(vector) }
    #expect(throws: OriginError.self) { try TensorStep.rows(0..<0).shape(after: []) }
    let origin = ParameterOrigin([.init("a"), .init("b")], joinDimension: 0)
    #expect(throws: OriginError.self) { try origin.values(shape: [5, 5]) { _ in tensor } }
  }

  @Test func stepsMoveWhatTheySay() throws {
    let rows = try Tensor.arange(to: 12).view(12, 1)
    func after(_ step: TensorStep) throws -> [Float] { try step(rows).values() }
    // Two heads of six features: pairs lie beside each other in the file, three apart in the model.
    #expect(try after(.separatedPairs(heads: 2)) == [0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11])
    #expect(try after(.headPart(heads: 2, part: 1, of: 3)) == [2, 3, 8, 9])
    #expect(try after(.rows(3..<5)) == [3, 4])
    #expect(try after(.subtractingOne) == (0..<12).map { Float($0) - 1 })
    #expect(try TensorStep.transposed(rows.view(2, 6)).shape == [6, 2])
    #expect(try TensorStep.slice(2)(rows.view(3, 2, 2)).values() == [8, 9, 10, 11] as [Float])
  }

  /// What a piecewise reader reads is what the steps take of the whole.
  @Test func neededRowsAreThoseOfTheSteps() throws {
    let whole = try Tensor.arange(to: 4 * 6 * 5).view(4, 6, 5)
    let flat = try whole.view(24, 5)
    for (steps, tensor) in [
      ([TensorStep.slice(2), .rows(1..<5), .separatedPairs(heads: 2)], whole), ([.rows(7..<11)], flat),
      ([.separatedPairs(heads: 3)], flat), ([], whole), ([.rows(1..<3), .slice(1)], whole),
    ] as [([TensorStep], Tensor)] {
      let part = ParameterOrigin.Part("x", steps)
      let needed = try part.needed(of: tensor.shape)
      let read = try tensor.reshaped(-1, 5).narrow(
        dimension: 0, from: needed.rows.lowerBound, length: needed.rows.count
      ).view(needed.shape)
      let found = try needed.steps.reduce(read) { try $1($0) }
      #expect(try found.isEqual(to: steps.reduce(tensor) { try $1($0) }), "\(steps)")
    }
    // Of an expert's stack just the expert is read.
    #expect(try ParameterOrigin.Part("x", [.slice(2)]).needed(of: [4, 6, 5]).rows == 12..<18)
    // Vectors are read whole.
    #expect(try ParameterOrigin.Part("x", [.rows(2..<3)]).needed(of: [6]).rows == 0..<1)
  }

  @Test func pathsAreTakenApart() {
    let path = ParameterPath("model.layers.3.mlp.experts.7.up_proj.weight")
    #expect(path.layer == 3)
    #expect(path.expert == 7)
    #expect(path.module == "mlp.experts.up_proj")
    #expect(path.leaf == "weight")
    #expect(ParameterPath("lm_head.weight").module == "lm_head")
    #expect(ParameterPath("").module.isEmpty)
  }

  @Test func oldAndPrefixedNamesAreFound() throws {
    let gemma = try ModelFamily.read(FamilyOracle("gemma3").fields)
    let tower = gemma.0.names.origin(of: "model.norm.weight", gemma.1) { $0 == "language_model.model.norm.weight" }
    #expect(tower == ParameterOrigin("language_model.model.norm.weight"))
    #expect(gemma.0.names.isIgnored("vision_tower.x", gemma.1))
    #expect(gemma.0.names.isIgnored("lm_head.weight", gemma.1))
    let mixtral = try ModelFamily.read(FamilyOracle("mixtral").fields)
    let old = ModelFamily.llama.ggufNames.origin(
      of: "model.layers.1.mlp.experts.3.up_proj.weight", mixtral.1) { $0 == "blk.1.ffn_up.3.weight" }
    #expect(old == ParameterOrigin("blk.1.ffn_up.3.weight"))
    #expect(!mixtral.0.names.isIgnored("lm_head.weight", mixtral.1))
  }
}
