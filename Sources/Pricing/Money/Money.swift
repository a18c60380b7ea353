/// An amount of money: a whole number of 10^-12 of a currency's unit (pico-dollars, for dollars) and the currency.
///
/// A price of one dollar for a million tokens is a million pico-dollars a token, so that sums of costs are exact where
/// binary fractions are not. Every operation says when it would leave the range (10^14 of the unit and more) or mix
/// currencies.
///
/// ```swift
/// let cost = try Money("0.0379055")
/// cost.picos        // 37_905_500_000
/// cost.decimalText  // "0.0379055"
/// ```
public struct Money: Sendable, Hashable, CustomStringConvertible {
  /// In 10^-12 of the currency's unit.
  public let picos: Int128
  public let currency: Currency

  public init(picos: Int128, currency: Currency = .usd) {
    self.picos = picos
    self.currency = currency
  }

  /// - Parameter decimal: Such as `0.0379055`: no exponent, at most twelve places.
  /// - Throws: ``PricingError/badAmount(_:)``.
  public init(_ decimal: String, currency: Currency = .usd) throws(PricingError) {
    guard let picos = FixedPoint.picos(decimal) else { throw .badAmount(String(decimal.prefix(80))) }
    self.init(picos: picos, currency: currency)
  }

  public static func zero(_ currency: Currency = .usd) -> Money { Money(picos: 0, currency: currency) }

  /// The amount as a decimal, exactly and without needless zeros.
  public var decimalText: String { FixedPoint.text(picos) }

  /// For plots and statistics; sums belong in ``adding(_:)``.
  public var approximateValue: Double { Double(picos) / 1e12 }

  public var description: String { "\(decimalText) \(currency)" }
}

extension Money {
  /// - Throws: ``PricingError/mixedCurrencies(_:_:)``, ``PricingError/amountTooLarge``.
  public func adding(_ other: Money) throws(PricingError) -> Money {
    guard currency == other.currency else { throw .mixedCurrencies(currency, other.currency) }
    let (sum, overflow) = picos.addingReportingOverflow(other.picos)
    if overflow { throw .amountTooLarge }
    return Money(picos: sum, currency: currency)
  }

  /// The sum of amounts, all in one currency; nothing comes to zero.
  /// - Throws: ``PricingError/mixedCurrencies(_:_:)``, ``PricingError/amountTooLarge``.
  public static func sum(
    _ amounts: some Sequence<Money>, currency: Currency = .usd
  ) throws(PricingError) -> Money {
    var total = Money.zero(currency)
    for amount in amounts { total = try total.adding(amount) }
    return total
  }

  /// - Throws: ``PricingError/amountTooLarge``.
  public func multiplied(by count: Int) throws(PricingError) -> Money {
    let (product, overflow) = picos.multipliedReportingOverflow(by: Int128(count))
    if overflow { throw .amountTooLarge }
    return Money(picos: product, currency: currency)
  }

  /// An equal share, rounded half to even: what one of `count` requests cost.
  /// - Returns: nil for a count that is not positive: a cost per nothing is absent.
  public func divided(by count: Int) -> Money? {
    guard count > 0 else { return nil }
    return Money(picos: FixedPoint.dividedHalfEven(picos, by: Int128(count)), currency: currency)
  }
}

extension Money: Codable {
  private struct CurrencyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// One member: the currency in small letters, with the decimal as text, as in `{"usd":"0.0379055"}`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CurrencyKey.self)
    guard let key = container.allKeys.first, container.allKeys.count == 1 else {
      throw PricingError.badAmount("an object that has not one currency")
    }
    try self.init(container.decode(String.self, forKey: key), currency: Currency(key.stringValue))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CurrencyKey.self)
    try container.encode(decimalText, forKey: CurrencyKey(stringValue: currency.code.lowercased()))
  }
}
