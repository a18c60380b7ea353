internal import Layers
internal import Torch

/// What a decoder costs, counted from its configuration alone: nothing is allocated.
public struct DecoderCost: Sendable, Hashable {
  public let configuration: DecoderConfiguration

  public init(_ configuration: DecoderConfiguration) { self.configuration = configuration }

  /// Weights and biases of one attention block.
  var attentionParameters: Int {
    let c = configuration
    if let latent = c.latent, c.attention == .multiHeadLatent {
      let queryWidth = c.heads * (latent.positionlessWidth + latent.rotaryWidth)
      let query =
        latent.queryRank.map { c.width * $0 + $0 + $0 * queryWidth } ?? c.width * queryWidth
      let compress = c.width * (latent.keyValueRank + latent.rotaryWidth) + latent.keyValueRank
      let expand = latent.keyValueRank * c.heads * (latent.positionlessWidth + latent.valueWidth)
      return query + compress + expand + c.heads * latent.valueWidth * c.width
    }
    let queries = c.heads * c.headWidth
    let keysAndValues = 2 * (c.effectiveKeyValueHeads ?? 0) * c.headWidth
    let biases = c.attentionBias ? queries + keysAndValues : 0
    return c.width * (queries + keysAndValues) + biases + queries * c.width
  }

  public var parameters: Int {
    let c = configuration
    let layer = attentionParameters + 3 * c.width * c.intermediate + 2 * c.width
    let embeddings = c.vocabulary * c.width * (c.tiedEmbeddings ? 1 : 2)
    return c.layers * layer + embeddings + c.width
  }

  /// Elements one position adds to the caches of all layers.
  public var cacheElementsPerToken: Int {
    let c = configuration
    if let latent = c.latent, c.attention == .multiHeadLatent {
      return c.layers * (latent.keyValueRank + latent.rotaryWidth)
    }
    return c.layers * 2 * (c.effectiveKeyValueHeads ?? 0) * c.headWidth
  }

  /// Floating-point operations of one token's forward pass in a causal sequence of `sequenceLength`: a multiply and
  /// an add for each weight of a matrix, and for each pair of positions that the causal mask leaves. Element-wise
  /// work is not counted.
  public func forwardFLOPsPerToken(sequenceLength: Int) -> Double {
    let c = configuration
    // A token attends to (T + 1) / 2 positions on average.
    let context = Double(sequenceLength + 1) / 2
    var weights: Int
    var perPosition: Int
    if let latent = c.latent, c.attention == .multiHeadLatent {
      weights = attentionParameters - latent.keyValueRank - (latent.queryRank ?? 0)
      perPosition = c.heads * (latent.positionlessWidth + latent.rotaryWidth + latent.valueWidth)
    } else {
      let queries = c.heads * c.headWidth
      weights = c.width * (2 * queries + 2 * (c.effectiveKeyValueHeads ?? 0) * c.headWidth)
      perPosition = 2 * queries
    }
    weights += 3 * c.width * c.intermediate
    let layer = 2 * Double(weights) + 2 * Double(perPosition) * context
    return Double(c.layers) * layer + 2 * Double(c.vocabulary) * Double(c.width)
  }

  /// Forward and backward: the backward pass has two products for each one of the forward pass. Recomputation inside
  /// a fused kernel is not useful work and not counted.
  public func trainingFLOPsPerToken(sequenceLength: Int) -> Double {
    3 * forwardFLOPsPerToken(sequenceLength: sequenceLength)
  }

  /// Bytes a training run is expected to hold at its peak: weights, gradients and AdamW's two moments, and the
  /// activations that wait for the backward pass.
  ///
  /// - Parameter masterWeights: whether an fp32 copy takes the updates; the moments are then fp32 too.
  public func trainingBytes(tokensPerStep: Int, bytesPerElement: Int, masterWeights: Bool) -> Double {
    let c = configuration
    // Weights, gradients, two moments; the copy, and the gradients once more in its type.
    let state = Double(parameters) * Double(masterWeights ? 2 * bytesPerElement + 16 : 4 * bytesPerElement)
    // A layer keeps two norms' inputs and outputs, queries, keys, values, the mixed values, and gate, up and their
    // product: an upper bound, since some are shared.
    let attention =
      c.latent.map { 3 * c.heads * ($0.positionlessWidth + $0.rotaryWidth) + 2 * $0.keyValueRank }
      ?? c.heads * c.headWidth * 2 + 2 * (c.effectiveKeyValueHeads ?? 0) * c.headWidth
    let layer = 5 * c.width + 2 * attention + 3 * c.intermediate
    // The loss holds a piece of the logits and of their gradients, in fp32.
    let rows = LanguageModelLoss.rows(vocabulary: c.vocabulary, device: .cpu)
    return state + Double(tokensPerStep) * Double(c.layers) * Double(layer * bytesPerElement)
      + Double(rows * c.vocabulary * 8)
  }

  /// The same configuration with its feed-forward blocks narrowed or widened until it has about `target` parameters:
  /// the nearest multiple of 8.
  /// - Throws: ``ConfigurationError/parametersOutOfReach(target:smallest:)``.
  public func holdingParameters(at target: Int) throws -> DecoderConfiguration {
    var changed = configuration
    let perUnit = 3 * changed.width * changed.layers
    changed.intermediate = 0
    let rest = DecoderCost(changed).parameters
    let units = Double(target - rest) / Double(perUnit)
    let rounded = Int((units / 8).rounded()) * 8
    guard rounded >= 8 else { throw ConfigurationError.parametersOutOfReach(target: target, smallest: rest) }
    changed.intermediate = rounded
    return changed
  }
}
