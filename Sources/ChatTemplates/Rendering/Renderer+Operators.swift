internal import Foundation

extension Renderer {
  func negate(_ value: Value) throws(TemplateError) -> Value {
    if case .undefined(let undefined) = value { throw failure(undefined) }
    switch Number(value) {
    case .integer(let number):
      guard number != Int.min else { throw overflow }
      return .integer(-number)
    case .float(let number): return .float(-number)
    case nil: throw invalid("a \(value.typeName) has no negative")
    }
  }

  func positive(_ value: Value) throws(TemplateError) -> Value {
    if case .undefined(let undefined) = value { throw failure(undefined) }
    switch Number(value) {
    case .integer(let number): return .integer(number)
    case .float(let number): return .float(number)
    case nil: throw invalid("a \(value.typeName) takes no sign")
    }
  }

  var overflow: TemplateError { invalid("the result is larger than a whole number may be here") }

  func combine(_ left: Value, _ operation: ArithmeticOperator, _ right: Value) throws(TemplateError) -> Value {
    if case .undefined(let undefined) = left { throw failure(undefined) }
    if operation == .modulo, case .text(let format) = left { return try makeText(try formatted(format, with: right)) }
    if case .undefined(let undefined) = right { throw failure(undefined) }
    if let left = Number(left), let right = Number(right) { return try combine(left, operation, right) }
    switch (left, operation, right) {
    case (.text(let left), .add, .text(let right)): return try join(left, right)
    case (.list(let left), .add, .list(let right)): return try makeList(left.values + right.values)
    case (.tuple(let left), .add, .tuple(let right)): return try makeTuple(left.values + right.values)
    case (_, .multiply, _):
      if let count = right.asInteger, let repeated = try repeated(left, count) { return repeated }
      if let count = left.asInteger, let repeated = try repeated(right, count) { return repeated }
    default: break
    }
    throw invalid("\(operation.symbol) takes no \(left.typeName) and \(right.typeName)")
  }

  private func join(_ left: Text, _ right: Text) throws(TemplateError) -> Value {
    let isSafe = left.isSafe || right.isSafe
    let (first, second) = isSafe ? (left.escaped, right.escaped) : (left, right)
    try charge(making: first.count + second.count)
    return .text(Text(first.scalars + second.scalars, isSafe: isSafe))
  }

  private func repeated(_ value: Value, _ count: Int) throws(TemplateError) -> Value? {
    let count = max(0, count)
    switch value {
    case .text(let text):
      try charge(making: count, of: text.count)
      return .text(
        Text(Array(repeatElement(text.scalars, count: text.isEmpty ? 0 : count).joined()), isSafe: text.isSafe))
    case .list(let elements), .tuple(let elements):
      let (total, overflow) = elements.weight.multipliedReportingOverflow(by: count)
      guard !overflow, total <= limits.elements else { throw failure(.limit(.elements, allowed: limits.elements)) }
      let values = Array(repeatElement(elements.values, count: elements.values.isEmpty ? 0 : count).joined())
      if case .list = value { return try makeList(values) }
      return try makeTuple(values)
    default: return nil
    }
  }

  private func combine(_ left: Number, _ operation: ArithmeticOperator, _ right: Number) throws(TemplateError) -> Value
  {
    if operation == .divide {
      guard right.double != 0 else { throw invalid("division by zero") }
      return .float(left.double / right.double)
    }
    guard case .integer(let first) = left, case .integer(let second) = right else {
      return .float(try combine(left.double, operation, right.double))
    }
    switch operation {
    case .add: return .integer(try checked(first.addingReportingOverflow(second)))
    case .subtract: return .integer(try checked(first.subtractingReportingOverflow(second)))
    case .multiply: return .integer(try checked(first.multipliedReportingOverflow(by: second)))
    case .power: return try power(first, second)
    default:
      guard second != 0 else { throw invalid("division by zero") }
      let (quotient, overflows) = first.dividedReportingOverflow(by: second)
      if overflows {
        if operation == .modulo { return .integer(0) }
        throw overflow
      }
      let remainder = first - quotient * second
      let isBelow = remainder != 0 && (remainder < 0) != (second < 0)
      return .integer(operation == .modulo ? (isBelow ? remainder + second : remainder) : quotient - (isBelow ? 1 : 0))
    }
  }

  private func checked(_ result: (partialValue: Int, overflow: Bool)) throws(TemplateError) -> Int {
    if result.overflow { throw overflow }
    return result.partialValue
  }

