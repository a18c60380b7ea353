import Layers
import TestSupport
import Testing
import Torch

@testable import Models

/// Every family against transformers, from the checkpoint that transformers saved.
struct FamilyOracleTests {
  static let decoders = [
    "llama3-scaling", "llama-linear", "llama-yarn", "qwen2-window", "qwen3", "qwen3-moe", "qwen3-moe-normalised",
    "mistral-window", "mixtral", "phi3-short", "phi3-long", "phi3-window", "gemma3", "gemma3-softcap", "gpt-neox",
    "gpt-neox-sequential", "deepseek-v2-moe", "deepseek-v2-groups",
  ]

  init() throws { try TorchForTests.load() }

  @Test(arguments: decoders)
  func logitsAgree(name: String) throws {
    let oracle = try FamilyOracle(name)
    let model = try oracle.model()
    let error = try relativeError(withoutGradients { try model.logits(oracle.inputs) }, oracle["logits"])
    #expect(error < 1e-5, "\(error)")
    #expect(DecoderCost(model.configuration).parameters == model.parameters.count)
  }

  /// Token by token, and in pieces that cross the windows' ends.
  @Test(arguments: decoders, [1, 5])
  func cachedDecodingEqualsTheFullForward(name: String, piece: Int) throws {
    let oracle = try FamilyOracle(name)
    for plan in [DensePlan(), InferencePlan()] as [any LinearPlan] {
      let model = try oracle.model(plan: plan)
      let texts = try oracle.texts()
      let length = texts[0].count
      let caches = try texts.map { _ in try model.makeCache(capacity: length) }
      var rows: [[Tensor]] = texts.map { _ in [] }
      for start in stride(from: 0, to: length, by: piece) {
        let steps = zip(caches, texts).map { cache, text in
          SequenceStep(cache, tokens: Array(text[start..<min(start + piece, length)]), logits: .all)
        }
        let logits = try model.step(steps)
        let added = logits.size(0) / texts.count
        for index in texts.indices {
          rows[index].append(try logits.narrow(dimension: 0, from: index * added, length: added))
        }
      }
      let found = try Tensor.stacked(rows.map { try Tensor.concatenated($0) })
      let error = try relativeError(found, oracle["logits"])
      #expect(error < 1e-5, "\(plan): \(error)")
    }
  }

  /// The backward pass of every choice, against the change of the loss along the gradient.
  @Test(arguments: decoders)
  func gradientsAreTheLossesSlope(name: String) throws {
    let oracle = try FamilyOracle(name)
    let model = try oracle.model(dtype: .float64)
    let tokens = try oracle.inputs
    let loss = try model.loss(tokens, targets: tokens)
    try loss.backward()
    var slope = 0.0
    let step = 1e-5
    for parameter in model.parameters.parameters {
      let gradient = try #require(parameter.tensor.gradient, "\(parameter.path) got no gradient")
      slope += try (gradient * gradient).sum().item()
      try withoutGradients { try parameter.tensor.addInPlace(gradient, scale: step) }
    }
    let above = try withoutGradients { try model.loss(tokens, targets: tokens) }.item()
    try withoutGradients {
      for parameter in model.parameters.parameters {
        try parameter.tensor.addInPlace(#require(parameter.tensor.gradient), scale: -2 * step)
      }
    }
    let below = try withoutGradients { try model.loss(tokens, targets: tokens) }.item()
    let found = (above - below) / (2 * step)
    #expect(abs(found - slope) < 1e-3 * slope, "\(found) against \(slope)")
  }

  @Test func sentenceEmbeddingsAgree() throws {
    let oracle = try FamilyOracle("bert")
    let family = try #require(EncoderFamily.family(modelType: "bert"))
    var configuration = try family.configuration(oracle.fields)
    let lengths = try oracle["lengths"].values(as: Int64.self).map { Int($0) }
    let texts = try zip(oracle.texts(), lengths).map { Array($0.prefix($1)) }
    for pooling in [Pooling.mean, .first] {
      configuration.pooling = pooling
      let model = try BertEncoder(
        configuration, source: CheckpointSource(oracle.weights, family.names, configuration))
      #expect(model.parameters.count == configuration.parameters)
      let hidden = try withoutGradients { try model.hidden(oracle.inputs, lengths: lengths) }
      for (row, length) in lengths.enumerated() {
        // Behind a text's end nothing is promised.
        func cut(_ tensor: Tensor) throws -> Tensor {
          try tensor.select(dimension: 0, index: row).narrow(dimension: 0, from: 0, length: length)
        }
        #expect(try relativeError(cut(hidden), cut(oracle["hidden"])) < 1e-5)
      }
      let embeddings = try model.embeddings(texts)
      #expect(try relativeError(embeddings, oracle[pooling == .mean ? "mean" : "first"]) < 1e-5)
      // One by one nothing is padded.
      let single = try Tensor.concatenated(texts.map { try model.embeddings([$0]) })
      #expect(try relativeError(single, embeddings) < 1e-5)
    }
    let model = try BertEncoder(
      configuration, source: CheckpointSource(oracle.weights, family.names, configuration))
    #expect(throws: EncoderError.emptyText) { try model.embeddings([[]]) }
    #expect(throws: EncoderError.tokenOutOfRange(61, vocabulary: 61)) { try model.embeddings([[3, 61]]) }
    #expect(try model.embeddings([]).shape == [0, 32])
    // Beyond the positions a text is cut.
    #expect(
      try model.embeddings([[UInt32](repeating: 5, count: 99)])
        .isEqual(to: model.embeddings([[UInt32](repeating: 5, count: 40)])))
  }
}
