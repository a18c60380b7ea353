/// What a file's header says, checked against the file's length.
struct SafetensorsHeader {
  private(set) var entries: [String: SafetensorsEntry] = [:]
  private(set) var metadata: [String: String] = [:]

  /// Longest header that is read, as in the reference implementation.
  static let maximumBytes = 100_000_000
  static let mostDimensions = 16

  private typealias Refusal = StrictJSON.Refusal

  /// - Parameter bytes: The whole file. Only the header is touched.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(SafetensorsError) {
    do {
      try read(bytes)
    } catch {
      throw .damaged(path: path, reason: error.reason)
    }
  }

  private mutating func read(_ bytes: UnsafeRawBufferPointer) throws(Refusal) {
    guard bytes.count >= 8 else { throw Refusal(reason: "it is \(bytes.count) bytes long, too short for a header") }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(Self.maximumBytes) else {
      throw Refusal(reason: "its header claims \(length) bytes, more than \(Self.maximumBytes)")
    }
    guard length <= UInt64(bytes.count - 8) else {
      throw Refusal(reason: "its header claims \(length) bytes, the file has \(bytes.count)")
    }
    let dataStart = 8 + Int(length)
    // Blanks may follow the header, to align the data, and none may precede it.
    guard length > 0, bytes[8] == UInt8(ascii: "{") else { throw Refusal(reason: "its header is no JSON object") }
    var reader = StrictJSON(UnsafeRawBufferPointer(rebasing: bytes[8..<dataStart]))
    var hasMetadata = false
    try reader.object("its header") { reader, name throws(Refusal) in
      if name == "__metadata__" {
        guard !hasMetadata else { throw Refusal(reason: "its metadata are there twice") }
        hasMetadata = true
        try readMetadata(&reader)
      } else {
        let entry = try Self.entry(name, &reader, dataStart: dataStart, dataCount: bytes.count - dataStart)
        guard entries.updateValue(entry, forKey: name) == nil else {
          throw Refusal(reason: "the tensor '\(name.prefix(200))' is there twice")
        }
      }
    }
    try reader.finish()
    try checkLayout(dataStart: dataStart, end: bytes.count)
  }

  private mutating func readMetadata(_ reader: inout StrictJSON) throws(Refusal) {
    try reader.object("its metadata") { reader, key throws(Refusal) in
      let value = try reader.string("the metadata '\(key.prefix(200))'")
      guard metadata.updateValue(value, forKey: key) == nil else {
        throw Refusal(reason: "the metadata '\(key.prefix(200))' are there twice")
      }
    }
  }

  /// Tensors follow each other without gap or overlap and fill the file.
  private func checkLayout(dataStart: Int, end: Int) throws(Refusal) {
    var position = dataStart
    let inOrder = entries.values.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    for entry in inOrder {
      guard entry.range.lowerBound == position else {
        throw Refusal(reason: "the tensor '\(entry.name.prefix(200))' leaves a gap or overlaps another")
      }
      position = entry.range.upperBound
    }
    guard position == end else { throw Refusal(reason: "\(end - position) bytes belong to no tensor") }
  }

  private static func entry(
    _ name: String, _ reader: inout StrictJSON, dataStart: Int, dataCount: Int
  ) throws(Refusal) -> SafetensorsEntry {
    func refusal(_ reason: String) -> Refusal { Refusal(reason: "the tensor '\(name.prefix(200))' \(reason)") }
    func once<Value>(_ field: inout Value?, _ value: Value) throws(Refusal) {
      guard field == nil else { throw refusal("says one thing twice") }
      field = value
    }
    var typeName: String?
    var shape: [Int]?
    var offsets: [Int]?
    try reader.object("the tensor '\(name.prefix(200))'") { reader, key throws(Refusal) in
      let thing = "the \(key.prefix(40)) of the tensor '\(name.prefix(200))'"
      switch key {
      case "dtype": try once(&typeName, try reader.string(thing))
      case "shape": try once(&shape, try reader.counts(thing, atMost: mostDimensions))
      case "data_offsets": try once(&offsets, try reader.counts(thing, atMost: 2))
      default: try reader.skipValue()
      }
    }
    guard let typeName, let shape, let offsets, offsets.count == 2 else {
      throw refusal("lacks a dtype, a shape or two offsets")
    }
    guard let type = SafetensorsType(rawValue: typeName) else {
      throw refusal("has the unknown type \(typeName.prefix(40))")
    }
    // A size of zero must not hide an absurd one beside it.
    var spread = type.byteCount
    for size in shape {
      guard case (let product, false) = spread.multipliedReportingOverflow(by: max(size, 1)) else {
        throw refusal("has a shape too large to count")
      }
      spread = product
    }
    let count = shape.contains(0) ? 0 : spread
    guard offsets[1] >= offsets[0], offsets[1] <= dataCount else { throw refusal("lies outside the file") }
    guard offsets[1] - offsets[0] == count else {
      throw refusal("has \(offsets[1] - offsets[0]) bytes where its shape \(shape) needs \(count)")
    }
    return SafetensorsEntry(
      name: name, type: type, shape: shape, range: (dataStart + offsets[0])..<(dataStart + offsets[1]))
  }
}
