/// What the splitting patterns tell apart.
enum ScalarClass {
  static let other: UInt8 = 0
  /// `\p{L}`
  static let letter: UInt8 = 1
  /// `\p{N}`
  static let number: UInt8 = 2
  /// `\s` but for the two of `newline`
  static let space: UInt8 = 3
  /// `[\r\n]`
  static let newline: UInt8 = 4

  /// First and last scalar of each range of `\s`, the property White_Space.
  static let spaceRanges: [UInt32] = [
    0x9, 0xD, 0x20, 0x20, 0x85, 0x85, 0xA0, 0xA0, 0x1680, 0x1680, 0x2000, 0x200A, 0x2028, 0x2029, 0x202F, 0x202F,
    0x205F, 0x205F, 0x3000, 0x3000,
  ]

  /// The class of every scalar, by its code point: 1.1 MB, filled once, so that a lookup is one load.
  static let table: [UInt8] = {
    var table = UnicodeTables.categories.map { category in
      if GeneralCategory.letter.mask >> UInt32(category) & 1 != 0 { return letter }
      return GeneralCategory.number.mask >> UInt32(category) & 1 != 0 ? number : other
    }
    for index in stride(from: 0, to: spaceRanges.count, by: 2) {
      for scalar in spaceRanges[index]...spaceRanges[index + 1] { table[Int(scalar)] = space }
    }
    table[0x0A] = newline
    table[0x0D] = newline
    return table
  }()

  @inline(__always)
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool { table[Int(scalar.value)] >= space }
  @inline(__always)
  static func isNumber(_ scalar: Unicode.Scalar) -> Bool { table[Int(scalar.value)] == number }
}
