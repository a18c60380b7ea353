// T new tokens of a sequence, N of all sequences, S positions seen, C width, H heads, G key-value heads, D features of a
// head.
public import Torch

extension GroupedQueryAttention {
  public func rotationType(for dtype: DType, on device: Device) -> DType {
    usesKernels(dtype, on: device) ? .float32 : dtype
  }

  /// Whether the attention kernel can take this block's norms.
  private func usesKernels(_ dtype: DType, on device: Device) -> Bool {
    guard hasKernels(dtype, on: device) else { return false }
    guard let norms else { return true }
    guard let query = norms.query.scale, let key = norms.key.scale else { return false }
    return query.epsilon == key.epsilon && query.offset == key.offset
  }

  public func step(
    _ input: Tensor, rotation: Rotation, batch: RaggedBatch, caches: [LayerCache]
  ) throws -> Tensor {
    let joined = try projections.joined(input)  // [N, (H + 2 G) D]
    let mixed =
      try usesKernels(input.dtype, on: input.device)
      ? fusedStep(joined, rotation: rotation, batch: batch, caches: caches)
      : composedStep(joined, rotation: rotation, batch: batch, caches: caches)
    return try output(mixed)
  }

  private var scale: Double { shape.scale ?? 1 / Double(shape.headWidth).squareRoot() }

  /// All sequences in one call of the kernel, [N, (H + 2 G) D] -> [N, H D].
  func fusedStep(_ joined: Tensor, rotation: Rotation, batch: RaggedBatch, caches: [LayerCache]) throws -> Tensor {
    let sequences = try zip(batch.rows, caches).map { rows, cache in
      let room = try cache.extend(by: rows.count)
      return KernelSequence(
        cache: cache.storage, count: rows.count, firstRow: room.lowerBound,
        seenRow: cache.visibleRows(for: rows.count).lowerBound)
    }
    var headNorms: KernelHeadNorms?
    if let query = norms?.query.scale, let key = norms?.key.scale {
      headNorms = KernelHeadNorms(
        query: query.weight, key: key.weight, epsilon: query.epsilon, offset: query.offset)
    }
    return try kernelAttention(
      joined, heads: shape.heads, groups: shape.keyValueHeads, cosines: rotation.cosines, sines: rotation.sines,
      turnsNeighbours: rotation.pairing == .neighbours, norms: headNorms, sequences: sequences, window: shape.window,
      scale: scale)
  }

  /// The kernel's reference, sequence by sequence, and what serves where there is no kernel.
  func composedStep(_ joined: Tensor, rotation: Rotation, batch: RaggedBatch, caches: [LayerCache]) throws -> Tensor {
    let (heads, groups, width) = (shape.heads, shape.keyValueHeads, shape.headWidth)
    let parts = try joined.view(1, joined.size(0), heads + 2 * groups, width)
    var turning = try parts.narrow(dimension: 2, from: 0, length: heads + groups)
    if let norms {
      turning = try Tensor.concatenated(
        [
          norms.query(turning.narrow(dimension: 2, from: 0, length: heads)),
          norms.key(turning.narrow(dimension: 2, from: heads, length: groups)),
        ], dimension: 2)
    }
    let turned = try rotation(turning).squeezed(0)  // [N, H + G, D]
    let values = try parts.squeezed(0).narrow(dimension: 1, from: heads + groups, length: groups)  // [N, G, D]
    var mixed: [Tensor] = []
    for (rows, cache) in zip(batch.rows, caches) {
      let added = rows.count
      let room = try cache.extend(by: added)
      let held = try cache.storage.view(-1, 2 * groups, width)  // [capacity, 2 G, D]
      let fresh = try held.narrow(dimension: 0, from: room.lowerBound, length: added)
      let mine = try turned.narrow(dimension: 0, from: rows.lowerBound, length: added)
      try fresh.narrow(dimension: 1, from: 0, length: groups)
        .copyInPlace(from: mine.narrow(dimension: 1, from: heads, length: groups))
      try fresh.narrow(dimension: 1, from: groups, length: groups)
        .copyInPlace(from: values.narrow(dimension: 0, from: rows.lowerBound, length: added))
      let visible = cache.visibleRows(for: added)
      let seen = try held.narrow(dimension: 0, from: visible.lowerBound, length: visible.count)
        .transposed(0, 1).unsqueezed(0)  // [1, 2 G, S, D]
      let hiding = try batch.hiding(
        rows: added, columns: visible.count, window: shape.window, dtype: turned.dtype, device: turned.device)
      mixed.append(
        try attend(
          mine.narrow(dimension: 1, from: 0, length: heads).transposed(0, 1).unsqueezed(0),  // [1, H, T, D]
          seen.narrow(dimension: 1, from: 0, length: groups),
          seen.narrow(dimension: 1, from: groups, length: groups), hiding
        ).squeezed(0))  // [T, H D]
    }
    return mixed.count == 1 ? mixed[0] : try Tensor.concatenated(mixed)
  }
}
