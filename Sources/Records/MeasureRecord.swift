public import Measures

/// A measure's value as it is stored: with everything that says what the number means, so that a row can be read
/// without the catalogue that made it.
public struct MeasureRecord: Sendable, Hashable {
  public var id: MeasureID
  public var title: String
  public var unit: Unit
  /// Unknown for measures that a trial named itself.
  public var direction: Direction?
  public var definition: Definition?
  /// The version of the formula; 0 for measures that a trial named itself.
  public var version: Int
  public var value: MeasuredValue
  /// True when the trial named it and the catalogue does not know it.
  public var isReported: Bool

  public init(
    id: MeasureID, title: String, unit: Unit, direction: Direction?, definition: Definition?, version: Int,
    value: MeasuredValue, isReported: Bool
  ) {
    self.id = id
    self.title = title
    self.unit = unit
    self.direction = direction
    self.definition = definition
    self.version = version
    self.value = value
    self.isReported = isReported
  }

  /// A measure of the catalogue with its value.
  public init(_ measure: Measure, value: MeasuredValue) {
    self.init(
      id: measure.id, title: measure.title, unit: measure.unit, direction: measure.direction,
      definition: measure.definition, version: measure.version, value: value, isReported: false)
  }

  /// A number that the trial's own process named.
  public init(reported id: MeasureID, unit: Unit, quantity: Quantity) {
    self.init(
      id: id, title: id.rawValue, unit: unit, direction: nil, definition: nil, version: 0, value: .value(quantity),
      isReported: true)
  }
}
