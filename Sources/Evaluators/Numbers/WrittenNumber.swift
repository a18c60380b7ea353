/// A number that was found in a text, with what stands beside it.
struct WrittenNumber: Sendable, Hashable {
  let value: ExactNumber
  /// `$`, `€`, `£`, `¥`, `₹` or `%`, a currency's code and its words as its sign; nil where there is none.
  let unit: String?
  /// As it was written, sign and unit included.
  let text: String
  /// The scalars it takes up.
  let range: Range<Int>

  /// Whether both stand for the same amount.
  func matches(
    _ reference: WrittenNumber, absolute: ExactNumber, relative: ExactNumber, units: NumberUnits
  ) -> Bool {
    guard units.agree(unit, reference.unit) else { return false }
    return value.isEqual(to: reference.value)
      || value.isWithin(absolute: absolute, relative: relative, of: reference.value)
  }

  func isSameAmount(as other: WrittenNumber) -> Bool {
    NumberUnits.compare.agree(unit, other.unit) && value.isEqual(to: other.value)
  }
}

/// What a currency or a percent sign beside a number means to a comparison.
public enum NumberUnits: String, Sendable, Hashable, CaseIterable {
  /// Two that are named must be the same; one that is left out may be any.
  case compare
  /// Signs do not count.
  case ignore
  /// Both name the same, or neither names one.
  case require

  func agree(_ first: String?, _ second: String?) -> Bool {
    switch self {
    case .ignore: true
    case .require: first == second
    case .compare: first == nil || second == nil || first == second
    }
  }
}

/// How numbers are written.
public enum DecimalMark: String, Sendable, Hashable, CaseIterable {
  /// 1,234.5
  case point
  /// 1.234,5
  case comma

  var mark: Unicode.Scalar { self == .point ? "." : "," }

  /// What may stand between groups of three digits. A plain space may not: in `room 4 200` it separates two numbers.
  func groups(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\u{A0}", "\u{202F}", "\u{2009}", "'", "\u{2019}", "_": true
    case ",": self == .point
    case ".": self == .comma
    default: false
    }
  }
}
