/// Everything a file says before its tensors' bytes, checked.
struct GGUFContents {
  var version: UInt32 = 0
  var alignment = 32
  var metadata: [String: GGUFValue] = [:]
  /// The file's order.
  var keys: [String] = []
  /// Where each value lies, its type code included.
  var valueRanges: [String: Range<Int>] = [:]
  /// The file's order.
  var tensors: [GGUFTensor] = []
  var tensorsByName: [String: GGUFTensor] = [:]

  /// As the format's description limits keys, and generously for tensors, which it limits to 64 bytes.
  static let longestKey = 65_535
  static let longestTensorName = 1024
  /// ggml's limit.
  static let mostDimensions = 4
  static let largestAlignment = 1 << 24

  /// - Parameter bytes: The whole file. Only the part before the tensors' bytes is touched.
  /// - Throws: ``GGUFError``, naming the first thing that contradicts the format.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(GGUFError) {
    var reader = GGUFReader(bytes, path: path)
    version = try Self.version(&reader)
    // Name length, dimensions, type and offset; key length, type and one byte.
    reader.subject = "the header"
    let tensorCount = try reader.count("tensors", leastBytes: 8 + 4 + 4 + 8)
    let valueCount = try reader.count("metadata values", leastBytes: 8 + 4 + 1)
    try readMetadata(&reader, count: valueCount)
    try readAlignment(&reader)
    try readTensors(&reader, count: tensorCount)
  }

  private static func version(_ reader: inout GGUFReader) throws(GGUFError) -> UInt32 {
    guard reader.remaining >= 24 else {
      throw reader.damaged("it is \(reader.bytes.count) bytes long, too short for a header")
    }
    let magic = try reader.number(UInt32.self)
    guard magic == 0x4655_4747 else {
      let start = reader.bytes.prefix(4)
      if start.elementsEqual("FUGG".utf8) { throw .bigEndian(path: reader.path) }
      let isText = start.allSatisfy { (0x20..<0x7F).contains($0) && $0 != 0x22 }
      let shown =
        isText
        ? "\"\(String(decoding: start, as: UTF8.self))\"" : "the bytes " + start.map { "\($0)" }.joined(separator: " ")
      throw .notGGUF(path: reader.path, found: shown)
    }
    let version = try reader.number(UInt32.self)
    guard version == 2 || version == 3 else {
      // A small number, its bytes in the other order.
      if version != 0, version & 0xFFFF == 0 { throw .bigEndian(path: reader.path) }
      throw .unsupportedVersion(path: reader.path, version: version)
    }
    return version
  }

  private mutating func readMetadata(_ reader: inout GGUFReader, count: Int) throws(GGUFError) {
    var budget = GGUFReader.mostElements
    for index in 0..<count {
      reader.subject = "metadata value \(index + 1) of \(count)"
      let key = try reader.name("metadata value \(index + 1)", atMost: Self.longestKey)
      let start = reader.position
      let value = try reader.value(of: key, budget: &budget)
      guard metadata.updateValue(value, forKey: key) == nil else {
        throw reader.damaged("the metadata '\(key)' is there twice")
      }
      keys.append(key)
      valueRanges[key] = start..<reader.position
    }
  }

  private mutating func readAlignment(_ reader: inout GGUFReader) throws(GGUFError) {
    guard let value = metadata["general.alignment"] else { return }
    guard case .uint(let alignment) = value, alignment.nonzeroBitCount == 1, alignment <= Self.largestAlignment else {
      throw reader.damaged(
        "its general.alignment is \(value), where a power of two up to \(Self.largestAlignment) is expected")
    }
    self.alignment = Int(alignment)
  }
}
