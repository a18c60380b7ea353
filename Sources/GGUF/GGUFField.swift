/// A value of the metadata in its encoded form: the exact type code and bytes. Programs that read GGUF insist on widths
/// (`llama.block_count` must be uint32), which ``GGUFValue`` does not keep.
public struct GGUFField: Sendable, Hashable {
  /// The type code and the value.
  let encoded: [UInt8]

  init(encoded: [UInt8]) { self.encoded = encoded }

  private init(_ type: GGUFValueType, _ payload: [UInt8]) { encoded = Self.bytes(type.rawValue) + payload }

  public static func uint8(_ value: UInt8) -> GGUFField { GGUFField(.uint8, [value]) }
  public static func int8(_ value: Int8) -> GGUFField { GGUFField(.int8, bytes(value)) }
  public static func uint16(_ value: UInt16) -> GGUFField { GGUFField(.uint16, bytes(value)) }
  public static func int16(_ value: Int16) -> GGUFField { GGUFField(.int16, bytes(value)) }
  public static func uint32(_ value: UInt32) -> GGUFField { GGUFField(.uint32, bytes(value)) }
  public static func int32(_ value: Int32) -> GGUFField { GGUFField(.int32, bytes(value)) }
  public static func uint64(_ value: UInt64) -> GGUFField { GGUFField(.uint64, bytes(value)) }
  public static func int64(_ value: Int64) -> GGUFField { GGUFField(.int64, bytes(value)) }
  public static func float32(_ value: Float) -> GGUFField { GGUFField(.float32, bytes(value.bitPattern)) }
  public static func float64(_ value: Double) -> GGUFField { GGUFField(.float64, bytes(value.bitPattern)) }
  public static func bool(_ value: Bool) -> GGUFField { GGUFField(.bool, [value ? 1 : 0]) }
  public static func string(_ value: String) -> GGUFField { string(bytes: Array(value.utf8)) }
  /// A string of any bytes, which need not be UTF-8.
  public static func string(bytes: [UInt8]) -> GGUFField { GGUFField(.string, Self.bytes(UInt64(bytes.count)) + bytes) }

  public static func strings(_ values: [String]) -> GGUFField { array(.string, values.map { .string($0) }) }
  public static func floats(_ values: [Float]) -> GGUFField { array(.float32, values.map { .float32($0) }) }
  public static func int32s(_ values: [Int32]) -> GGUFField { array(.int32, values.map { .int32($0) }) }
  public static func bools(_ values: [Bool]) -> GGUFField { array(.bool, values.map { .bool($0) }) }

  /// An array of values of one type; nil if they differ or there are none to take the type from.
  public static func array(_ values: [GGUFField]) -> GGUFField? {
    guard let first = values.first, values.allSatisfy({ $0.type == first.type }) else { return nil }
    return array(first.type, values)
  }

  private var type: GGUFValueType { GGUFValueType(rawValue: UInt32(encoded[0]))! }

  private static func array(_ type: GGUFValueType, _ values: [GGUFField]) -> GGUFField {
    var payload = bytes(type.rawValue) + bytes(UInt64(values.count))
    payload.reserveCapacity(payload.count + values.reduce(0) { $0 + $1.encoded.count - 4 })
    for value in values { payload += value.encoded.dropFirst(4) }
    return GGUFField(.array, payload)
  }

  static func bytes<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
