import Foundation
import Layers
import Models
import TestSupport
import Testing
import Torch

@testable import Checkpoints

/// The catalogue's models as we load them against what transformers makes of the same files
/// (scripts/oracles/checkpoints_oracle.py). Each is skipped where the model has not been fetched.
@Suite(.serialized)
struct RealModelTests {
  static let shelf = ModelShelf(folder: TorchForTests.home.appendingPathComponent("models"))

  static func isHere(_ name: String) -> Bool { (try? shelf.path(of: name)) != nil }

  struct Oracle: Decodable {
    struct Logits: Decodable {
      let best: [[Double]]
      let sum: Double
      let squares: Double
    }

    struct Text: Decodable {
      let text: String
      let tokens: [UInt32]
      let embedding: [Float]
    }

    let tensors: [String: [Double]]
    let tokens: [UInt32]?
    let logits: Logits?
    let texts: [Text]?

    init(_ name: String) throws {
      let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures/\(name).json")
      self = try JSONDecoder().decode(Oracle.self, from: Data(contentsOf: file))
    }
  }

  /// Sum, sum of squares, and sum weighted by the index mod 1009, in fp64.
  private func sums(_ tensor: Tensor) throws -> [Double] {
    try withoutGradients {
      let values = try tensor.reshaped(-1).to(dtype: .float64)
      let period = try Tensor.arange(to: 1009, dtype: .float64)
      let rounds = (values.count + 1008) / 1009
      let weights = try Tensor.concatenated(Array(repeating: period, count: rounds))
        .narrow(dimension: 0, from: 0, length: values.count)
      return try [values.sum(over: [0]), (values * values).sum(over: [0]), (values * weights).sum(over: [0])]
        .map { try $0.item() }
    }
  }

  /// Sums of many numbers that nearly cancel: errors are relative to what was added up.
  private func expectEqual(_ found: [Double], _ expected: [Double], count: Int, _ name: String) {
    let scale = (expected[1] * Double(max(1, count))).squareRoot()
    #expect(abs(found[0] - expected[0]) <= 1e-12 * max(scale, 1e-30), "\(name): \(found) \(expected)")
    #expect(abs(found[1] - expected[1]) <= 1e-12 * expected[1], "\(name): \(found) \(expected)")
    #expect(abs(found[2] - expected[2]) <= 1e-12 * 1009 * max(scale, 1e-30), "\(name): \(found) \(expected)")
  }

  /// Unpacking a hundred million numbers takes minutes without optimisation: then some layers stand for all.
  private static var isOptimized: Bool {
    #if DEBUG
      false
    #else
      true
    #endif
  }

  private static let samples = ["model.layers.0.", "model.layers.17.", "model.norm."]

  @Test(.enabled(if: isHere("smollm2") || isHere("gemma3-270m")), arguments: ["smollm2", "gemma3-270m"])
  func decodersHaveTheReferencesWeights(name: String) throws {
    guard Self.isHere(name) else { return }
    try TorchForTests.load()
    let oracle = try Oracle(name)
    let checkpoint = try Checkpoint.open(Self.shelf.path(of: name))
    let shape = try checkpoint.makeShape().parameters
    #expect(Set(shape.parameters.map(\.path)) == Set(oracle.tensors.keys))
    #expect(shape.count == ModelCatalogue.builtIn.entry(named: name)?.parameters)
    let source = try checkpoint.decoderSource(copiesMapped: false)
    for parameter in shape.parameters
    where Self.isOptimized || Self.samples.contains(where: { parameter.path.hasPrefix($0) }) {
      let values = try source.values(for: request(parameter, .float32))
      let expected = try #require(oracle.tensors[parameter.path])
      expectEqual(try sums(values), expected, count: parameter.count, parameter.path)
      // Rounded once, as from the whole numbers.
      let narrow = try source.values(for: request(parameter, .bfloat16))
      let rounded = try values.to(dtype: .bfloat16).to(dtype: .float32)
      #expect(try relativeError(narrow.to(dtype: .float32), rounded) == 0, "\(parameter.path)")
    }
  }

