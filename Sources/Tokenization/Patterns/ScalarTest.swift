/// Which scalars a character class of a regular expression holds.
struct ScalarTest: Sendable {
  /// ASCII, a bit a scalar, with everything below and the negation taken in by `seal`.
  private var low: UInt64 = 0
  private var high: UInt64 = 0
  /// Bits of general categories.
  private var categories: UInt32 = 0
  /// First and last of each range, in order after `seal`.
  private var ranges: [ClosedRange<UInt32>] = []
  private var holdsWords = false
  private var holdsAllButWords = false
  var isNegated = false

  mutating func add(_ scalar: Unicode.Scalar) { ranges.append(scalar.value...scalar.value) }
  mutating func add(_ range: ClosedRange<UInt32>) { ranges.append(range) }

  mutating func add(_ category: GeneralCategory, isNegated: Bool = false) {
    categories |= isNegated ? ~category.mask & (1 << 30 - 1) : category.mask
  }

  mutating func addSpaces(isNegated: Bool = false) {
    var next: UInt32 = 0
    for index in stride(from: 0, to: ScalarClass.spaceRanges.count, by: 2) {
      let first = ScalarClass.spaceRanges[index]
      let last = ScalarClass.spaceRanges[index + 1]
      if !isNegated {
        add(first...last)
      } else if next < first {
        add(next...first - 1)
      }
      next = last + 1
    }
    if isNegated { add(next...0x10FFFF) }
  }

  mutating func addWords(isNegated: Bool = false) {
    if isNegated { holdsAllButWords = true } else { holdsWords = true }
  }

  /// Adds the other case of its ASCII letters, and the two signs outside ASCII that fold to one.
  /// - Returns: false when it holds something whose case is not known here.
  mutating func ignoreCase() -> Bool {
    for range in ranges where range.upperBound >= 0x80 {
      if range.upperBound - range.lowerBound < 0x1000 { return false }
    }
    for range in ranges {
      for (from, to) in [(UInt32(0x41), UInt32(0x61)), (0x61, 0x41)] {
        let first = max(range.lowerBound, from)
        let last = min(range.upperBound, from + 25)
        if first <= last { ranges.append(first - from + to...last - from + to) }
      }
      if range.contains(0x73) || range.contains(0x53) { ranges.append(0x17F...0x17F) }
      if range.contains(0x6B) || range.contains(0x4B) { ranges.append(0x212A...0x212A) }
    }
    return true
  }

  /// Puts ranges in order and ASCII into bits: to be called once, when everything is in.
  mutating func seal() {
    ranges.sort { $0.lowerBound < $1.lowerBound }
    var merged: [ClosedRange<UInt32>] = []
    for range in ranges {
      if let last = merged.last, range.lowerBound <= last.upperBound &+ 1 {
        merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    ranges = merged
    for value in UInt8(0)..<128 where slowlyContains(Unicode.Scalar(value)) {
      if value < 64 { low |= 1 << UInt64(value) } else { high |= 1 << UInt64(value - 64) }
    }
  }

  @inline(__always)
  func contains(_ scalar: Unicode.Scalar) -> Bool {
    let value = scalar.value
    if value < 128 { return (value < 64 ? low >> UInt64(value) : high >> UInt64(value - 64)) & 1 != 0 }
    return slowlyContains(scalar)
  }

  private func slowlyContains(_ scalar: Unicode.Scalar) -> Bool {
    if categories != 0, categories >> UInt32(UnicodeTables.categories[Int(scalar.value)]) & 1 != 0 { return !isNegated }
    if holdsWords, UnicodeTables.wordSet.contains(scalar) { return !isNegated }
    if holdsAllButWords, !UnicodeTables.wordSet.contains(scalar) { return !isNegated }
    var first = 0
    var last = ranges.count
    while first < last {
      let middle = (first + last) / 2
      if ranges[middle].upperBound < scalar.value { first = middle + 1 } else { last = middle }
    }
    let isFound = first < ranges.count && ranges[first].lowerBound <= scalar.value
    return isFound != isNegated
  }
}
