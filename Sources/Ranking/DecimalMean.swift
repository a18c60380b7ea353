import Foundation

/// The arithmetic mean of numbers as they are written in decimal.
///
/// In binary the means of 8.1 and 8.3 and of 8.2 and 8.2 may differ in the last bit, which would part two methods that
/// are tied. So the sum is taken of the shortest decimals that stand for the numbers, which is what a table's author
/// wrote, and rounded once.
enum DecimalMean {
  /// Nil when there are no values.
  static func of(_ values: [Double]) -> Double? {
    if values.count < 2 { return values.first }
    var sum = Decimal(0)
    for value in values {
      // Decimal holds 38 digits: numbers far apart, or far from 1, are summed in binary.
      guard value == 0 || (1e-12...1e18).contains(abs(value)), let exact = Decimal(string: value.description) else {
        return values.reduce(0) { $0 + $1 / Double(values.count) }
      }
      sum += exact
    }
    return Double((sum / Decimal(values.count)).description)
  }
}
