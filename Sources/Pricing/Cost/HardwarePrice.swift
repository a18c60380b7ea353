/// What a machine costs that one serves models on oneself: by the hour it is held, by the energy it draws, or both.
public struct HardwarePrice: Sendable, Hashable, Codable {
  public var id: String
  /// For an hour, in 10^-12 of the currency's unit.
  public var picosPerHour: Int128?
  /// For a kilowatt-hour, in 10^-12 of the currency's unit.
  public var picosPerKilowattHour: Int128?
  public var currency: Currency
  public var from: CivilDate?
  public var until: CivilDate?
  /// Where the price is from, if not from the version's source.
  public var source: String?

  /// Prices are decimals, such as `2.99`; at most one by time and one by energy, and at least one of the two.
  /// - Parameters:
  ///   - perHour: For an hour of it; else `perSecond`.
  ///   - perKilowattHour: For the energy it draws; else `perJoule`.
  /// - Throws: ``PricingError/badPrice(kind:text:)``, ``PricingError/hardwarePrices(_:)``.
  public init(
    id: String, perHour: String? = nil, perSecond: String? = nil, perKilowattHour: String? = nil,
    perJoule: String? = nil, currency: Currency = .usd, from: CivilDate? = nil, until: CivilDate? = nil,
    source: String? = nil
  ) throws(PricingError) {
    guard perHour == nil || perSecond == nil, perKilowattHour == nil || perJoule == nil,
      perHour ?? perSecond ?? perKilowattHour ?? perJoule != nil
    else { throw .hardwarePrices(String(id.prefix(80))) }
    self.id = id
    let byHour = try Self.picos(perHour, "per_hour", times: 1)
    let bySecond = try Self.picos(perSecond, "per_second", times: 3_600)
    let byKilowattHour = try Self.picos(perKilowattHour, "per_kilowatt_hour", times: 1)
    let byJoule = try Self.picos(perJoule, "per_joule", times: 3_600_000)
    picosPerHour = byHour ?? bySecond
    picosPerKilowattHour = byKilowattHour ?? byJoule
    self.currency = currency
    self.from = from
    self.until = until
    self.source = source
  }

  private static func picos(_ text: String?, _ kind: String, times: Int128) throws(PricingError) -> Int128? {
    guard let text else { return nil }
    guard let picos = FixedPoint.picos(text), picos >= 0, picos <= Rate.most / times else {
      throw .badPrice(kind: kind, text: String(text.prefix(80)))
    }
    return picos * times
  }

  /// What so much time and energy cost, rounded half to even to 10^-12.
  /// - Parameters:
  ///   - seconds: Whole nanoseconds of them count. For several machines, the sum of their seconds.
  ///   - joules: Measured energy, of which whole microjoules count; nil where none was measured.
  /// - Returns: ``PriceAbsence/energyNotMeasured(_:)`` where energy has a price and was not measured.
  public func cost(seconds: Double, joules: Double?) -> Result<Money, PriceAbsence> {
    var total: Int128 = 0
    if let picosPerHour {
      guard let nanoseconds = Self.whole(seconds * 1e9) else { return .failure(.beyondRange) }
      total += FixedPoint.dividedHalfEven(picosPerHour * nanoseconds, by: 3_600_000_000_000)
    }
    if let picosPerKilowattHour {
      guard let joules else { return .failure(.energyNotMeasured(id)) }
      guard let microjoules = Self.whole(joules * 1e6) else { return .failure(.beyondRange) }
      total += FixedPoint.dividedHalfEven(picosPerKilowattHour * microjoules, by: 3_600_000_000_000)
    }
    return .success(Money(picos: total, currency: currency))
  }

  /// At most 10^16, which with ``Rate/most`` stays inside `Int128`: 115 days of nanoseconds, 10 gigajoules.
  private static func whole(_ value: Double) -> Int128? {
    value >= 0 && value <= 1e16 ? Int128(Int64(value.rounded(.toNearestOrEven))) : nil
  }

  func holds(on date: CivilDate) -> Bool {
    (from.map { $0 <= date } ?? true) && (until.map { date < $0 } ?? true)
  }
}

extension HardwarePrice {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case id
    case perHour = "per_hour"
    case perSecond = "per_second"
    case perKilowattHour = "per_kilowatt_hour"
    case perJoule = "per_joule"
    case currency, from, until, source
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.strictContainer(keyedBy: CodingKeys.self, of: "hardware")
    try self.init(
      id: container.decode(String.self, forKey: .id),
      perHour: container.decodeIfPresent(String.self, forKey: .perHour),
      perSecond: container.decodeIfPresent(String.self, forKey: .perSecond),
      perKilowattHour: container.decodeIfPresent(String.self, forKey: .perKilowattHour),
      perJoule: container.decodeIfPresent(String.self, forKey: .perJoule),
      currency: container.decodeIfPresent(Currency.self, forKey: .currency) ?? .usd,
      from: container.decodeIfPresent(CivilDate.self, forKey: .from),
      until: container.decodeIfPresent(CivilDate.self, forKey: .until),
      source: container.decodeIfPresent(String.self, forKey: .source))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encodeIfPresent(picosPerHour.map(FixedPoint.text), forKey: .perHour)
    try container.encodeIfPresent(picosPerKilowattHour.map(FixedPoint.text), forKey: .perKilowattHour)
    try container.encode(currency, forKey: .currency)
    try container.encodeIfPresent(from, forKey: .from)
    try container.encodeIfPresent(until, forKey: .until)
    try container.encodeIfPresent(source, forKey: .source)
  }
}

extension PriceTable {
  /// The price of a machine by its name, with the version it is from. The one that was laid on top last counts.
  public func hardwarePrice(
    of id: String, on date: CivilDate
  ) -> Result<(price: HardwarePrice, version: String, source: String), PriceAbsence> {
    let named = hardware.filter { $0.price.id == id }
    guard !named.isEmpty else { return .failure(.unknownHardware(id)) }
    guard let (price, origin) = named.last(where: { $0.price.holds(on: date) }) else {
      return .failure(.hardwareNotPriced(id, date: date))
    }
    return .success((price, origins[origin].version, price.source ?? origins[origin].source.name))
  }
}
