internal import Layers
internal import Torch

/// What a decoder costs, counted from its configuration alone: nothing is allocated.
public struct DecoderCost: Sendable, Hashable {
  public let configuration: DecoderConfiguration

  public init(_ configuration: DecoderConfiguration) { self.configuration = configuration }

  /// Weights, biases and inner norms of one attention block.
  var attentionParameters: Int {
    let c = configuration
    if let latent = c.latent, c.attention == .multiHeadLatent {
      return attentionWeights + latent.keyValueRank + (latent.queryRank ?? 0)
    }
    let queries = c.heads * c.headWidth
    let keysAndValues = 2 * (c.effectiveKeyValueHeads ?? 0) * c.headWidth
    let biases = (c.attentionBias ? queries + keysAndValues : 0) + (c.attentionOutputBias ? c.width : 0)
    return attentionWeights + biases + (c.queryKeyNorm ? 2 * c.headWidth : 0)
  }

  /// Elements of the matrices of one attention block.
  private var attentionWeights: Int {
    let c = configuration
    if let latent = c.latent, c.attention == .multiHeadLatent {
      let queryWidth = c.heads * (latent.positionlessWidth + latent.rotaryWidth)
      let query = latent.queryRank.map { c.width * $0 + $0 * queryWidth } ?? c.width * queryWidth
      let compress = c.width * (latent.keyValueRank + latent.rotaryWidth)
      let expand = latent.keyValueRank * c.heads * (latent.positionlessWidth + latent.valueWidth)
      return query + compress + expand + c.heads * latent.valueWidth * c.width
    }
    return 2 * c.width * c.headWidth * (c.heads + (c.effectiveKeyValueHeads ?? 0))
  }

  /// Elements of the matrices of a feed-forward network, and of its biases.
  private func feedForward(_ intermediate: Int, isGated: Bool) -> (weights: Int, biases: Int) {
    let inner = isGated ? 2 : 1
    let biases = configuration.feedForwardBias ? inner * intermediate + configuration.width : 0
    return ((inner + 1) * configuration.width * intermediate, biases)
  }

  /// The same of layer `layer`, with `experts` of the routed experts.
  private func feedForward(layer: Int, experts: (ExpertShape) -> Int) -> (weights: Int, biases: Int) {
    let c = configuration
    guard let shape = c.experts, c.hasExperts(layer: layer) else {
      return feedForward(c.intermediate, isGated: c.feedForward == .gated)
    }
    let routed = feedForward(shape.intermediate, isGated: true)
    let shared = shape.sharedIntermediate.map { feedForward($0, isGated: true) } ?? (weights: 0, biases: 0)
    let router = c.width * shape.count
    return (
      experts(shape) * routed.weights + shared.weights + router, experts(shape) * routed.biases + shared.biases
    )
  }

  /// A sum over layers that are alike but for experts.
  private func overLayers<Number: Numeric>(_ each: (Int) -> Number) -> Number {
    let c = configuration
    let dense = c.experts.map { min($0.denseLayers, c.layers) } ?? c.layers
    var total: Number = 0
    if dense > 0 { total += Number(exactly: dense)! * each(0) }
    if dense < c.layers { total += Number(exactly: c.layers - dense)! * each(dense) }
    return total
  }

  private func count(experts: (ExpertShape) -> Int) -> Int {
    let c = configuration
    let norm = c.normalization == .layer ? 2 * c.width : c.width
    let norms = (c.layout == .sandwich ? 4 : 2) * norm
    let embeddings = c.vocabulary * c.width * (c.tiedEmbeddings ? 1 : 2)
    let layers = overLayers { layer in
      let network = feedForward(layer: layer, experts: experts)
      return attentionParameters + network.weights + network.biases + norms
    }
    return layers + embeddings + norm
  }

  public var parameters: Int { count { $0.count } }

  /// Those that one token's forward pass reads: of the routed experts the active ones.
  public var activeParameters: Int { count { $0.active } }

