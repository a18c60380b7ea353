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
  private static let spaceRanges: [UInt32] = [
    0x9, 0xD, 0x20, 0x20, 0x85, 0x85, 0xA0, 0xA0, 0x1680, 0x1680, 0x2000, 0x200A, 0x2028, 0x2029, 0x202F, 0x202F,
    0x205F, 0x205F, 0x3000, 0x3000,
  ]

  /// The class of every scalar, by its code point: 1.1 MB, filled once, so that a lookup is one load.
  static let table: [UInt8] = {
    var table = [UInt8](repeating: other, count: 0x11_0000)
    for (ranges, mark) in [(letterRanges, letter), (numberRanges, number), (spaceRanges, space)] {
      for index in stride(from: 0, to: ranges.count, by: 2) {
        for scalar in ranges[index]...ranges[index + 1] { table[Int(scalar)] = mark }
      }
    }
    table[0x0A] = newline
    table[0x0D] = newline
    return table
  }()
}
