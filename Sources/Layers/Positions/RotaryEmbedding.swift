// B batch, T positions, H heads, D features of a head.
internal import Foundation
public import Torch

/// Rotary position embedding (RoFormer, arXiv 2104.09864): pairs of features are turned by an angle that grows with the
/// position.
public struct RotaryEmbedding {
  /// Which features make a pair.
  public enum Pairing: String, Sendable, Codable, Hashable {
    /// Feature i with feature i + D/2: Llama, Qwen.
    case halves
    /// Feature 2i with feature 2i + 1: DeepSeek-V2.
    case neighbours
  }

  public let pairing: Pairing
  /// [positions, D/2]
  private let cosines: Tensor
  private let sines: Tensor
  public let features: Int

  /// Tables for positions 0 ..< `capacity`.
  public init(features: Int, base: Double, capacity: Int, pairing: Pairing = .halves, device: Device = .cpu) throws {
    precondition(features % 2 == 0, "rotary embedding needs an even number of features")
    let half = features / 2
    var cosines: [Float] = []
    var sines: [Float] = []
    cosines.reserveCapacity(capacity * half)
    sines.reserveCapacity(capacity * half)
    let frequencies = (0..<half).map { Foundation.pow(base, -2 * Double($0) / Double(features)) }
    for position in 0..<capacity {
      for frequency in frequencies {
        // In single precision like the reference implementations: at position p the angle is rounded to a float.
        let angle = Double(Float(position) * Float(frequency))
        cosines.append(Float(Foundation.cos(angle)))
        sines.append(Float(Foundation.sin(angle)))
      }
    }
    self.features = features
    self.pairing = pairing
    self.cosines = try Tensor(cosines, shape: [capacity, half]).to(device: device)
    self.sines = try Tensor(sines, shape: [capacity, half]).to(device: device)
  }

  /// The cosines and sines of `length` positions from `start` on, shaped and typed to turn [B, T, H, D].
  public func rotation(from start: Int, length: Int, dtype: DType) throws -> Rotation {
    func cut(_ table: Tensor) throws -> Tensor {
      try table.narrow(dimension: 0, from: start, length: length).to(dtype: dtype)
        .view(1, length, 1, features / 2)  // [1, T, 1, D/2]
    }
    return Rotation(cosines: try cut(cosines), sines: try cut(sines), pairing: pairing)
  }

  /// The cosines and sines of positions in any order, to turn [1, N, H, D].
  public func rotation(positions: [Int], dtype: DType) throws -> Rotation {
    let rows = try Tensor(positions.map(Int64.init)).to(device: cosines.device)
    func gathered(_ table: Tensor) throws -> Tensor {
      try embedding(table, rows).to(dtype: dtype).view(1, positions.count, 1, features / 2)  // [1, N, 1, D/2]
    }
    return Rotation(cosines: try gathered(cosines), sines: try gathered(sines), pairing: pairing)
  }
}

/// The rotation of a run of positions.
public struct Rotation {
  /// [1, T, 1, D/2]
  let cosines: Tensor
  let sines: Tensor
  let pairing: RotaryEmbedding.Pairing

  /// Turns [B, T, H, D] by each position's angle.
  public func callAsFunction(_ input: Tensor) throws -> Tensor {
    let rotated = try withBackward("rotary", of: [input]) {
      [try turn(input, sines)]
    } backward: { gradients in
      // A rotation's transpose is the rotation back.
      [try gradients[0].map { try turn($0, sines.negated()) }]
    }
    return rotated[0]
  }

  private func turn(_ input: Tensor, _ sines: Tensor) throws -> Tensor {
    let output = try Tensor.empty(input.shape, dtype: input.dtype, device: input.device)
    let (first, second) = try pair(input)
    let (outFirst, outSecond) = try pair(output)
    // (a, b) -> (a cos - b sin, b cos + a sin)
    try outFirst.copyInPlace(from: first)
    try outSecond.copyInPlace(from: second)
    try outFirst.multiplyInPlace(cosines)
    try outSecond.multiplyInPlace(cosines)
    try outFirst.addProductInPlace(second, sines.negated())
    try outSecond.addProductInPlace(first, sines)
    return output
  }

  /// Views of the first and the second of every pair, [B, T, H, D/2] each.
  private func pair(_ tensor: Tensor) throws -> (Tensor, Tensor) {
    let half = tensor.size(-1) / 2
    switch pairing {
    case .halves:
      return (
        try tensor.narrow(dimension: -1, from: 0, length: half),
        try tensor.narrow(dimension: -1, from: half, length: half)
      )
    case .neighbours:
      let pairs = try tensor.view(Array(tensor.shape.dropLast()) + [half, 2])  // [B, T, H, D/2, 2]
      return (try pairs.select(dimension: -1, index: 0), try pairs.select(dimension: -1, index: 1))
    }
  }
}
