/// What is wrong with amounts, dates, and files of prices.
public enum PricingError: Error, Hashable, Sendable {
  case badAmount(String)
  case badCurrency(String)
  case mixedCurrencies(Currency, Currency)
  case amountTooLarge
  case badDate(String)
  case badHours([String])
  case badPattern(String)
  case unknownPriceKind(String)
  case badPrice(kind: String, text: String)
  case badTiers(kind: String)
  case hardwarePrices(String)
  /// A file of prices has a member that no file of prices has.
  case unknownMember(String, of: String)
  case badVersionName(String)
  case noSuchVersion(String, known: [String])
  case versionExists(String)
  /// A version extends one that does not come before it.
  case noBase(String, of: String)
  case unreadable(path: String, reason: String)
  case tooLarge(path: String, bytes: Int, limit: Int)
  case notWritten(path: String, reason: String)
}

extension PricingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .badAmount(let text):
      "'\(text)' is no amount: write a decimal such as 0.0379055, with at most 12 places"
    case .badCurrency(let text): "'\(text)' is no currency: write its code of three letters, such as USD"
    case .mixedCurrencies(let one, let other): "amounts in \(one) and \(other) have no sum: convert them first"
    case .amountTooLarge: "the amount is too large to be held"
    case .badDate(let text):
      "'\(text)' is no date: write 2025-11-25, or with a time 2025-11-25T10:00:00Z"
    case .badHours(let texts):
      "\(texts) are no hours: write two times of day in UTC that differ, such as [\"00:30\", \"16:30\"]"
    case .badPattern(let text):
      "'\(text)' is no pattern of names: write 1 to 256 bytes, where * is any text and # one digit"
    case .unknownPriceKind(let name):
      "there is no kind of price '\(name)': take one of \(PriceKind.allCases.map(\.name).joined(separator: ", "))"
    case .badPrice(let kind, let text):
      "'\(text)' is no price of \(kind): write a decimal in quotes, not negative, such as \"1.25\""
    case .badTiers(let kind): "the steps of \(kind) have to rise, from a number of input tokens that is not negative"
    case .hardwarePrices(let id):
      "hardware '\(id)' needs one price by time (per_hour or per_second), one by energy (per_kilowatt_hour or per_joule), or both"
    case .unknownMember(let name, let owner): "\(owner) has no member '\(name)': take it out or mend its name"
    case .badVersionName(let name):
      "'\(name)' is no name for a version: take up to 64 letters, digits, dots, dashes and underscores, not 'overrides'"
    case .noSuchVersion(let name, let known):
      "there is no version '\(name)' of the prices: there is \(known.joined(separator: ", "))"
    case .versionExists(let name): "there is a version '\(name)' already, and versions never change: name it otherwise"
    case .noBase(let base, let name): "version '\(name)' extends '\(base)', which does not come before it"
    case .unreadable(let path, let reason): "the prices in '\(path)' cannot be read: \(reason)"
    case .tooLarge(let path, let bytes, let limit): "'\(path)' has \(bytes) bytes, more than \(limit)"
    case .notWritten(let path, let reason): "'\(path)' cannot be written: \(reason)"
    }
  }

  /// Whether the user has to say something differently; a failure of the machine otherwise.
  public var isUsageError: Bool {
    if case .notWritten = self { false } else { true }
  }
}
