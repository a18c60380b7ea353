internal import Dispatch

/// Tensors as numbers. Exact as ggml's reference, on all cores.
extension GGUFFile {
  /// Unpacks a whole tensor.
  /// - Parameter output: `tensor.elements` numbers, row-major. Integers and float64 are rounded to nearest.
  /// - Throws: ``GGUFError/misfit(tensor:reason:)`` if `output` has another length; ``GGUFError/changed(path:)``.
  public func dequantize(_ tensor: GGUFTensor, into output: UnsafeMutableBufferPointer<Float>) throws(GGUFError) {
    try dequantize(tensor, rows: 0..<tensor.rows, into: output)
  }

  /// Unpacks rows of a tensor, counted over all dimensions but the innermost.
  /// - Parameter output: `rows.count * tensor.rowElements` numbers.
  /// - Throws: As ``dequantize(_:into:)``, and for rows the tensor does not have.
  public func dequantize(
    _ tensor: GGUFTensor, rows: Range<Int>, into output: UnsafeMutableBufferPointer<Float>
  ) throws(GGUFError) {
    try check(tensor, rows: rows, count: output.count)
    guard let start = output.baseAddress else { return }
    expand(tensor, rows: rows) { source, blocks, offset in
      tensor.type.expand(source, blocks: blocks, into: start + offset)
    }
  }

  /// Unpacks a whole tensor to bfloat16, rounding each value to nearest, ties to even. No single-precision copy is made.
  /// The bits of a BF16 tensor are copied.
  /// - Parameter output: `tensor.elements` bit patterns, row-major.
  /// - Throws: As ``dequantize(_:into:)``.
  public func dequantize(
    _ tensor: GGUFTensor, intoBFloat16 output: UnsafeMutableBufferPointer<UInt16>
  ) throws(GGUFError) {
    try dequantize(tensor, rows: 0..<tensor.rows, intoBFloat16: output)
  }

  /// Unpacks rows of a tensor to bfloat16.
  /// - Throws: As ``dequantize(_:rows:into:)``.
  public func dequantize(
    _ tensor: GGUFTensor, rows: Range<Int>, intoBFloat16 output: UnsafeMutableBufferPointer<UInt16>
  ) throws(GGUFError) {
    try check(tensor, rows: rows, count: output.count)
    guard let start = output.baseAddress else { return }
    expand(tensor, rows: rows) { source, blocks, offset in
      tensor.type.expand(source, blocks: blocks, intoBFloat16: start + offset)
    }
  }

  private func check(_ tensor: GGUFTensor, rows: Range<Int>, count: Int) throws(GGUFError) {
    guard rows.lowerBound >= 0, rows.upperBound <= tensor.rows else {
      throw .misfit(tensor: tensor.name, reason: "it has \(tensor.rows) rows, and rows \(rows) are asked for")
    }
    guard count == rows.count * tensor.rowElements else {
      throw .misfit(
        tensor: tensor.name,
        reason: "\(rows.count) rows of \(tensor.rowElements) elements do not go into a buffer of \(count)")
    }
    try checkUnchanged()
  }

  /// Elements that one core takes at a time: small enough to share out evenly, large enough to be worth the asking.
  private static let pieceElements = 1 << 16

  /// Calls `body` with pieces of the rows on all cores: the packed bytes, the number of blocks, and the index of their
  /// first element.
  private func expand(_ tensor: GGUFTensor, rows: Range<Int>, _ body: (UnsafeRawPointer, Int, Int) -> Void) {
    let type = tensor.type
    let blocks = rows.count * (tensor.rowElements / type.blockElements)
    guard blocks > 0 else { return }
    withBytes(of: tensor) { bytes in
      nonisolated(unsafe) let source = bytes.baseAddress! + rows.lowerBound * tensor.rowBytes
      nonisolated(unsafe) let body = body
      let pieceBlocks = Self.pieceElements / type.blockElements
      let pieces = (blocks + pieceBlocks - 1) / pieceBlocks
      @Sendable func expandPiece(_ piece: Int) {
        let first = piece * pieceBlocks
        body(source + first * type.blockBytes, min(pieceBlocks, blocks - first), first * type.blockElements)
      }
      if pieces == 1 {
        expandPiece(0)
      } else {
        DispatchQueue.concurrentPerform(iterations: pieces, execute: expandPiece)
      }
    }
  }
}

extension GGUFType {
  /// Unpacks `blocks` blocks to bfloat16, by way of a buffer that stays in the nearest cache.
  func expand(_ source: UnsafeRawPointer, blocks: Int, intoBFloat16 output: UnsafeMutablePointer<UInt16>) {
    guard self != .bf16 else {
      UnsafeMutableRawPointer(output).copyMemory(from: source, byteCount: blocks * 2)
      return
    }
    let atOnce = 1024 / blockElements
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 1024) { scratch in
      let floats = scratch.baseAddress!
      for first in stride(from: 0, to: blocks, by: atOnce) {
        let count = min(atOnce, blocks - first)
        expand(source + first &* blockBytes, blocks: count, into: floats)
        roundToBFloat16(floats, count: count &* blockElements, into: output + first &* blockElements)
      }
    }
  }
}
