// B batch, T positions, H heads, D features of a head, R of them turned.
internal import Foundation
public import Torch

/// Rotary position embedding (RoFormer, arXiv 2104.09864): pairs of features are turned by an angle that grows with the
/// position.
public struct RotaryEmbedding {
  /// Which features make a pair.
  public enum Pairing: String, Sendable, Codable, Hashable {
    /// Feature i with feature i + R/2: Llama, Qwen.
    case halves
    /// Feature 2i with feature 2i + 1: DeepSeek-V2.
    case neighbours
  }

  public let pairing: Pairing
  /// D, the features of a head.
  public let features: Int
  /// R, how many of them are turned: the first ones.
  public let rotated: Int
  /// The longest context that takes the short table.
  private let originalPositions: Int
  private let short: RotaryTable
  private let long: RotaryTable?

  /// Positions 0 ..< `capacity`. Nothing is worked out yet: the tables grow with the positions asked for.
  ///
  /// - Parameters:
  ///   - features: D, of a head.
  ///   - rotated: R, the features of a head that are turned, the first ones; nil: all.
  ///   - capacity: the model's longest context.
  public init(
    features: Int, rotated: Int? = nil, base: Double, scaling: RotaryScaling? = nil, capacity: Int,
    pairing: Pairing = .halves, device: Device = .cpu
  ) throws {
    let rotated = rotated ?? features
    precondition(rotated % 2 == 0 && rotated <= features, "rotary embedding turns an even number of a head's features")
    self.features = features
    self.rotated = rotated
    self.pairing = pairing
    let frequencies = RotaryScaling.frequencies(
      features: rotated, base: base, scaling: scaling, maximumPositions: capacity)
    func table(_ turning: [Double]) -> RotaryTable {
      RotaryTable(frequencies: turning, factor: frequencies.factor, capacity: capacity, device: device)
    }
    short = table(frequencies.short)
    long = frequencies.long.map(table)
    originalPositions = frequencies.originalPositions
  }

  /// The cosines and sines of `length` positions from `start` on, shaped and typed to turn [B, T, H, D].
  ///
  /// - Parameter context: the length the sequence will come to, where the scaling depends on it (LongRoPE): it must be
  ///   the same for a sequence's life, since keys that are kept were turned by it. nil: `start + length`.
  /// - Throws: ``PositionError/beyondContext(positions:capacity:)``.
  public func rotation(from start: Int, length: Int, dtype: DType, context: Int? = nil) throws -> Rotation {
    let table = table(context: context ?? start + length)
    let (cosines, sines) = try table.covering(start + length)
    func cut(_ table: Tensor) throws -> Tensor {
      try table.narrow(dimension: 0, from: start, length: length).to(dtype: dtype)
        .view(1, length, 1, rotated / 2)  // [1, T, 1, R/2]
    }
    return Rotation(cosines: try cut(cosines), sines: try cut(sines), pairing: pairing, rotated: rotated)
  }

  /// The cosines and sines of positions in any order, as a step over several sequences has them, to turn
  /// [1, N, H, D].
  ///
  /// - Parameter contexts: for each position, the length its sequence will come to, see
  ///   ``rotation(from:length:dtype:context:)``; nil: one more than the position.
  /// - Throws: ``PositionError/beyondContext(positions:capacity:)``.
  public func rotation(positions: [Int], dtype: DType, contexts: [Int]? = nil) throws -> Rotation {
    let isLong = positions.indices.map { long != nil && (contexts?[$0] ?? positions[$0] + 1) > originalPositions }
    let shape = [1, positions.count, 1, rotated / 2]  // [1, N, 1, R/2]
    let rows = try Tensor(positions.map(Int64.init)).to(device: short.device)
    let reach = (positions.max() ?? 0) + 1
    func gathered(_ table: RotaryTable) throws -> [Tensor] {
      let (cosines, sines) = try table.covering(reach)
      return try [embedding(cosines, rows), embedding(sines, rows)]
    }
    var tables: [Tensor]
    if let long, isLong.contains(true) {
      tables = try gathered(long)
      if isLong.contains(false) {
        tables = try zip(tables, gathered(short)).map { stretched, plain in
          try Tensor.concatenated(
            isLong.indices.map { try (isLong[$0] ? stretched : plain).narrow(dimension: 0, from: $0, length: 1) })
        }
      }
    } else {
      tables = try gathered(short)
    }
    tables = try tables.map { try $0.to(dtype: dtype).view(shape) }
    return Rotation(cosines: tables[0], sines: tables[1], pairing: pairing, rotated: rotated)
  }

  private func table(context: Int) -> RotaryTable {
    if let long, context > originalPositions { long } else { short }
  }
}

/// A position that the model has no place for.
public enum PositionError: Error, Hashable, CustomStringConvertible {
  case beyondContext(positions: Int, capacity: Int)

  public var description: String {
    switch self {
    case .beyondContext(let positions, let capacity):
      "\(positions) positions were asked for; the model's context has \(capacity). Shorten the text."
    }
  }
}

/// Cosines and sines by position, worked out as far as they were asked for.
private final class RotaryTable {
  private let frequencies: [Float]
  private let factor: Double
  private let capacity: Int
  let device: Device
  /// [positions, R/2]
  private var tables: (cosines: Tensor, sines: Tensor)?
  private var positions = 0

  init(frequencies: [Double], factor: Double, capacity: Int, device: Device) {
    self.frequencies = frequencies.map { Float($0) }
    self.factor = factor
    self.capacity = capacity
    self.device = device
  }

  /// Tables of at least `count` positions.
  /// - Throws: ``PositionError/beyondContext(positions:capacity:)``.
  func covering(_ count: Int) throws -> (Tensor, Tensor) {
    guard count <= capacity else { throw PositionError.beyondContext(positions: count, capacity: capacity) }
    if let tables, count <= positions { return tables }
    var size = max(512, positions)
    while size < count, size < capacity { size *= 2 }
    size = min(size, capacity)
    var cosines: [Float] = []
    var sines: [Float] = []
    cosines.reserveCapacity(size * frequencies.count)
    sines.reserveCapacity(size * frequencies.count)
    for position in 0..<size {
      for frequency in frequencies {
        // In single precision like the reference implementations: at position p the angle is rounded to a float.
        let angle = Double(Float(position) * frequency)
        cosines.append(Float(factor * Foundation.cos(angle)))
        sines.append(Float(factor * Foundation.sin(angle)))
      }
    }
    let shape = [size, frequencies.count]
    let made = (
      cosines: try Tensor(cosines, shape: shape).to(device: device),
      sines: try Tensor(sines, shape: shape).to(device: device)
    )
    positions = size
    tables = made
    return made
  }
}
