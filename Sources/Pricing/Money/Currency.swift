/// A currency by its code of three letters (ISO 4217).
public struct Currency: Sendable, Hashable, CustomStringConvertible {
  /// Three capital letters.
  public let code: String

  public static let usd = Currency(known: "USD")

  private init(known code: String) { self.code = code }

  /// - Parameter code: Three letters of either case, such as `EUR`.
  /// - Throws: ``PricingError/badCurrency(_:)``.
  public init(_ code: String) throws(PricingError) {
    let upper = code.uppercased()
    guard upper.utf8.count == 3, upper.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
      throw .badCurrency(String(code.prefix(20)))
    }
    self.code = upper
  }

  public var description: String { code }
}

extension Currency: Codable {
  public init(from decoder: any Decoder) throws {
    try self.init(decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(code)
  }
}
