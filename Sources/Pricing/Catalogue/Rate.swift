/// A price as it is quoted: so much for ``PriceKind/quotedFor`` of something, in steps by the length of the input where it
/// has them.
public struct Rate: Sendable, Hashable {
  /// What holds above a number of input tokens, for all tokens of the request.
  public struct Tier: Sendable, Hashable {
    /// Input tokens of the request, cached ones among them. The step begins at one more.
    public let above: Int
    /// In 10^-12 of the currency's unit.
    public let picos: Int128
  }

  /// In 10^-12 of the currency's unit.
  public let base: Int128
  /// Rising.
  public let tiers: [Tier]

  /// What a request with so many input tokens is charged by, in 10^-12 of the currency's unit.
  @inlinable
  public func picos(totalInput: Int) -> Int128 {
    if tiers.isEmpty { return base }
    return tiers.last { totalInput > $0.above }?.picos ?? base
  }

  /// `1.25`, or with steps `1.25 (above 200000: 2.5)`.
  public var text: String {
    guard !tiers.isEmpty else { return FixedPoint.text(base) }
    let steps = tiers.map { "above \($0.above): \(FixedPoint.text($0.picos))" }
    return "\(FixedPoint.text(base)) (\(steps.joined(separator: ", ")))"
  }

  /// The most a price may be, in the currency's unit. With ``Usage/most`` it keeps every product inside `Int128`.
  static let most: Int128 = 1_000_000_000 * FixedPoint.one
}

/// Prices by what they are for, as an object of decimals in quotes:
/// `{"input": "1.25", "output": {"base": "10", "tiers": [{"above": 200000, "price": "15"}]}}`.
public struct RateSheet: Sendable, Hashable {
  public var rates: [PriceKind: Rate]

  public init(_ rates: [PriceKind: Rate]) { self.rates = rates }
}

extension RateSheet: Codable {
  private struct Tiered: Codable {
    struct Tier: Codable {
      var above: Int
      var price: String

      enum CodingKeys: String, CodingKey, CaseIterable { case above, price }

      init(above: Int, price: String) {
        self.above = above
        self.price = price
      }

      init(from decoder: any Decoder) throws {
        let container = try decoder.strictContainer(keyedBy: CodingKeys.self, of: "a step of a price")
        above = try container.decode(Int.self, forKey: .above)
        price = try container.decode(String.self, forKey: .price)
      }
    }

    var base: String
    var tiers: [Tier]

    enum CodingKeys: String, CodingKey, CaseIterable { case base, tiers }

    init(base: String, tiers: [Tier]) {
      self.base = base
      self.tiers = tiers
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.strictContainer(keyedBy: CodingKeys.self, of: "a price in steps")
      base = try container.decode(String.self, forKey: .base)
      tiers = try container.decode([Tier].self, forKey: .tiers)
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: AnyKey.self)
    var rates: [PriceKind: Rate] = [:]
    for key in container.allKeys {
      guard let kind = PriceKind(name: key.stringValue) else {
        throw PricingError.unknownPriceKind(String(key.stringValue.prefix(40)))
      }
      if let text = try? container.decode(String.self, forKey: key) {
        rates[kind] = Rate(base: try Self.picos(text, kind), tiers: [])
        continue
      }
      guard let tiered = try? container.decode(Tiered.self, forKey: key) else {
        throw PricingError.badPrice(kind: kind.name, text: "something else")
      }
      var tiers: [Rate.Tier] = []
      for tier in tiered.tiers {
        guard tier.above >= 0, tier.above > tiers.last?.above ?? -1, tiers.count < 32 else {
          throw PricingError.badTiers(kind: kind.name)
        }
        tiers.append(Rate.Tier(above: tier.above, picos: try Self.picos(tier.price, kind)))
      }
      rates[kind] = Rate(base: try Self.picos(tiered.base, kind), tiers: tiers)
    }
    self.rates = rates
  }

  private static func picos(_ text: String, _ kind: PriceKind) throws(PricingError) -> Int128 {
    guard let picos = FixedPoint.picos(text), picos >= 0, picos <= Rate.most else {
      throw .badPrice(kind: kind.name, text: String(text.prefix(80)))
    }
    return picos
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: AnyKey.self)
    for kind in PriceKind.allCases {
      guard let rate = rates[kind] else { continue }
      let base = FixedPoint.text(rate.base)
      if rate.tiers.isEmpty {
        try container.encode(base, forKey: AnyKey(kind.name))
      } else {
        let tiers = rate.tiers.map { Tiered.Tier(above: $0.above, price: FixedPoint.text($0.picos)) }
        try container.encode(Tiered(base: base, tiers: tiers), forKey: AnyKey(kind.name))
      }
    }
  }
}