  private func request(_ parameter: Parameter, _ dtype: DType) -> ParameterRequest {
    ParameterRequest(
      path: parameter.path, shape: parameter.tensor.shape, initializer: .constant(0), dtype: dtype, device: .cpu)
  }

  @Test(
    .enabled(if: isOptimized && (isHere("smollm2") || isHere("gemma3-270m"))), arguments: ["smollm2", "gemma3-270m"])
  func decodersHaveTheReferencesLogits(name: String) throws {
    guard Self.isHere(name) else { return }
    try TorchForTests.load()
    let oracle = try Oracle(name)
    let checkpoint = try Checkpoint.open(Self.shelf.path(of: name))
    let tokens = try #require(oracle.tokens)
    let expected = try #require(oracle.logits)
    for plan: any LinearPlan in [InferencePlan(), DensePlan()] {
      let model = try checkpoint.loadDecoder(plan: plan)
      let logits = try withoutGradients {
        let input = try Tensor(tokens.map { Int64($0) }, shape: [1, tokens.count])
        return try model.logits(input).select(dimension: 1, index: tokens.count - 1).values(as: Float.self)
      }
      let best = try #require(logits.indices.max { logits[$0] < logits[$1] })
      #expect(best == Int(expected.best[0][0]))
      let largest = abs(expected.best[0][1])
      for pair in expected.best {
        #expect(abs(Double(logits[Int(pair[0])]) - pair[1]) < 1e-4 * largest, "token \(pair[0])")
      }
      let squares = logits.reduce(0) { $0 + Double($1) * Double($1) }
      #expect(abs(squares - expected.squares) < 1e-4 * expected.squares)
    }
  }

  @Test(.enabled(if: isHere("smollm2") || isHere("gemma3-270m")), arguments: ["smollm2", "gemma3-270m"])
  func aGGUFFilesTokenizerReadsThePrompt(name: String) throws {
    guard Self.isHere(name) else { return }
    let checkpoint = try Checkpoint.open(Self.shelf.path(of: name))
    let tokenizer = try checkpoint.loadTokenizer()
    let prompt = "The capital of France is Paris, and the river that runs through it is"
    #expect(try tokenizer.encode(prompt, addingSpecialTokens: true) == Oracle(name).tokens)
    #expect(checkpoint.hasChatTemplate == (name == "smollm2"))
    #expect(checkpoint.endTokens == (name == "smollm2" ? [0, 2] : [1, 106]))
  }

  @Test(.enabled(if: isHere("minilm")))
  func theEncoderHasTheReferencesEmbeddings() throws {
    try TorchForTests.load()
    let oracle = try Oracle("minilm")
    let checkpoint = try Checkpoint.open(Self.shelf.path(of: "minilm"))
    let encoder = try SentenceEncoder(checkpoint)
    let plain = try checkpoint.loadEncoder(plan: DensePlan())
    for parameter in plain.parameters.parameters {
      let expected = try #require(oracle.tensors[parameter.path])
      expectEqual(try sums(parameter.tensor), expected, count: parameter.count, parameter.path)
    }
    let left = Set(oracle.tensors.keys).subtracting(plain.parameters.parameters.map(\.path))
    #expect(left == ["pooler.dense.weight", "pooler.dense.bias"])
    let texts = try #require(oracle.texts)
    #expect(encoder.encoder.configuration.usableTokens == 256)
    let tokens = texts.map { encoder.tokens($0.text) }
    for (found, expected) in zip(tokens, texts) { #expect(found == expected.tokens, "\(expected.text.prefix(40))") }
    let embeddings = try encoder.embeddings(tokens)
    for (found, expected) in zip(embeddings, texts) {
      let cosine = zip(found, expected.embedding).reduce(Float(0)) { $0 + $1.0 * $1.1 }
      #expect(abs(cosine - 1) < 1e-5, "\(expected.text.prefix(40)): \(cosine)")
    }
  }
}
