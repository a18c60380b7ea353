/// Metadata values.
extension GGUFReader {
  /// Arrays within arrays.
  static let deepestArray = 8
  /// Elements of all arrays of a file together. The largest vocabularies need some two million; a value in memory takes
  /// up to 24 bytes where the file spends one.
  static let mostElements = 1 << 24

  /// The value of `key`, whose type code comes first.
  mutating func value(of key: String, budget: inout Int) throws(GGUFError) -> GGUFValue {
    subject = "the metadata '\(key)'"
    return try value(of: valueType(), depth: 0, budget: &budget)
  }

  private mutating func valueType() throws(GGUFError) -> GGUFValueType {
    let code = try number(UInt32.self)
    guard let type = GGUFValueType(rawValue: code) else { throw damaged("\(subject) has the unknown type \(code)") }
    return type
  }

  private mutating func value(
    of type: GGUFValueType, depth: Int, budget: inout Int
  ) throws(GGUFError) -> GGUFValue {
    switch type {
    case .uint8: .uint(UInt64(try number(UInt8.self)))
    case .int8: .int(Int64(try number(Int8.self)))
    case .uint16: .uint(UInt64(try number(UInt16.self)))
    case .int16: .int(Int64(try number(Int16.self)))
    case .uint32: .uint(UInt64(try number(UInt32.self)))
    case .int32: .int(Int64(try number(Int32.self)))
    case .uint64: .uint(try number(UInt64.self))
    case .int64: .int(try number(Int64.self))
    case .float32: .float(Double(Float(bitPattern: try number(UInt32.self))))
    case .float64: .float(Double(bitPattern: try number(UInt64.self)))
    case .bool: .bool(try boolean())
    case .string: .string(try string())
    case .array: try array(depth: depth + 1, budget: &budget)
    }
  }

  private mutating func boolean() throws(GGUFError) -> Bool {
    let byte = try number(UInt8.self)
    guard byte <= 1 else { throw damaged("\(subject) has a boolean of \(byte)") }
    return byte == 1
  }

  private mutating func array(depth: Int, budget: inout Int) throws(GGUFError) -> GGUFValue {
    guard depth <= Self.deepestArray else {
      throw damaged("\(subject) nests arrays deeper than \(Self.deepestArray) levels")
    }
    let type = try valueType()
    let count = try count("elements", leastBytes: type.leastBytes)
    guard count <= budget else {
      throw damaged("\(subject) brings the metadata to more than \(Self.mostElements) array elements")
    }
    budget -= count
    switch type {
    case .string: return .strings(try elements(count) { reader throws(GGUFError) in try reader.string() })
    case .float32:
      return .floats(
        try elements(count) { reader throws(GGUFError) in Float(bitPattern: try reader.number(UInt32.self)) })
    case .uint8: return .integers(try integers(count, UInt8.self))
    case .int8: return .integers(try integers(count, Int8.self))
    case .uint16: return .integers(try integers(count, UInt16.self))
    case .int16: return .integers(try integers(count, Int16.self))
    case .uint32: return .integers(try integers(count, UInt32.self))
    case .int32: return .integers(try integers(count, Int32.self))
    case .int64: return .integers(try integers(count, Int64.self))
    case .uint64:
      let numbers = try elements(count) { reader throws(GGUFError) in try reader.number(UInt64.self) }
      return numbers.contains { $0 > UInt64(Int64.max) }
        ? .array(numbers.map { .uint($0) }) : .integers(numbers.map { Int64($0) })
    case .float64, .bool, .array:
      var values: [GGUFValue] = []
      values.reserveCapacity(count)
      for _ in 0..<count { values.append(try value(of: type, depth: depth, budget: &budget)) }
      return .array(values)
    }
  }

  /// `count` has been held against the bytes that are left, so reserving for it is safe.
  @inline(__always)
  private mutating func elements<Element>(
    _ count: Int, _ next: (inout GGUFReader) throws(GGUFError) -> Element
  ) throws(GGUFError) -> [Element] {
    var elements: [Element] = []
    elements.reserveCapacity(count)
    for _ in 0..<count { elements.append(try next(&self)) }
    return elements
  }

  private mutating func integers<Number: FixedWidthInteger & BitwiseCopyable>(
    _ count: Int, _: Number.Type
  ) throws(GGUFError) -> [Int64] {
    try elements(count) { reader throws(GGUFError) in Int64(try reader.number(Number.self)) }
  }
}
