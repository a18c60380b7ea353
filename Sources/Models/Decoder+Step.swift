// N new tokens of all sequences, C width, V vocabulary.
internal import Layers
public import Torch

extension Decoder {
  /// An empty cache.
  /// - Parameter capacity: positions the sequence is expected to come to. It grows when there are more, and takes no more
  ///   than whole blocks of what is there at the start.
  public func makeCache(capacity: Int) throws -> SequenceCache {
    let caches = try layers.map {
      try LayerCache($0.attention.cacheShape, positions: capacity, dtype: dtype, device: device)
    }
    return SequenceCache(layers: caches, owner: self, context: capacity)
  }

  /// A cache that begins with the first `length` positions of another one, copied. nil where the other one no longer
  /// holds what they need, since a layer with a window has dropped it, or where its keys were turned for contexts of
  /// another length (LongRoPE).
  /// - Parameter capacity: positions the new sequence is expected to come to; nil: as many as the other one.
  public func makeCache(
    copying donor: SequenceCache, length: Int, capacity: Int? = nil
  ) throws -> SequenceCache? {
    guard donor.owner == ObjectIdentifier(self), length >= 0, length <= donor.length else { return nil }
    let context = capacity ?? donor.context
    if case .longrope(_, _, let original, _) = configuration.ropeScaling,
      (context > original) != (donor.context > original)
    {
      return nil
    }
    var caches: [LayerCache] = []
    for layer in donor.layers {
      guard let copy = try LayerCache(copying: layer, length: length) else { return nil }
      caches.append(copy)
    }
    return SequenceCache(layers: caches, owner: self, context: context, length: length)
  }

  /// Bytes that a cache with room for `positions` takes.
  public func cacheBytes(positions: Int) -> Int {
    layers.reduce(0) { total, layer in
      let shape = layer.attention.cacheShape
      return total + shape.capacity(positions: positions) * shape.features * dtype.byteCount
    }
  }

  /// Adds each sequence's tokens to its cache and returns the logits asked for, in the order of `steps`.
  ///
  /// The new tokens of all sequences go through norms, projections and feed-forward networks as one matrix; attention
  /// is each sequence's own. What comes out for a sequence does not depend on the others but by rounding.
  ///
  /// - Returns: [rows, V] in fp32; no rows when none were asked for.
  /// - Throws: ``DecoderError``, and ``Torch/TorchError`` when libtorch fails; the caches are then as they were.
  public func step(_ steps: [SequenceStep]) throws -> Tensor {
    try check(steps)
    do {
      let logits = try withoutGradients { try issue(steps) }
      for step in steps { step.cache.advance(by: step.tokens.count) }
      return logits
    } catch {
      for step in steps { step.cache.undoStep() }
      throw error
    }
  }

  private func check(_ steps: [SequenceStep]) throws(DecoderError) {
    guard !steps.isEmpty else { throw .noTokens }
    guard Set(steps.map { ObjectIdentifier($0.cache) }).count == steps.count else { throw .cacheUsedTwice }
    for step in steps {
      guard step.cache.owner == ObjectIdentifier(self) else { throw .foreignCache }
      guard !step.tokens.isEmpty else { throw .noTokens }
      let positions = step.cache.length + step.tokens.count
      guard positions <= configuration.maximumPositions else {
        throw .tooLong(positions: positions, maximum: configuration.maximumPositions)
      }
      for token in step.tokens where Int(token) >= configuration.vocabulary {
        throw .tokenOutOfRange(token, vocabulary: configuration.vocabulary)
      }
    }
  }

  private func issue(_ steps: [SequenceStep]) throws -> Tensor {
    let batch = RaggedBatch(counts: steps.map(\.tokens.count))
    let tokens = try Tensor(steps.flatMap { $0.tokens.map(Int64.init) }).to(device: device)
    let positions = steps.flatMap { $0.cache.length..<$0.cache.length + $0.tokens.count }
    let contexts = steps.flatMap { step in step.tokens.map { _ in step.cache.context } }
    let type = layers[0].attention.rotationType(for: dtype, on: device)
    let rotation = try rotary.global.rotation(positions: positions, dtype: type, contexts: contexts)
    let local = try rotary.local?.rotation(positions: positions, dtype: type)
    var hidden = try embedded(tokens)  // [N, C]
    for (index, layer) in layers.enumerated() {
      hidden = try layer.step(
        hidden, rotation: layer.isLocal ? local ?? rotation : rotation, batch: batch,
        caches: steps.map { $0.cache.layers[index] })
    }
    var wanted: [Int] = []
    for (step, rows) in zip(steps, batch.rows) {
      switch step.logits {
      case .none: break
      case .last: wanted.append(rows.upperBound - 1)
      case .all: wanted.append(contentsOf: rows)
      }
    }
    guard !wanted.isEmpty else {
      return try Tensor.empty([0, configuration.vocabulary], device: device)
    }
    if wanted.count < batch.count {
      hidden = try hidden.indexSelected(
        dimension: 0, at: Tensor(wanted.map(Int64.init)).to(device: device))
    }
    return try vocabulary(norm.step(hidden)).to(dtype: .float32)
  }
}
