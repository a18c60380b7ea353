import TestSupport
import Testing
import Torch

@testable import Layers

/// The shim's own operators against the same functions made of libtorch's, in both types.
struct KernelTests {
  init() throws { try TorchForTests.load() }

  private func random(_ shape: [Int], seed: UInt64, _ dtype: DType = .float32) throws -> Tensor {
    try Tensor.randn(shape, generator: Generator(seed: seed)).to(dtype: dtype)
  }

  /// Of a result rounded once to the type.
  private func tolerance(_ dtype: DType) -> Double { dtype == .float32 ? 1e-5 : 1.0 / 128 }

  @Test func areThere() throws {
    #expect(hasKernels(.float32, on: .cpu))
    #expect(hasKernels(.bfloat16, on: .cpu))
    #expect(!hasKernels(.float64, on: .cpu))
    #expect(!hasKernels(.float32, on: .meta))
  }

  @Test(arguments: [DType.float32, .bfloat16], [1, 16, 45, 576])
  func rootMeanSquareNorm(dtype: DType, width: Int) throws {
    for (rows, offset) in [(1, 0.0), (9, 1.0), (200, 0.0)] {
      let input = try random([rows, width], seed: 1, dtype)
      let weight = try random([width], seed: 2, dtype)
      let found = try kernelRMSNorm(input, weight: weight, epsilon: 1e-6, offset: offset)
      let x = try input.to(dtype: .float32)
      let mean = try (x * x).mean(over: [-1], keepingDimensions: true)
      let expected = try x * (mean + 1e-6).reciprocalSquareRoot() * (weight.to(dtype: .float32) + offset)
      #expect(found.dtype == dtype)
      #expect(try relativeError(found, expected) < tolerance(dtype))
    }
  }

  @Test(arguments: [DType.float32, .bfloat16], [1, 31, 128, 1000])
  func gatedActivation(dtype: DType, width: Int) throws {
    let joined = try random([7, 2 * width], seed: 3, dtype)
    try joined.multiplyInPlace(6)  // into the tails
    let wide = try joined.to(dtype: .float32)
    let gate = try wide.narrow(dimension: 1, from: 0, length: width)
    let rest = try wide.narrow(dimension: 1, from: width, length: width)
    let swish = try gate.silu() * rest
    #expect(try relativeError(kernelGate(joined, activation: .silu), swish) < tolerance(dtype))
    let gelu = try gate.gelu(approximately: true) * rest
    #expect(try relativeError(kernelGate(joined, activation: .geluTanh), gelu) < tolerance(dtype))
  }

  @Test func gatesKeepWhatIsNoNumber() throws {
    let joined = try Tensor([Float.nan, 100, -100, 1, 1, 1], shape: [1, 6])
    let values = try kernelGate(joined, activation: .silu).values(as: Float.self)
    #expect(values[0].isNaN)
    #expect(values[1] == 100)
    #expect(abs(values[2]) < 1e-30)
  }

  struct Shape: Sendable, CustomTestStringConvertible {
    var heads: Int
    var groups: Int
    var width: Int
    var rotated: Int?
    var window: Int?
    var norms: NormalizationKind?
    var pairing = RotaryEmbedding.Pairing.halves
    var testDescription: String { "\(heads) heads, \(groups) groups, \(width) wide, window \(window ?? 0)" }
  }

  static let shapes = [
    Shape(heads: 9, groups: 3, width: 64),
    Shape(heads: 4, groups: 4, width: 20, rotated: 6),
    Shape(heads: 8, groups: 1, width: 16, pairing: .neighbours),
    Shape(heads: 70, groups: 1, width: 18, rotated: 10, pairing: .neighbours),
    Shape(heads: 4, groups: 1, width: 256, window: 61, norms: .rootMeanSquarePlusOne),
    Shape(heads: 6, groups: 2, width: 80, window: 7, norms: .rootMeanSquare),
  ]

