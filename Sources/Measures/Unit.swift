/// A unit of measurement, by its symbol. GiB is not GB.
public struct Unit: RawRepresentable, Hashable, Sendable, Codable {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  public var symbol: String { rawValue }

  public static let dimensionless = Unit(rawValue: "")
  public static let fraction = Unit(rawValue: "fraction")
  public static let seconds = Unit(rawValue: "s")
  public static let bytes = Unit(rawValue: "B")
  public static let gigabytes = Unit(rawValue: "GB")
  public static let gibibytes = Unit(rawValue: "GiB")
  public static let watts = Unit(rawValue: "W")
  public static let joules = Unit(rawValue: "J")
  public static let joulesPerToken = Unit(rawValue: "J/token")
  public static let joulesPerSample = Unit(rawValue: "J/sample")
  public static let tokensPerSecond = Unit(rawValue: "tokens/s")
  public static let samplesPerSecond = Unit(rawValue: "samples/s")
  public static let tokensPerParameterSecond = Unit(rawValue: "tokens/(parameter s)")
  public static let samplesPerParameterSecond = Unit(rawValue: "samples/(parameter s)")
  public static let flopsPerSecond = Unit(rawValue: "FLOP/s")
  public static let natsPerToken = Unit(rawValue: "nats/token")
  public static let bitsPerByte = Unit(rawValue: "bits/byte")
  public static let nats = Unit(rawValue: "nats")
}
