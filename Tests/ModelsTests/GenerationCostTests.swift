import Layers
import Testing

@testable import Models

/// What reading a prompt and generating after it costs, from the account of whole sequences.
struct GenerationCostTests {
  private let cost = DecoderCost(
    DecoderConfiguration(
      vocabulary: 1000, width: 24, layers: 2, heads: 4, keyValueHeads: 2, intermediate: 40, maximumPositions: 64))
  private let logits = 2.0 * 1000 * 24

  @Test func aPromptGivesOneRowOfLogits() {
    let whole = cost.forwardFLOPsPerToken(sequenceLength: 16) * 16
    #expect(cost.generationFLOPs(promptTokens: 16, steps: 0) == whole - 15 * logits)
  }

  /// Each later token gives a row, and attends to what a token of a whole sequence attends to.
  @Test func stepsAddUpToTheSequence() {
    #expect(cost.generationFLOPs(promptTokens: 1, steps: 15) == cost.forwardFLOPsPerToken(sequenceLength: 16) * 16)
    let grown = cost.generationFLOPs(promptTokens: 8, steps: 9) - cost.generationFLOPs(promptTokens: 8, steps: 8)
    let last = cost.forwardFLOPsPerToken(sequenceLength: 17) * 17 - cost.forwardFLOPsPerToken(sequenceLength: 16) * 16
    #expect(grown == last)
  }
}