  /// Sequences of all kinds in each step: one token, a few, more than a block; caches that grow, and windows.
  @Test(arguments: shapes, [DType.float32, .bfloat16])
  func cachedAttention(shape: Shape, dtype: DType) throws {
    let builder = ModuleBuilder(source: RandomSource(seed: 4), plan: InferencePlan(packs: false), dtype: dtype)
    var sizes = GroupedQueryShape(heads: shape.heads, keyValueHeads: shape.groups, headWidth: shape.width)
    sizes.window = shape.window
    sizes.scale = 0.21
    let attention = try GroupedQueryAttention(
      builder, width: 8, shape: sizes,
      makeNorm: shape.norms.map { kind in
        { try makeNorm($0, kind: kind, width: shape.width, epsilon: 1e-6) }
      }, initializer: .normal(standardDeviation: 1), outputInitializer: .normal(standardDeviation: 1))
    let rotary = try RotaryEmbedding(
      features: shape.width, rotated: shape.rotated, base: 1000, capacity: 2048, pairing: shape.pairing)
    func caches() throws -> [LayerCache] {
      try (0..<4).map { _ in try LayerCache(attention.cacheShape, positions: 1, dtype: dtype, device: .cpu) }
    }
    let (mine, theirs) = (try caches(), try caches())
    var seed: UInt64 = 10
    for counts in [[1, 3, 70, 130], [1, 1, 1, 300], [2, 21, 1, 1], [1, 1, 1, 400], [1, 1, 1, 1]] {
      let batch = RaggedBatch(counts: counts)
      let positions = zip(mine, counts).flatMap { $0.length..<$0.length + $1 }
      let joined = try random([batch.count, (shape.heads + 2 * shape.groups) * shape.width], seed: seed, dtype)
      seed += 1
      let expected = try withoutGradients {
        try attention.composedStep(
          joined, rotation: rotary.rotation(positions: positions, dtype: dtype), batch: batch, caches: theirs)
      }
      let found = try withoutGradients {
        try attention.fusedStep(
          joined, rotation: rotary.rotation(positions: positions, dtype: .float32), batch: batch, caches: mine)
      }
      // The reference in bf16 rounds cosines, norms and scores on its way.
      #expect(try relativeError(found, expected) < (dtype == .float32 ? 2e-5 : 0.05), "\(counts)")
    }
  }

  /// Few sequences with long caches are shared out in pieces.
  @Test(arguments: [1, 2]) func longCaches(sequences: Int) throws {
    let (heads, groups, width) = (6, 2, 32)
    let caches = try (0..<sequences).map { try random([3000, 2 * groups * width], seed: UInt64($0)) }
    let joined = try random([sequences, (heads + 2 * groups) * width], seed: 9)
    let ones = try Tensor.ones([sequences, 4])
    let nothing = try Tensor.zeros([sequences, 4])
    let queries = try joined.cloned()
    let lengths = (0..<sequences).map { 2900 - 1700 * $0 }
    let found = try kernelAttention(
      joined, heads: heads, groups: groups, cosines: ones, sines: nothing, turnsNeighbours: false, norms: nil,
      sequences: zip(caches, lengths).map { KernelSequence(cache: $0, count: 1, firstRow: $1, seenRow: 5) },
      window: nil, scale: 0.3)
    for (index, cache) in caches.enumerated() {
      let seen = try cache.narrow(dimension: 0, from: 5, length: lengths[index] - 4)
        .view(-1, 2 * groups, width).transposed(0, 1).unsqueezed(0)  // [1, 2 G, S, D]
      let query = try queries.narrow(dimension: 0, from: index, length: 1)
        .narrow(dimension: 1, from: 0, length: heads * width).view(1, heads, 1, width)
      let expected = try referenceAttention(
        query: query, key: seen.narrow(dimension: 1, from: 0, length: groups),
        value: seen.narrow(dimension: 1, from: groups, length: groups), isCausal: false, scale: 0.3)
      #expect(
        try relativeError(
          found.narrow(dimension: 0, from: index, length: 1), expected.view(1, heads * width)) < 1e-5)
    }
  }

  @Test func wrongShapesAreRefused() throws {
    let cache = try Tensor.zeros([8, 4 * 16])
    let joined = try Tensor.zeros([2, 6 * 16])
    func call(count: Int, first: Int, seen: Int, cosines: [Int]) throws {
      _ = try kernelAttention(
        joined, heads: 2, groups: 2, cosines: Tensor.ones(cosines), sines: Tensor.ones(cosines),
        turnsNeighbours: false, norms: nil,
        sequences: [KernelSequence(cache: cache, count: count, firstRow: first, seenRow: seen)], window: nil, scale: 1)
    }
    try call(count: 2, first: 6, seen: 0, cosines: [2, 8])
    for (count, first, seen, cosines) in [
      (3, 0, 0, [2, 8]), (1, 0, 0, [2, 8]), (2, 7, 0, [2, 8]), (2, -1, -1, [2, 8]), (2, 2, 3, [2, 8]),
      (2, 0, 0, [2, 9]), (2, 0, 0, [3, 8]),
    ] {
      #expect(throws: TorchError.self) { try call(count: count, first: first, seen: seen, cosines: cosines) }
    }
  }
}
