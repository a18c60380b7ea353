// N predicted tokens, C width, V vocabulary.
public import Torch

/// Next-token losses without the whole matrix of logits: rows are taken in pieces that stay in the processor's cache,
/// and their gradients are formed on the way, so that [N, V] never exists.
public enum LanguageModelLoss {
  /// Rows of logits that are alive at once: few on a processor, so that they stay in its cache; on an accelerator
  /// enough to fill it, 2^28 logits or so.
  public static func rows(vocabulary: Int, device: Device) -> Int {
    device == .cpu ? 256 : max(256, (1 << 28) / vocabulary)
  }

  /// The mean negative log-likelihood of `targets` [N] under `hidden` [N, C] x `weight` [V, C] transposed, in nats.
  /// - Parameter softcap: bounds logits as ``SoftcappedProjection`` does.
  public static func mean(
    _ hidden: Tensor, weight: Tensor, targets: Tensor, softcap: Double? = nil
  ) throws -> Tensor {
    let count = hidden.size(0)
    let rows = rows(vocabulary: weight.size(0), device: weight.device)
    let needsGradients = gradientsEnabled
    var ofHidden: Tensor?
    var ofWeight: Tensor?
    let loss = try withBackward("language_model_loss", of: [hidden, weight]) {
      var total: Tensor?
      var hiddenPieces: [Tensor] = []
      for start in stride(from: 0, to: count, by: rows) {
        let length = min(rows, count - start)
        let piece = try hidden.narrow(dimension: 0, from: start, length: length)
        let labels = try targets.narrow(dimension: 0, from: start, length: length).unsqueezed(1)  // [n, 1]
        let plain = try fastestLinear(piece, weight).to(dtype: .float32)  // [n, V]
        let bounded = try softcap.map { try (plain * (1 / $0)).hyperbolicTangent() }
        let logits = try softcap.flatMap { cap in try bounded.map { try $0 * cap } } ?? plain
        let logProbabilities = try logits.logSoftmax(over: -1)
        let picked = try logProbabilities.gathered(dimension: 1, by: labels).sum()
        total = try total.map { try $0 + picked } ?? picked
        guard needsGradients else { continue }
        // d loss / d logits = (softmax - one-hot) / N
        try logProbabilities.exponentiateInPlace()
        try logProbabilities.scatterAddInPlace(dimension: 1, at: labels, value: -1)
        // d (c tanh(z / c)) / dz = 1 - tanh(z / c)^2
        if let bounded { try logProbabilities.multiplyInPlace((bounded * bounded).negated() + 1) }
        let gradient = try logProbabilities.to(dtype: hidden.dtype)
        hiddenPieces.append(try fastestLinear(gradient, weight.transposed(0, 1)))
        // [V, C], summed in fp32: in a narrow type the later pieces would vanish beside the sum.
        let piecewise = try fastestLinear(gradient.transposed(0, 1), piece.transposed(0, 1)).to(dtype: .float32)
        if let ofWeight {
          try ofWeight.addInPlace(piecewise)
        } else {
          ofWeight = piecewise
        }
      }
      if needsGradients {
        ofHidden = try Tensor.concatenated(hiddenPieces)
        try ofHidden?.multiplyInPlace(1 / Double(count))
        try ofWeight?.multiplyInPlace(1 / Double(count))
        ofWeight = try ofWeight?.to(dtype: weight.dtype)
      }
      return [try total! * (-1 / Double(count))]
    } backward: { gradients in
      guard let gradient = gradients[0] else { return [nil, nil] }
      let factor = try gradient.to(dtype: hidden.dtype)
      return [try ofHidden.map { try $0 * factor }, try ofWeight.map { try $0 * factor }]
    }
    return loss[0]
  }

  /// The negative log-likelihood of each target [N], without gradients.
  public static func each(_ hidden: Tensor, vocabulary: any VocabularyProjection, targets: Tensor) throws -> Tensor {
    try withoutGradients {
      let count = hidden.size(0)
      let rows = rows(vocabulary: vocabulary.outputs, device: hidden.device)
      let pieces = try stride(from: 0, to: count, by: rows).map { start in
        let length = min(rows, count - start)
        let logits = try vocabulary(hidden.narrow(dimension: 0, from: start, length: length)).to(dtype: .float32)
        return try crossEntropy(
          logits, targets: targets.narrow(dimension: 0, from: start, length: length), reduction: .none)
      }
      return try Tensor.concatenated(pieces)
    }
  }
}
