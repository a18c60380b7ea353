/// The descriptions of tensors, and how the tensors lie.
extension GGUFContents {
  /// A tensor as described, before it is known where the data begin.
  private struct Description {
    let name: String
    let type: GGUFType
    let shape: [Int]
    let offset: Int
    let byteCount: Int
  }

  mutating func readTensors(_ reader: inout GGUFReader, count: Int) throws(GGUFError) {
    var descriptions: [Description] = []
    descriptions.reserveCapacity(count)
    for index in 0..<count {
      reader.subject = "the description of tensor \(index + 1) of \(count)"
      descriptions.append(try description(&reader, index: index))
    }
    let start = try dataStart(reader, hasTensors: descriptions.contains { $0.byteCount > 0 })
    tensors.reserveCapacity(count)
    tensorsByName.reserveCapacity(count)
    for description in descriptions {
      guard description.offset <= reader.bytes.count - start,
        description.byteCount <= reader.bytes.count - start - description.offset
      else {
        throw reader.damaged(
          "the tensor '\(description.name)' ends at byte \(description.offset.addingReportingOverflow(description.byteCount).partialValue) of the data, of which the file has \(reader.bytes.count - start)"
        )
      }
      let begin = start + description.offset
      let tensor = GGUFTensor(
        name: description.name, type: description.type, shape: description.shape,
        range: begin..<(begin + description.byteCount))
      guard tensorsByName.updateValue(tensor, forKey: tensor.name) == nil else {
        throw reader.damaged("the tensor '\(tensor.name)' is there twice")
      }
      tensors.append(tensor)
    }
    try checkLayout(reader, dataStart: start)
  }

  /// Where the tensors' bytes begin: at the next multiple of the alignment, which a file without tensors need not reach.
  private func dataStart(_ reader: GGUFReader, hasTensors: Bool) throws(GGUFError) -> Int {
    let start = aligned(reader.position)
    if start <= reader.bytes.count { return start }
    guard !hasTensors else { throw reader.damaged("it ends at byte \(reader.bytes.count), before the tensors' data") }
    return reader.bytes.count
  }

  private func aligned(_ position: Int) -> Int { (position + alignment - 1) & ~(alignment - 1) }

  private func description(_ reader: inout GGUFReader, index: Int) throws(GGUFError) -> Description {
    let name = try reader.name("tensor \(index + 1)", atMost: Self.longestTensorName)
    reader.subject = "the description of the tensor '\(name)'"
    func damaged(_ reason: String) -> GGUFError { reader.damaged("the tensor '\(name)' \(reason)") }
    let rank = try reader.number(UInt32.self)
    guard rank <= Self.mostDimensions else { throw damaged("has \(rank) dimensions, more than \(Self.mostDimensions)") }
    var sizes: [UInt64] = []
    for _ in 0..<rank { sizes.append(try reader.number(UInt64.self)) }
    let code = try reader.number(UInt32.self)
    let offset = try reader.number(UInt64.self)
    guard let type = GGUFType(rawValue: code) else {
      throw .unsupportedType(path: reader.path, tensor: name, type: GGUFType.name(ofCode: code))
    }
    let row = sizes.first ?? 1
    guard row % UInt64(type.blockElements) == 0 else {
      throw damaged("has rows of \(row) elements, where \(type.name) packs \(type.blockElements) at a time")
    }
    // A size of zero must not hide an absurd one beside it: the tensor has no bytes, and counting a row's would overflow.
    var spread = type.blockBytes
    for (index, size) in sizes.enumerated() {
      let units = index == 0 ? size / UInt64(type.blockElements) : size
      guard let factor = Int(exactly: max(units, 1)), Int(exactly: size) != nil,
        case (let product, false) = spread.multipliedReportingOverflow(by: factor)
      else {
        throw damaged("has a shape too large to count: \(sizes.reversed().map { "\($0)" }.joined(separator: " x "))")
      }
      spread = product
    }
    // Elements are more than bytes where several share one.
    guard case (_, false) = spread.multipliedReportingOverflow(by: type.blockElements) else {
      throw damaged("has a shape too large to count")
    }
    let shape = sizes.reversed().map { Int($0) }
    let byteCount = shape.contains(0) ? 0 : spread
    guard offset <= UInt64(reader.bytes.count) else {
      throw damaged("begins at byte \(offset) of the data, behind the end")
    }
    guard offset % UInt64(alignment) == 0 else {
      throw damaged("begins at byte \(offset) of the data, which is no multiple of \(alignment)")
    }
    return Description(name: name, type: type, shape: shape, offset: Int(offset), byteCount: byteCount)
  }

  /// Tensors follow each other, in any order, with nothing between but what aligns the next, and nothing behind the last
  /// but what would align one more.
  private func checkLayout(_ reader: GGUFReader, dataStart: Int) throws(GGUFError) {
    var position = dataStart
    let inOrder = tensors.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    for tensor in inOrder {
      let begin = tensor.range.lowerBound
      guard begin >= position else { throw reader.damaged("the tensor '\(tensor.name)' overlaps another") }
      // Offsets count from the data's start, which is a multiple of the alignment itself.
      guard begin == min(aligned(position), reader.bytes.count) else {
        throw reader.damaged("\(begin - position) bytes before the tensor '\(tensor.name)' belong to no tensor")
      }
      position = tensor.range.upperBound
    }
    guard reader.bytes.count <= max(aligned(position), dataStart) else {
      throw reader.damaged("\(reader.bytes.count - position) bytes at its end belong to no tensor")
    }
  }
}