  private func power(_ base: Int, _ exponent: Int) throws(TemplateError) -> Value {
    guard exponent >= 0 else {
      guard base != 0 else { throw invalid("zero has no negative power") }
      return .float(pow(Double(base), Double(exponent)))
    }
    if base == 0 || base == 1 { return .integer(exponent == 0 ? 1 : base) }
    if base == -1 { return .integer(exponent % 2 == 0 ? 1 : -1) }
    guard exponent < Int.bitWidth else { throw overflow }
    var result = 1
    for _ in 0..<exponent { result = try checked(result.multipliedReportingOverflow(by: base)) }
    return .integer(result)
  }

  private func combine(_ left: Double, _ operation: ArithmeticOperator, _ right: Double) throws(TemplateError) -> Double
  {
    switch operation {
    case .add: return left + right
    case .subtract: return left - right
    case .multiply: return left * right
    case .divide: return left / right
    case .power:
      let result = pow(left, right)
      if left == 0, right < 0 { throw invalid("zero has no negative power") }
      if result.isNaN, !left.isNaN, !right.isNaN { throw invalid("complex numbers are not supported") }
      if result.isInfinite, left.isFinite, right.isFinite { throw overflow }
      return result
    case .floorDivide, .modulo:
      guard right != 0 else { throw invalid("division by zero") }
      var remainder = fmod(left, right)
      if remainder != 0, (remainder < 0) != (right < 0) { remainder += right }
      if remainder == 0 { remainder = right < 0 ? -0.0 : 0.0 }
      if operation == .modulo { return remainder }
      let quotient = (left - remainder) / right
      let floor = quotient.rounded(.down)
      return quotient - floor > 0.5 ? floor + 1 : floor
    }
  }
}

// Comparisons.
extension Renderer {
  func compare(_ left: Value, _ operation: ComparisonOperator, _ right: Value) throws(TemplateError) -> Bool {
    switch operation {
    case .equal: return try areEqual(left, right)
    case .unequal: return !(try areEqual(left, right))
    case .less: return try isLess(left, right)
    case .greater: return try isLess(right, left)
    case .lessOrEqual: return try isLess(left, right, orEqual: true)
    case .greaterOrEqual: return try isLess(right, left, orEqual: true)
    case .isIn: return try contains(right, left)
    case .isNotIn: return !(try contains(right, left))
    }
  }

  func areEqual(_ left: Value, _ right: Value) throws(TemplateError) -> Bool {
    try charge(min(left.weight, right.weight))
    return left == right
  }

  func isLess(_ left: Value, _ right: Value, orEqual: Bool = false) throws(TemplateError) -> Bool {
    if case .undefined(let undefined) = left { throw failure(undefined) }
    if case .undefined(let undefined) = right { throw failure(undefined) }
    try charge(min(left.weight, right.weight))
    if let left = Number(left), let right = Number(right) {
      return left.isLess(than: right) || orEqual && left.equals(right)
    }
    switch (left, right) {
    case (.text(let left), .text(let right)): return left < right || orEqual && left == right
    case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
      for (first, second) in zip(left.values, right.values) where !(try areEqual(first, second)) {
        return try isLess(first, second, orEqual: orEqual)
      }
      return left.values.count < right.values.count || orEqual && left.values.count == right.values.count
    default: throw invalid("a \(left.typeName) and a \(right.typeName) have no order")
    }
  }

  /// `element in container`.
  func contains(_ container: Value, _ element: Value) throws(TemplateError) -> Bool {
    switch container {
    case .text(let text):
      guard let part = element.asText else {
        throw invalid("only a string can be in a string, not \(element.typeName)")
      }
      try charge(reading: text.count + part.count)
      return text.contains(part)
    case .dict(let members), .view(.keys, let members):
      try charge(element.weight)
      guard element.isHashable else { throw invalid("a \(element.typeName) cannot be the key of a dict") }
      return members.value(of: element) != nil
    case .range(let range):
      var whole = element.asInteger
      if case .float(let number) = element { whole = Int(exactly: number) }
      guard let whole else { return false }
      let (offset, overflows) = whole.subtractingReportingOverflow(range.start)
      guard !overflows, offset.isMultiple(of: range.step) else { return false }
      let (index, isBeyond) = offset.dividedReportingOverflow(by: range.step)
      return !isBeyond && (0..<range.count).contains(index)
    default:
      let pull = try elements(of: container)
      while let candidate = try pull() {
        if try areEqual(candidate, element) { return true }
      }
      return false
    }
  }
}
