import Foundation
import Layers
import TestSupport
import Testing
import Torch

@testable import Models

/// Shapes of published models: their sizes without their weights.
struct PublishedShapeTests {
  static let models = [
    "SmolLM2-135M", "Llama-3.1-8B", "Llama-3.3-70B", "Qwen2.5-7B", "Qwen3-0.6B", "Qwen3-30B-A3B", "Mistral-7B-v0.1",
    "Mixtral-8x7B", "Phi-3-mini-4k", "Gemma-3-270m", "Pythia-1.4b", "DeepSeek-V2-Lite",
  ]

  private func published(_ name: String) throws -> (configuration: DecoderConfiguration, parameters: Int) {
    let all = try ConfigurationFields(json: FamilyOracle.file("published.json"))
    let entry = try #require(try all.object(name))
    guard case .integer(let parameters) = entry["parameters"] else { throw FamilyError.missing(field: name) }
    return (try ModelFamily.read(try #require(try entry.object("config"))).1, parameters)
  }

  @Test(arguments: models)
  func parametersAreCounted(name: String) throws {
    let (configuration, parameters) = try published(name)
    #expect(DecoderCost(configuration).parameters == parameters)
  }

  @Test(arguments: ["Llama-3.3-70B", "Gemma-3-270m", "Mixtral-8x7B"])
  func aModelOnTheMetaDeviceTakesNoMemory(name: String) throws {
    try TorchForTests.load()
    let (configuration, parameters) = try published(name)
    let model = try Decoder(configuration, source: RandomSource(seed: 1), dtype: .bfloat16, device: .meta)
    #expect(model.parameters.count == parameters)
    #expect(model.parameters.byteCount == 2 * parameters)
    #expect(DecoderCost(configuration).weightBytes(bytesPerElement: 2) == 2 * parameters)
  }

  @Test func costsOfAShapeAreWorkedOut() throws {
    let llama = DecoderCost(try published("Llama-3.3-70B").configuration)
    // 80 layers, keys and values of 8 heads of 128.
    #expect(llama.cacheElementsPerToken == 80 * 2 * 8 * 128)
    #expect(llama.cacheElements(positions: 1000) == 1000 * 80 * 2 * 8 * 128)
    // Two operations for each weight but the embedding's and the norms', and 4 H D for each pair of positions.
    let matrices = 80 * (8192 * 128 * (64 + 16 + 64) + 3 * 8192 * 28672) + 128_256 * 8192
    #expect(llama.forwardFLOPsPerToken(sequenceLength: 1) == 2 * Double(matrices) + 80 * 4 * 64 * 128)
    #expect(llama.activeParameters == llama.parameters)

    // Mixtral reads two experts of eight: 12.9 billion of 46.7.
    let mixtral = DecoderCost(try published("Mixtral-8x7B").configuration)
    #expect(mixtral.parameters - mixtral.activeParameters == 32 * 6 * 3 * 4096 * 14336)
    #expect(mixtral.activeParameters == 12_879_925_248)

    // Gemma's windows of 512 in fifteen layers of eighteen.
    let gemma = DecoderCost(try published("Gemma-3-270m").configuration)
    #expect(gemma.cacheElements(positions: 2048) == 2 * 256 * (3 * 2048 + 15 * 512))
    #expect(gemma.cacheElements(positions: 100) == 2 * 256 * 18 * 100)
    let (short, long) = (Double(512 * 513 / 2 + 1536 * 512) / 2048, Double(2049) / 2)
    let products = gemma.forwardFLOPsPerToken(sequenceLength: 2048) - gemma.forwardFLOPsPerToken(sequenceLength: 1)
    #expect(abs(products - 4 * 4 * 256 * (15 * (short - 1) + 3 * (long - 1))) < 1)
  }
}
