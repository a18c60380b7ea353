import Foundation
import Layers
import TestSupport
import Testing
import Torch

@testable import Models

/// Where parameters come from: names and steps against what llama.cpp's converter makes, and every step by itself.
struct ParameterNamingTests {
  init() throws { try TorchForTests.load() }

  /// What llama.cpp's converter makes of a checkpoint (scripts/oracles/gguf_families_oracle.py), read by its metadata and
  /// its names: the logits that transformers has of the checkpoint.
  @Test(arguments: [
    "llama-linear", "llama3-scaling", "llama-yarn", "qwen2-window", "qwen3", "qwen3-moe-normalised", "mistral-window",
    "mixtral", "phi3-long", "phi3-window", "gemma3", "gpt-neox", "deepseek-v2-moe", "deepseek-v2-groups",
  ])
  func convertedCheckpointsMakeTheSameModel(name: String) throws {
    let oracle = try FamilyOracle(name)
    let converted = try Converted(name)
    let original = try oracle.model()
    let (family, configuration) = try ModelFamily.read(gguf: converted.description)
    var file = try Converter(converted.description.architecture, original.configuration).convert(original.parameters)
    try converted.expectTensors(&file)
    let loaded = try Decoder(
      completed(configuration, name, original.configuration),
      source: CheckpointSource(file, family.ggufNames, configuration))
    let error = try relativeError(withoutGradients { try loaded.logits(oracle.inputs) }, oracle["logits"])
    #expect(error < 1e-5, "\(error)")
  }

  /// With what the format has no room for.
  private func completed(
    _ configuration: DecoderConfiguration, _ name: String, _ original: DecoderConfiguration
  ) throws -> DecoderConfiguration {
    var configuration = configuration
    switch name {
    case "mistral-window", "qwen2-window":
      #expect(configuration.slidingWindow == nil)
      configuration.slidingWindow = original.slidingWindow
    case "gemma3":
      // The period of the published models, and their scale.
      #expect(configuration.slidingWindow?.layers == [true, true, true])
      #expect(configuration.slidingWindow?.ropeBase == 100)
      configuration.slidingWindow = original.slidingWindow
      configuration.attentionScale = original.attentionScale
    case "gpt-neox":
      configuration.ropeBase = original.ropeBase
    case "deepseek-v2-moe":
      // The published models have the same `mscale` twice, which leaves cosines as they are.
      let found = try #require(configuration.ropeScaling?.scoreScale)
      let expected = try #require(original.ropeScaling?.scoreScale)
      #expect(abs(found - expected) < 1e-6)
      configuration.ropeScaling = original.ropeScaling
    default: break
    }
    return configuration
  }

  @Test func aConvertedEncoderHasItsNames() throws {
    let oracle = try FamilyOracle("bert")
    let converted = try Converted("bert")
    let family = EncoderFamily.bert
    let configuration = try family.ggufConfiguration(converted.description)
    var expected = try family.configuration(oracle.fields)
    #expect(abs(configuration.normEpsilon - expected.normEpsilon) < 1e-18)
    expected.normEpsilon = configuration.normEpsilon
    #expect(configuration == expected)
    let model = try BertEncoder(configuration, source: CheckpointSource(oracle.weights, family.names, configuration))
    var file: [String: Tensor] = [:]
    for parameter in model.parameters.parameters {
      let origin = family.ggufNames.origin(of: parameter.path, configuration) { _ in true }
      file[origin.parts[0].name] = try parameter.tensor.detached()
      let prefixed = family.names.origin(of: parameter.path, configuration) { $0.hasPrefix("bert.") }
      #expect(prefixed == ParameterOrigin("bert.\(parameter.path)"))
    }
    try converted.expectTensors(&file)
    #expect(family.names.isIgnored("bert.pooler.dense.weight", configuration))
    #expect(!family.names.isIgnored("encoder.layer.0.output.dense.bias", configuration))
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
      of: "model.layers.1.mlp.experts.3.up_proj.weight", mixtral.1
    ) { $0 == "blk.1.ffn_up.3.weight" }
    #expect(old == ParameterOrigin("blk.1.ffn_up.3.weight"))
    #expect(!mixtral.0.names.isIgnored("lm_head.weight", mixtral.1))
  }
}
