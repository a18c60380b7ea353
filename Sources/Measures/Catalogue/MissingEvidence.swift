/// Why a formula cannot be evaluated: thrown inside the catalogue, an ``Absence`` outside.
struct MissingEvidence: Error {
  let absence: Absence

  init(_ reason: String) { absence = Absence(reason) }
  init(_ absence: Absence) { self.absence = absence }
}

extension Measure {
  /// A measure whose formula throws what it misses.
  init(
    _ id: MeasureID, _ title: String, _ unit: Unit, _ direction: Direction, _ definition: Definition, formula: String,
    needs: Set<Need>, value: @escaping @Sendable (TrialEvidence) throws(MissingEvidence) -> Quantity
  ) {
    self.init(
      id: id, title: title, unit: unit, direction: direction, definition: definition, formula: formula, needs: needs,
      compute: { evidence in
        do throws(MissingEvidence) {
          let quantity = try value(evidence)
          return quantity.value.isFinite ? .value(quantity) : .absent("the formula gives no finite number here")
        } catch {
          return .absent(error.absence)
        }
      })
  }
}

extension Optional {
  /// The value that a formula needs.
  /// - Throws: ``MissingEvidence`` with the reason when there is none.
  func needed(_ reason: @autoclosure () -> String) throws(MissingEvidence) -> Wrapped {
    guard let self else { throw MissingEvidence(reason()) }
    return self
  }
}
