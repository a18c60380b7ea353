import Layers
import TestSupport
import Testing
import Torch

@testable import Models

/// The account of every family against the matrix products libtorch really issued.
struct FamilyCostTests {
  init() throws { try TorchForTests.load() }

  @Test(arguments: FamilyOracleTests.decoders)
  func accountsAreTheIssuedProducts(name: String) throws {
    let oracle = try FamilyOracle(name)
    let model = try oracle.model()
    let configuration = model.configuration
    let cost = DecoderCost(configuration)
    let tokens = try oracle.inputs
    let issued = products(try tracingOperators { try withoutGradients { try model.logits(tokens) } }.operators)
    // A sequence of one token attends to itself: what is left are the weights.
    let perPosition =
      configuration.latent.map { $0.positionlessWidth + $0.rotaryWidth + $0.valueWidth } ?? 2 * configuration.headWidth
    let attention = 2 * Double(configuration.layers * configuration.heads * perPosition)
    #expect(issued == (cost.forwardFLOPsPerToken(sequenceLength: 1) - attention) * Double(tokens.count))
    #expect(cost.activeParameters <= cost.parameters)
    #expect(cost.trainingBytes(tokensPerStep: 48, bytesPerElement: 4, masterWeights: false) > Double(16 * cost.parameters))
    // The loss's backward pass has two products for each one of the forward pass, but for experts' tokens, which are the
    // same ones.
    let training = products(try tracingOperators { try model.loss(tokens, targets: tokens).backward() }.operators)
    #expect(training == 3 * issued)
  }

  /// The pairs of positions that the masks leave, counted one by one.
  @Test(arguments: ["mistral-window", "gemma3", "qwen2-window", "llama-yarn"], [1, 6, 7, 8, 24])
  func pairsOfPositionsAreThoseThatTheMasksLeave(name: String, length: Int) throws {
    let configuration = try ModelFamily.read(FamilyOracle(name).fields).1
    let cost = DecoderCost(configuration)
    var pairs = 0
    for layer in 0..<configuration.layers {
      let hasWindow = configuration.slidingWindow?.layers[layer] ?? false
      for token in 0..<length {
        let window = hasWindow ? configuration.slidingWindow?.positions ?? 0 : length
        pairs += (0...token).count { token - $0 < window }
      }
    }
    let first = cost.forwardFLOPsPerToken(sequenceLength: 1)
    let grown = (cost.forwardFLOPsPerToken(sequenceLength: length) - first) * Double(length)
    let expected = 4 * Double(configuration.heads * configuration.headWidth * (pairs - configuration.layers * length))
    #expect(abs(grown - expected) <= 1e-9 * first * Double(length))
  }

  /// What is counted for the caches is what they hold, before and after the windows are full.
  @Test(arguments: ["gemma3", "mistral-window", "deepseek-v2-moe", "llama-yarn"], [3, 20])
  func cachesHoldWhatIsCounted(name: String, positions: Int) throws {
    let oracle = try FamilyOracle(name)
    let model = try oracle.model()
    let cache = try model.makeCache(capacity: positions)
    let tokens = Array(try oracle.texts()[0].prefix(positions))
    for token in tokens { _ = try model.step([SequenceStep(cache, tokens: [token], logits: .none)]) }
    #expect(cache.usedByteCount >= 4 * DecoderCost(model.configuration).cacheElements(positions: positions))
  }
}
