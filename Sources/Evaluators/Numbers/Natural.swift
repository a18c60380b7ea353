/// A whole number of any size, not negative: what comparing decimals and fractions exactly needs, and no more.
struct Natural: Hashable, Comparable, Sendable {
  /// Base 2^32, the least first, without leading zeros.
  private var limbs: [UInt32]

  private init(limbs: [UInt32]) {
    self.limbs = limbs
    while self.limbs.last == 0 { self.limbs.removeLast() }
  }

  init(_ value: UInt64) { self.init(limbs: [UInt32(truncatingIfNeeded: value), UInt32(value >> 32)]) }

  /// - Parameter decimal: digits only; the caller bounds their number, for the time is quadratic in it.
  init(decimal: some StringProtocol) {
    var number = Natural(0)
    for digit in decimal.utf8 { number = number.scaled(by: 10, plus: UInt32(digit - UInt8(ascii: "0"))) }
    self = number
  }

  static func power(ofTen exponent: Int) -> Natural {
    (0..<exponent).reduce(Natural(1)) { number, _ in number.scaled(by: 10, plus: 0) }
  }

  var isZero: Bool { limbs.isEmpty }

  private func scaled(by factor: UInt32, plus addend: UInt32) -> Natural {
    var result = limbs
    var carry = UInt64(addend)
    for index in result.indices {
      let product = UInt64(result[index]) * UInt64(factor) + carry
      result[index] = UInt32(truncatingIfNeeded: product)
      carry = product >> 32
    }
    return Natural(limbs: result + [UInt32(carry)])
  }

  static func + (left: Natural, right: Natural) -> Natural {
    var result: [UInt32] = []
    var carry: UInt64 = 0
    for index in 0..<max(left.limbs.count, right.limbs.count) {
      let sum = UInt64(left.limb(index)) + UInt64(right.limb(index)) + carry
      result.append(UInt32(truncatingIfNeeded: sum))
      carry = sum >> 32
    }
    return Natural(limbs: result + [UInt32(carry)])
  }

  /// The distance between the two.
  static func difference(_ left: Natural, _ right: Natural) -> Natural {
    let (larger, smaller) = left < right ? (right, left) : (left, right)
    var result: [UInt32] = []
    var borrow: Int64 = 0
    for index in larger.limbs.indices {
      var rest = Int64(larger.limb(index)) - Int64(smaller.limb(index)) - borrow
      borrow = rest < 0 ? 1 : 0
      if rest < 0 { rest += 1 << 32 }
      result.append(UInt32(rest))
    }
    return Natural(limbs: result)
  }

  static func * (left: Natural, right: Natural) -> Natural {
    var result = [UInt32](repeating: 0, count: left.limbs.count + right.limbs.count)
    for (i, first) in left.limbs.enumerated() {
      var carry: UInt64 = 0
      for (j, second) in right.limbs.enumerated() {
        let sum = UInt64(first) * UInt64(second) + UInt64(result[i + j]) + carry
        result[i + j] = UInt32(truncatingIfNeeded: sum)
        carry = sum >> 32
      }
      result[i + right.limbs.count] = UInt32(carry)
    }
    return Natural(limbs: result)
  }

  static func < (left: Natural, right: Natural) -> Bool {
    if left.limbs.count != right.limbs.count { return left.limbs.count < right.limbs.count }
    return left.limbs.reversed().lexicographicallyPrecedes(right.limbs.reversed())
  }

  private func limb(_ index: Int) -> UInt32 { index < limbs.count ? limbs[index] : 0 }

  /// What is left after division by a small number, and the quotient.
  private func divided(by divisor: UInt32) -> (quotient: Natural, rest: UInt32) {
    var result = limbs
    var rest: UInt64 = 0
    for index in result.indices.reversed() {
      let value = rest << 32 | UInt64(result[index])
      result[index] = UInt32(value / UInt64(divisor))
      rest = value % UInt64(divisor)
    }
    return (Natural(limbs: result), UInt32(rest))
  }

  /// The digits, without leading zeros.
  var decimal: String {
    var groups: [String] = []
    var number = self
    while !number.isZero {
      let (quotient, rest) = number.divided(by: 1_000_000_000)
      let digits = String(rest)
      groups.append(quotient.isZero ? digits : String(repeating: "0", count: 9 - digits.utf8.count) + digits)
      number = quotient
    }
    return groups.isEmpty ? "0" : groups.reversed().joined()
  }
}