  /// Bytes of the weights when every element takes `bytesPerElement`.
  public func weightBytes(bytesPerElement: Int) -> Int { parameters * bytesPerElement }

  /// Elements one position adds to the caches of all layers, as long as no window is full.
  public var cacheElementsPerToken: Int {
    let c = configuration
    if let latent = c.latent, c.attention == .multiHeadLatent {
      return c.layers * (latent.keyValueRank + latent.rotaryWidth)
    }
    return c.layers * 2 * (c.effectiveKeyValueHeads ?? 0) * c.headWidth
  }

  /// Elements that the caches need for a sequence of `positions`: layers with a window keep no more than it.
  public func cacheElements(positions: Int) -> Int {
    let windowed = configuration.slidingWindow?.layers.count { $0 } ?? 0
    let kept = min(positions, configuration.slidingWindow?.positions ?? positions)
    let perLayer = cacheElementsPerToken / max(1, configuration.layers)
    return perLayer * ((configuration.layers - windowed) * positions + windowed * kept)
  }

  /// Positions a token of a causal sequence attends to on average.
  private func meanContext(_ length: Int, window: Int?) -> Double {
    guard let window, window < length else { return Double(length + 1) / 2 }
    // The first tokens see less than the window.
    return (Double(window) * Double(window + 1) / 2 + Double(length - window) * Double(window)) / Double(length)
  }

  /// Floating-point operations of one token's forward pass in a causal sequence of `sequenceLength`: a multiply and
  /// an add for each weight of a matrix, of the active experts alone, and for each pair of positions that the causal
  /// mask and a window leave. Element-wise work is not counted.
  public func forwardFLOPsPerToken(sequenceLength: Int) -> Double {
    let c = configuration
    let perPosition: Int
    if let latent = c.latent, c.attention == .multiHeadLatent {
      perPosition = c.heads * (latent.positionlessWidth + latent.rotaryWidth + latent.valueWidth)
    } else {
      perPosition = 2 * c.heads * c.headWidth
    }
    let windowed = c.slidingWindow?.layers.count { $0 } ?? 0
    let context =
      Double(c.layers - windowed) * meanContext(sequenceLength, window: nil)
      + Double(windowed) * meanContext(sequenceLength, window: c.slidingWindow?.positions)
    let weights = overLayers { layer in
      Double(attentionWeights + feedForward(layer: layer) { $0.active }.weights)
    }
    return 2 * weights + 2 * Double(perPosition) * context + 2 * Double(c.vocabulary) * Double(c.width)
  }

  /// Floating-point operations of reading a prompt and taking `steps` tokens after it, of one sequence. Logits are worked
  /// out after the prompt's last token and after each later one, and of no other token of the prompt.
  public func generationFLOPs(promptTokens: Int, steps: Int) -> Double {
    let length = promptTokens + steps
    let logits = 2 * Double(configuration.vocabulary) * Double(configuration.width)
    return (forwardFLOPsPerToken(sequenceLength: length) - logits) * Double(length) + logits * Double(steps + 1)
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
    let inner = c.experts.map { $0.active * $0.intermediate + ($0.sharedIntermediate ?? 0) } ?? 0
    let layer = 5 * c.width + 2 * attention + 3 * max(c.intermediate, inner)
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
    changed.intermediate = 1
    let first = DecoderCost(changed).parameters
    changed.intermediate = 0
    let rest = DecoderCost(changed).parameters
    let perUnit = first - rest
    guard perUnit > 0 else { throw ConfigurationError.parametersOutOfReach(target: target, smallest: rest) }
    let units = Double(target - rest) / Double(perUnit)
    let rounded = Int((units / 8).rounded()) * 8
    guard rounded >= 8 else { throw ConfigurationError.parametersOutOfReach(target: target, smallest: rest) }
    changed.intermediate = rounded
    return changed
  }
}
