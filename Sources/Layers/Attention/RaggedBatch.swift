// N new tokens of all sequences, T of one of them, S positions it sees.
internal import Torch

/// The new tokens of several sequences as the rows of one matrix, [N, ...]: sequence after sequence, each with as many
/// rows as it adds positions.
public final class RaggedBatch {
  /// Each sequence's rows.
  public let rows: [Range<Int>]
  /// Masks by shape: layers of one kind share them within a step.
  private var masks: [MaskShape: Tensor] = [:]

  private struct MaskShape: Hashable {
    let rows: Int
    let columns: Int
    let window: Int?
    let dtype: DType
  }

  /// - Parameter counts: of new tokens, one a sequence, each at least 1.
  public init(counts: [Int]) {
    var start = 0
    rows = counts.map { count in
      defer { start += count }
      return start..<start + count
    }
  }

  public var count: Int { rows.last?.upperBound ?? 0 }

  /// What attention of `rows` new positions over `columns`, themselves the last of them, has to hide.
  func hiding(rows: Int, columns: Int, window: Int?, dtype: DType, device: Device) throws -> Hiding {
    // Positions are hidden by a window where the first row does not see the first column.
    let narrowed = window.flatMap { columns > $0 ? $0 : nil }
    if rows == 1 {
      precondition(narrowed == nil, "a single position is given only what it sees")
      return .nothing
    }
    if rows == columns, narrowed == nil { return .causal }
    return .masked(try mask(rows: rows, columns: columns, window: narrowed, dtype: dtype, device: device))
  }

  /// The additive mask of ``causalMask(rows:columns:window:dtype:device:)``, made once a step.
  func mask(rows: Int, columns: Int, window: Int?, dtype: DType, device: Device) throws -> Tensor {
    let shape = MaskShape(rows: rows, columns: columns, window: window, dtype: dtype)
    if let known = masks[shape] { return known }
    let mask = try causalMask(rows: rows, columns: columns, window: window, dtype: dtype, device: device)
    masks[shape] = mask
    return mask
  }
}

/// What attention may not see.
enum Hiding {
  case nothing
  /// As many rows as columns, each sees those up to its own.
  case causal
  /// An additive mask [T, S].
  case masked(Tensor)
}

/// An additive mask [T, S] that lets row t see the columns up to `S - T + t`, the latest `window` of them.
func causalMask(rows: Int, columns: Int, window: Int? = nil, dtype: DType, device: Device) throws -> Tensor {
  let hidden = try Tensor.full([rows, columns], -.infinity, dtype: dtype, device: device)
  let future = try hidden.upperTriangle(from: columns - rows + 1)
  guard let window else { return future }
  try future.addInPlace(hidden.lowerTriangle(to: columns - rows - window))
  return future
}
