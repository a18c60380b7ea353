/// A condition on rows' metadata: `country == "DE" && tokens < 500`.
///
/// Names are those of the metadata; one with other characters than letters, digits, `_` and `.` stands in backquotes.
/// Values are text in quotes, numbers, `true` and `false`. Nothing is converted: to compare a number with text is an
/// error, not false. Text is ordered by its bytes, so that dates written year first compare.
///
/// What a row does not have is unknown, and stays so through `!`, `&&` and `||` as in SQL: neither `country == "DE"` nor
/// `country != "DE"` nor `!(country == "DE")` takes a row without a country. `exists country` asks for just that.
public struct Cohort: Sendable, Hashable, CustomStringConvertible {
  /// The condition as it was written.
  public let description: String
  let expression: CohortExpression

  /// - Throws: ``CohortError/syntax(column:reason:)``.
  public init(_ text: String) throws(CohortError) {
    description = text
    expression = try CohortParser.expression(of: text)
  }

  /// Whether a row belongs to the cohort.
  /// - Throws: ``CohortError/type(column:row:reason:)``.
  public func contains(_ row: DatasetRow) throws(CohortError) -> Bool { try Self.value(of: expression, row) == true }

  /// The rows that belong to the cohort, in their order.
  /// - Throws: ``CohortError/type(column:row:reason:)``; ``CohortError/unknownField(_:column:known:)`` for a name that
  ///   stands in a condition and in no row, which is a slip of the pen.
  public func select(_ rows: [DatasetRow]) throws(CohortError) -> [DatasetRow] {
    var known: Set<String> = []
    for row in rows { known.formUnion(row.metadata.keys) }
    for field in Self.fields(of: expression) where !known.contains(field.name) {
      throw .unknownField(field.name, column: field.column, known: known.sorted())
    }
    var selected: [DatasetRow] = []
    for row in rows where try contains(row) { selected.append(row) }
    return selected
  }

  /// The names that are compared; that a name exists may be asked of any.
  private static func fields(of expression: CohortExpression) -> [CohortExpression.Field] {
    switch expression {
    case .all(let parts), .any(let parts): parts.flatMap(fields)
    case .not(let inner): fields(of: inner)
    case .compare(let field, _, _, _), .isIn(let field, _, _), .isTrue(let field): [field]
    case .exists: []
    }
  }

  /// True, false, or nil for unknown. As deep as the text was nested, which the parser has bounded.
  private static func value(of expression: CohortExpression, _ row: DatasetRow) throws(CohortError) -> Bool? {
    switch expression {
    case .all(let parts):
      var result: Bool? = true
      for part in parts {
        let value = try value(of: part, row)
        if value == false { return false }
        if value == nil { result = nil }
      }
      return result
    case .any(let parts):
      var result: Bool? = false
      for part in parts {
        let value = try value(of: part, row)
        if value == true { return true }
        if value == nil { result = nil }
      }
      return result
    case .not(let inner): return try value(of: inner, row).map { !$0 }
    case .exists(let field): return row.metadata[field.name] != nil
    case .isTrue(let field):
      guard let value = row.metadata[field.name] else { return nil }
      guard case .boolean(let flag) = value else {
        throw .type(
          column: field.column, row: row.identity,
          reason: "\(DatasetProblem.shown(field.name)) is \(value.kind), not true or false: compare it with something,")
      }
      return flag
    case .compare(let field, let comparison, let right, let column):
      guard let left = row.metadata[field.name] else { return nil }
      guard let order = order(left, right) else { throw mismatch(field, left, right, column, row) }
      return comparison.holds(order)
    case .isIn(let field, let values, let column):
      guard let left = row.metadata[field.name] else { return nil }
      for right in values {
        guard let order = order(left, right) else { throw mismatch(field, left, right, column, row) }
        if order == 0 { return true }
      }
      return false
    }
  }

  /// Below zero, zero or above; nil for values of different kinds.
  private static func order(_ left: MetadataValue, _ right: MetadataValue) -> Int? {
    switch (left, right) {
    case (.number(let left), .number(let right)): left < right ? -1 : left > right ? 1 : 0
    case (.boolean(let left), .boolean(let right)): left == right ? 0 : 1
    case (.text(let left), .text(let right)):
      left.utf8.elementsEqual(right.utf8) ? 0 : left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
    default: nil
    }
  }

  private static func mismatch(
    _ field: CohortExpression.Field, _ left: MetadataValue, _ right: MetadataValue, _ column: Int, _ row: DatasetRow
  ) -> CohortError {
    .type(
      column: column, row: row.identity,
      reason: "\(DatasetProblem.shown(field.name)) is compared with \(right.kind), and is \(left.kind)")
  }
}

extension CohortExpression.Comparison {
  fileprivate func holds(_ order: Int) -> Bool {
    switch self {
    case .equal: order == 0
    case .unequal: order != 0
    case .less: order < 0
    case .lessOrEqual: order <= 0
    case .greater: order > 0
    case .greaterOrEqual: order >= 0
    }
  }
}
