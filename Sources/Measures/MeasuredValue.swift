/// The reason why a measure has no value. Absent is not zero.
public struct Absence: Sendable, Codable, Hashable {
  /// One sentence that names what is missing and, where there is one, the mend.
  public let reason: String

  public init(_ reason: String) { self.reason = reason }
}

/// An interval with the confidence it was made for.
public struct Interval: Sendable, Codable, Hashable {
  public let lower: Double
  public let upper: Double
  /// Between 0 and 1, such as 0.95.
  public let confidence: Double

  public init(lower: Double, upper: Double, confidence: Double = 0.95) {
    self.lower = lower
    self.upper = upper
    self.confidence = confidence
  }
}

/// A number with what is known of how sure it is.
public struct Quantity: Sendable, Codable, Hashable {
  public let value: Double
  /// The uncertainty inside one trial (over documents, steps), where it can be had.
  public let interval: Interval?
  /// How many observations the value was computed from.
  public let count: Int
  /// True when the number comes from a declaration (such as a TDP) and not from a counter.
  public let isEstimate: Bool

  public init(_ value: Double, interval: Interval? = nil, count: Int, isEstimate: Bool = false) {
    self.value = value
    self.interval = interval
    self.count = count
    self.isEstimate = isEstimate
  }
}

/// A measure's value in one trial: a number, or an absence with its reason.
public enum MeasuredValue: Sendable, Codable, Hashable {
  case value(Quantity)
  case absent(Absence)

  public static func absent(_ reason: String) -> MeasuredValue { .absent(Absence(reason)) }

  public var quantity: Quantity? {
    if case .value(let quantity) = self { quantity } else { nil }
  }
}
