/// Why there is no price, or no cost. Absent is not zero: nothing is guessed and nothing is free for want of a price.
public enum PriceAbsence: Error, Hashable, Sendable {
  case unknownProvider(String)
  /// No provider was named, and none has models of such a name.
  case unclaimedModel(String)
  case unknownModel(String, provider: String)
  /// The model has no price on that day.
  case notPriced(model: String, provider: String, date: CivilDate)
  /// The price depends on the hour, and the day alone is known.
  case hourNeeded(model: String, provider: String, date: CivilDate)
  /// There is no price for requests of that kind on that day.
  case noPriceFor(condition: String, model: String, provider: String, date: CivilDate, from: CivilDate?)
  case mixedCurrencies(model: String, provider: String)
  /// Something was used that has no price.
  case noPrice(PriceKind, model: String, provider: String)
  case unknownHardware(String)
  case hardwareNotPriced(String, date: CivilDate)
  case energyNotMeasured(String)
  case beyondRange
}

extension PriceAbsence: CustomStringConvertible {
  /// One sentence that names what is missing and, where there is one, the mend.
  public var description: String {
    switch self {
    case .unknownProvider(let name): "no provider '\(name)' is in the prices"
    case .unclaimedModel(let name):
      "no provider is known to sell a model '\(name)': name the provider, or add the model to the overrides"
    case .unknownModel(let name, let provider):
      "\(provider) has no price for a model '\(name)': add it to the overrides"
    case .notPriced(let model, let provider, let date): "\(provider)/\(model) has no price on \(date)"
    case .hourNeeded(let model, let provider, let date):
      "the price of \(provider)/\(model) on \(date) depends on the hour: say the time too"
    case .noPriceFor(let condition, let model, let provider, let date, let from):
      "\(provider)/\(model) has no price for \(condition) on \(date)\(from.map { "; the first that is known is of \($0)" } ?? "")"
    case .mixedCurrencies(let model, let provider): "the prices of \(provider)/\(model) are in several currencies"
    case .noPrice(let kind, let model, let provider): "\(provider)/\(model) has no price of \(kind), which was used"
    case .unknownHardware(let name): "no hardware '\(name)' is in the prices: add it to the overrides"
    case .hardwareNotPriced(let name, let date): "hardware '\(name)' has no price on \(date)"
    case .energyNotMeasured(let name): "hardware '\(name)' is priced by its energy, and none was measured"
    case .beyondRange: "the amount is too large to be held"
    }
  }
}
