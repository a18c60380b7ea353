/// A number as it was written: a fraction of whole numbers, nothing rounded.
struct ExactNumber: Sendable, Hashable {
  let isNegative: Bool
  let numerator: Natural
  /// Never zero.
  let denominator: Natural

  /// Digits that a number may have, and how far its exponent may go, so that comparing stays cheap.
  static let mostDigits = 400
  static let largestExponent = 400

  /// - Parameters:
  ///   - whole: digits, possibly none.
  ///   - fraction: the digits behind the point.
  /// - Returns: nil when there are no digits, or too many.
  init?(whole: String, fraction: String = "", exponent: Int = 0, isNegative: Bool = false) {
    let digits = whole + fraction
    guard !digits.isEmpty, digits.utf8.count <= Self.mostDigits,
      (-Self.largestExponent...Self.largestExponent).contains(exponent)
    else { return nil }
    let shift = exponent - fraction.utf8.count
    let value = Natural(decimal: digits)
    self.isNegative = isNegative && !value.isZero
    numerator = shift > 0 ? value * Natural.power(ofTen: shift) : value
    denominator = shift < 0 ? Natural.power(ofTen: -shift) : Natural(1)
  }

  private init(isNegative: Bool, numerator: Natural, denominator: Natural) {
    self.isNegative = isNegative && !numerator.isZero
    self.numerator = numerator
    self.denominator = denominator
  }

  /// The shortest decimal that stands for the number, which is what somebody wrote.
  init?(_ value: Double) {
    guard value.isFinite else { return nil }
    let parts = "\(abs(value))".split(separator: "e", omittingEmptySubsequences: false)
    let digits = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    self.init(
      whole: String(digits[0]), fraction: digits.count > 1 ? String(digits[1]) : "",
      exponent: parts.count > 1 ? Int(parts[1]) ?? 0 : 0, isNegative: value < 0)
  }

  /// Nil for a division by zero.
  func divided(by other: ExactNumber) -> ExactNumber? {
    guard !other.numerator.isZero else { return nil }
    return ExactNumber(
      isNegative: isNegative != other.isNegative, numerator: numerator * other.denominator,
      denominator: denominator * other.numerator)
  }

  /// The sum with a number of the same sign: a mixed number's whole and its fraction.
  func addingMagnitude(of other: ExactNumber) -> ExactNumber {
    ExactNumber(
      isNegative: isNegative, numerator: numerator * other.denominator + other.numerator * denominator,
      denominator: denominator * other.denominator)
  }

  var negated: ExactNumber {
    ExactNumber(isNegative: !isNegative, numerator: numerator, denominator: denominator)
  }

  func isEqual(to other: ExactNumber) -> Bool {
    isNegative == other.isNegative && numerator * other.denominator == other.numerator * denominator
  }

  /// Whether they lie no further apart than `absolute`, or than `relative` of the reference's size.
  /// - Parameters: tolerances that are not negative.
  func isWithin(absolute: ExactNumber, relative: ExactNumber, of reference: ExactNumber) -> Bool {
    let mine = numerator * reference.denominator
    let theirs = reference.numerator * denominator
    let apart = isNegative == reference.isNegative ? Natural.difference(mine, theirs) : mine + theirs
    // |x - r| = apart / scale, and r = theirs / scale.
    let scale = denominator * reference.denominator
    return apart * absolute.denominator <= absolute.numerator * scale
      || apart * relative.denominator <= relative.numerator * theirs
  }
}
