/// A value of a file's metadata. The format's ten number types come as one of three kinds; arrays that a vocabulary makes
/// large come as arrays of their element.
///
/// Strings are bytes in the format. Where they are no UTF-8, each bad sequence reads as U+FFFD;
/// ``GGUFFile/stringBytes(_:)`` has the bytes.
public enum GGUFValue: Sendable, Hashable {
  /// uint8 to uint64.
  case uint(UInt64)
  /// int8 to int64.
  case int(Int64)
  /// float32 and float64.
  case float(Double)
  case bool(Bool)
  case string(String)
  /// Arrays of booleans, of float64, of arrays, and of uint64 beyond Int64.
  case array([GGUFValue])
  case strings([String])
  /// Arrays of float32.
  case floats([Float])
  /// Arrays of every integer type.
  case integers([Int64])

  /// The string, if it is one.
  public var string: String? { if case .string(let value) = self { value } else { nil } }

  /// The boolean, if it is one.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// An integer of either signedness that an `Int` holds.
  public var integer: Int? {
    switch self {
    case .uint(let value): Int(exactly: value)
    case .int(let value): Int(exactly: value)
    default: nil
    }
  }

  /// Any number, rounded to a double where it is a large integer.
  public var double: Double? {
    switch self {
    case .float(let value): value
    case .uint(let value): Double(value)
    case .int(let value): Double(value)
    default: nil
    }
  }

  /// The strings of an array of strings.
  public var strings: [String]? { if case .strings(let values) = self { values } else { nil } }

  /// The integers of an array of integers.
  public var integers: [Int64]? { if case .integers(let values) = self { values } else { nil } }

  /// The numbers of an array of floats; those of float64 are rounded.
  public var floats: [Float]? {
    switch self {
    case .floats(let values):
      return values
    case .array(let values):
      var floats: [Float] = []
      for value in values {
        guard case .float(let double) = value else { return nil }
        floats.append(Float(double))
      }
      return floats
    default:
      return nil
    }
  }

  /// The booleans of an array of booleans.
  public var bools: [Bool]? {
    guard case .array(let values) = self else { return nil }
    let bools = values.compactMap(\.bool)
    return bools.count == values.count ? bools : nil
  }

  /// How many elements an array has; nil for anything else.
  public var count: Int? {
    switch self {
    case .array(let values): values.count
    case .strings(let values): values.count
    case .floats(let values): values.count
    case .integers(let values): values.count
    default: nil
    }
  }
}

/// The format's codes for types of metadata.
enum GGUFValueType: UInt32, Sendable, CaseIterable {
  case uint8 = 0
  case int8 = 1
  case uint16 = 2
  case int16 = 3
  case uint32 = 4
  case int32 = 5
  case float32 = 6
  case bool = 7
  case string = 8
  case array = 9
  case uint64 = 10
  case int64 = 11
  case float64 = 12

  /// The fewest bytes a value of this type takes.
  var leastBytes: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .string, .uint64, .int64, .float64: 8
    case .array: 12
    }
  }
}
