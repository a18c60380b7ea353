import TestSupport
import Testing
import Torch

@testable import Layers

/// Fast paths against slow, obvious references: outputs and gradients, on sizes that are no power of two.
struct FastPathTests {
  init() throws { try TorchForTests.load() }

  private func random(_ shape: [Int], seed: UInt64) throws -> Tensor {
    try Tensor.randn(shape, generator: Generator(seed: seed)).requiringGradient()
  }

  /// Compares two functions of the same inputs, and the gradients of a weighted sum of their outputs.
  private func compare(
    _ inputs: [Tensor], tolerance: Double = 1e-5, fast: ([Tensor]) throws -> Tensor,
    reference: ([Tensor]) throws -> Tensor
  ) throws {
    let found = try fast(inputs)
    let expected = try reference(inputs)
    #expect(try relativeError(found, expected) < tolerance)
    let weights = try Tensor.randn(found.shape, generator: Generator(seed: 99))
    let foundGradients = try gradients(of: [(found * weights).sum()], withRespectTo: inputs)
    let expectedGradients = try gradients(of: [(expected * weights).sum()], withRespectTo: inputs)
    for (index, pair) in zip(foundGradients, expectedGradients).enumerated() {
      let (left, right) = (try #require(pair.0), try #require(pair.1))
      #expect(try relativeError(left, right) < tolerance, "gradient of input \(index)")
    }
  }

  @Test func projection() throws {
    try compare([random([3, 11, 37], seed: 1), random([53, 37], seed: 2)]) {
      try project($0[0], $0[1])
    } reference: {
      try linear($0[0], $0[1])
    }
  }

  @Test func projectionWithBias() throws {
    try compare([random([5, 19], seed: 1), random([7, 19], seed: 2), random([7], seed: 3)]) {
      try project($0[0], $0[1], bias: $0[2])
    } reference: {
      try linear($0[0], $0[1], bias: $0[2])
    }
  }

  @Test func rootMeanSquareNorm() throws {
    try compare([random([4, 9, 45], seed: 1), random([45], seed: 2)]) {
      try RMSNorm.fast($0[0], weight: $0[1], epsilon: 1e-6)
    } reference: { inputs in
      let x = inputs[0]
      let mean = try (x * x).mean(over: [-1], keepingDimensions: true)
      return try x * (mean + 1e-6).reciprocalSquareRoot() * inputs[1]
    }
  }

  @Test func gatedActivation() throws {
    try compare([random([6, 31], seed: 1), random([6, 31], seed: 2)]) {
      try swiGLU(gate: $0[0], up: $0[1])
    } reference: {
      try $0[0] * $0[0].sigmoid() * $0[1]
    }
  }

  @Test(arguments: [RotaryEmbedding.Pairing.halves, .neighbours])
  func rotaryEmbedding(pairing: RotaryEmbedding.Pairing) throws {
    let features = 10
    let rotary = try RotaryEmbedding(features: features, base: 100, capacity: 20, pairing: pairing)
    let rotation = try rotary.rotation(from: 3, length: 7, dtype: .float32)
    try compare([random([2, 7, 3, features], seed: 4)]) {
      try rotation($0[0])
    } reference: { inputs in
      // Every pair is turned by its angle, one matrix a position.
      var rows: [Float] = []
      for position in 3..<10 {
        var matrix = [[Double]](repeating: [Double](repeating: 0, count: features), count: features)
        for pair in 0..<(features / 2) {
          let angle = Double(position) * power(100, -2 * Double(pair) / Double(features))
          let (a, b) = pairing == .halves ? (pair, pair + features / 2) : (2 * pair, 2 * pair + 1)
          (matrix[a][a], matrix[b][b]) = (cosine(angle), cosine(angle))
          (matrix[a][b], matrix[b][a]) = (sine(angle), -sine(angle))
        }
        rows += matrix.flatMap { $0.map { Float($0) } }
      }
      let matrices = try Tensor(rows, shape: [7, features, features])  // [T, D, D]
      return try inputs[0].matmul(matrices)
    }
  }

  @Test(arguments: [1, 2, 6])
  func fusedAttention(groups: Int) throws {
    try compare([
      random([2, 6, 13, 9], seed: 1), random([2, groups, 13, 9], seed: 2), random([2, groups, 13, 9], seed: 3),
    ]) {
      try scaledDotProductAttention(
        query: $0[0], key: $0[1], value: $0[2], isCausal: true, groupedQueries: groups != 6)
    } reference: {
      try referenceAttention(query: $0[0], key: $0[1], value: $0[2], isCausal: true)
    }
  }

  @Test(arguments: [1, 255, 256, 700])
  func languageModelLoss(rows: Int) throws {
    let targets = try Tensor.randomIntegers(to: 41, shape: [rows], generator: Generator(seed: 9))
    try compare([random([rows, 23], seed: 1), random([41, 23], seed: 2)]) {
      try LanguageModelLoss.mean($0[0], weight: $0[1], targets: targets)
    } reference: {
      try crossEntropy(linear($0[0], $0[1]), targets: targets)
    }
  }

  @Test func lossOfEachTokenAveragesToTheMean() throws {
    let targets = try Tensor.randomIntegers(to: 41, shape: [300], generator: Generator(seed: 9))
    let hidden = try random([300, 23], seed: 1)
    let weight = try random([41, 23], seed: 2)
    let each = try LanguageModelLoss.each(
      hidden, vocabulary: DenseVocabularyProjection(matrix: Parameter(path: "head", tensor: weight, isTrainable: true)),
      targets: targets)
    let mean = try LanguageModelLoss.mean(hidden, weight: weight, targets: targets)
    #expect(try relativeError(each.mean(), mean.detached()) < 1e-5)
    #expect(!each.requiresGradient)
  }
}
