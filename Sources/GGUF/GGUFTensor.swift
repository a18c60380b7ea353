/// Where one tensor lies in a file, and how it is packed.
public struct GGUFTensor: Sendable, Hashable {
  public let name: String
  public let type: GGUFType
  /// Row-major, outermost dimension first: the file's order reversed. Empty for a scalar.
  public let shape: [Int]
  /// Bytes from the start of the file.
  public let range: Range<Int>

  /// Elements of one row, the innermost dimension; a whole number of blocks.
  public var rowElements: Int { shape.last ?? 1 }

  /// Rows: the product of all dimensions but the innermost.
  public var rows: Int { shape.dropLast().reduce(1, *) }

  /// Elements of the tensor.
  public var elements: Int { rows * rowElements }

  /// Packed bytes of one row.
  public var rowBytes: Int { rowElements / type.blockElements * type.blockBytes }
}
