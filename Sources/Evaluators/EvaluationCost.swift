public import Measures

/// An amount of money as it was written: exact, never a binary fraction.
public struct DecimalAmount: Sendable, Hashable, CustomStringConvertible {
  /// Digits, with a point and digits behind it where there is a fraction.
  public let text: String

  public var description: String { text }

  /// Nil for what is no such number, for a negative one, and for more than 40 characters.
  public init?(_ text: String) {
    let pieces = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    let isDecimal = pieces.allSatisfy { piece in
      !piece.isEmpty && piece.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
    guard isDecimal, text.utf8.count <= 40 else { return nil }
    self.text = text
  }

  private init(exact: String) { text = exact }

  /// The exact sum.
  public static func + (left: DecimalAmount, right: DecimalAmount) -> DecimalAmount {
    let places = max(left.places, right.places)
    let sum = Natural(decimal: left.digits(places)) + Natural(decimal: right.digits(places))
    var digits = sum.decimal
    if digits.utf8.count <= places { digits = String(repeating: "0", count: places + 1 - digits.utf8.count) + digits }
    guard places > 0 else { return DecimalAmount(exact: digits) }
    return DecimalAmount(exact: digits.dropLast(places) + "." + digits.suffix(places))
  }

  private var places: Int { text.firstIndex(of: ".").map { text[$0...].utf8.count - 1 } ?? 0 }

  /// The digits without the point, filled up to so many places behind it.
  private func digits(_ wanted: Int) -> String {
    text.filter { $0 != "." } + String(repeating: "0", count: wanted - places)
  }
}

/// What it cost to give a verdict.
public enum EvaluationCost: Sendable, Hashable {
  /// Computed here: nobody was paid.
  case free
  /// - Parameter currency: the three letters of ISO 4217, such as `USD`.
  case charged(DecimalAmount, currency: String)
  /// Something was bought and its price is not known. Absent is not zero.
  case unknown(Absence)
}

extension EvaluationCost {
  /// What both cost together: exact where both are known and in one currency, else unknown with its reason.
  public static func + (left: EvaluationCost, right: EvaluationCost) -> EvaluationCost {
    switch (left, right) {
    case (.unknown, _), (_, .free): left
    case (_, .unknown), (.free, _): right
    case (.charged(let one, let currency), .charged(let other, let second)) where currency == second:
      .charged(one + other, currency: currency)
    case (.charged(_, let one), .charged(_, let other)):
      .unknown(Absence("a part was charged in \(one.shown) and a part in \(other.shown)"))
    }
  }
}
