// B batch, T positions, H heads, D features of a head, R of them turned.
public import Torch

/// The rotation of some positions.
public struct Rotation {
  /// [1, T, 1, R/2]
  let cosines: Tensor
  let sines: Tensor
  let pairing: RotaryEmbedding.Pairing
  /// R; the features behind them stay as they are.
  let rotated: Int

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
    let (first, second) = try pair(head(of: input))
    let (outFirst, outSecond) = try pair(head(of: output))
    // (a, b) -> (a cos - b sin, b cos + a sin)
    try outFirst.copyInPlace(from: first)
    try outSecond.copyInPlace(from: second)
    try outFirst.multiplyInPlace(cosines)
    try outSecond.multiplyInPlace(cosines)
    try outFirst.addProductInPlace(second, sines.negated())
    try outSecond.addProductInPlace(first, sines)
    let still = input.size(-1) - rotated
    if still > 0 {
      try output.narrow(dimension: -1, from: rotated, length: still)
        .copyInPlace(from: input.narrow(dimension: -1, from: rotated, length: still))
    }
    return output
  }

  /// The features that are turned, [B, T, H, R].
  private func head(of tensor: Tensor) throws -> Tensor {
    tensor.size(-1) == rotated ? tensor : try tensor.narrow(dimension: -1, from: 0, length: rotated)
  }

  /// Views of the first and the second of every pair, [B, T, H, R/2] each.
  private func pair(_ tensor: Tensor) throws -> (Tensor, Tensor) {
    let half = rotated / 2
    switch pairing {
    case .halves:
      return (
        try tensor.narrow(dimension: -1, from: 0, length: half),
        try tensor.narrow(dimension: -1, from: half, length: half)
      )
    case .neighbours:
      let pairs = try tensor.view(Array(tensor.shape.dropLast()) + [half, 2])  // [B, T, H, R/2, 2]
      return (try pairs.select(dimension: -1, index: 0), try pairs.select(dimension: -1, index: 1))
    }
  }
}
