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

  /// The backward pass of every choice: of each of the checkpoint's tensors the sum of its gradient and of its squares,
  /// which stay the same when a fused tensor is taken apart.
  @Test(arguments: decoders)
  func gradientsAgree(name: String) throws {
    let oracle = try FamilyOracle(name)
    let model = try oracle.model()
    let (family, configuration) = try ModelFamily.read(oracle.fields)
    let length = try oracle.inputs.size(1) - 1
    let loss = try model.loss(
      oracle.inputs.narrow(dimension: 1, from: 0, length: length),
      targets: oracle.inputs.narrow(dimension: 1, from: 1, length: length))
    #expect(try relativeError(loss.detached(), oracle["loss"].view([])) < 1e-5)
    try loss.backward()
    var found: [String: (sum: Double, squares: Double)] = [:]
    for parameter in model.parameters.parameters {
      // An expert that no token chose has none.
      guard let gradient = try parameter.tensor.gradient?.to(dtype: .float64) else {
        #expect(parameter.path.contains(".experts."), "\(parameter.path) got no gradient")
        continue
      }
      let origin = family.names.origin(of: parameter.path, configuration) { oracle.weights[$0] != nil }
      var sums = found[origin.parts[0].name] ?? (0, 0)
      sums.sum += try gradient.sum().item()
      sums.squares += try (gradient * gradient).sum().item()
      found[origin.parts[0].name] = sums
    }
    let expected: [Double] = try oracle["gradients"].values()
    for (index, name) in oracle.weights.keys.sorted().enumerated() {
      let (sum, squares) = (expected[2 * index], expected[2 * index + 1])
      let sums = found[name] ?? (0, 0)
      let scale = squares.squareRoot() * Double(try #require(oracle.weights[name]).count).squareRoot()
      #expect(abs(sums.squares - squares) <= 1e-4 * squares, "\(name): \(sums.squares) and \(squares)")
      #expect(abs(sums.sum - sum) <= 1e-4 * scale + 1e-12, "\(name): \(sums.sum) and \(sum)")
    }
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
