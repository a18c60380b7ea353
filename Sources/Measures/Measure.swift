/// The name of a measure: the published metric's name, then a dot and what is asked of it (`AL`, `AL.p90`).
public struct MeasureID: RawRepresentable, Hashable, Sendable, Codable, ExpressibleByStringLiteral,
  CustomStringConvertible
{
  public let rawValue: String

  public init(rawValue: String) { self.rawValue = rawValue }
  public init(_ rawValue: String) { self.rawValue = rawValue }
  public init(stringLiteral value: String) { self.rawValue = value }

  public var description: String { rawValue }

  public init(from decoder: any Decoder) throws {
    rawValue = try decoder.singleValueContainer().decode(String.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }
}

/// Whether more or less of a measure is better.
public enum Direction: String, Sendable, Codable, Hashable, CaseIterable {
  case higherIsBetter = "higher"
  case lowerIsBetter = "lower"
}

/// Whether a measure is computed as arXiv 2505.13840 prints it, or as it holds.
public enum Definition: String, Sendable, Codable, Hashable {
  case published
  case corrected
}

/// What a measure needs before it can have a value. A missing need gives an ``Absence`` that names it.
public enum Need: String, Sendable, Codable, Hashable, CaseIterable {
  case steps, losses, resources, allocator, cpuTime, energyCounter, modelAccount, peakThroughput, memoryCapacity
  case heldOutDocuments, inferencePhases, compressedModel, deviceUtilisation, memoryParts
}

/// One measured quantity, declared once: what it is called, its unit and direction, and how it is computed.
public struct Measure: Sendable, Identifiable {
  public let id: MeasureID
  public let title: String
  public let unit: Unit
  public let direction: Direction
  public let definition: Definition
  /// Raised whenever the formula changes, and stored with every value.
  public let version: Int
  public let formula: String
  public let needs: Set<Need>
  /// The value, or the reason why there is none. Pure.
  public let compute: @Sendable (TrialEvidence) -> MeasuredValue

  public init(
    id: MeasureID, title: String, unit: Unit, direction: Direction, definition: Definition, version: Int = 1,
    formula: String, needs: Set<Need>, compute: @escaping @Sendable (TrialEvidence) -> MeasuredValue
  ) {
    self.id = id
    self.title = title
    self.unit = unit
    self.direction = direction
    self.definition = definition
    self.version = version
    self.formula = formula
    self.needs = needs
    self.compute = compute
  }
}
