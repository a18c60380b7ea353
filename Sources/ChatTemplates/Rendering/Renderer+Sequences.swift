// Going over values, and picking from them.
extension Renderer {
  /// The elements of a value, one by one: what Python's `iter` gives. Each costs a step.
  func elements(of value: Value) throws(TemplateError) -> LazySequence.Pull {
    switch value {
    case .list(let elements), .tuple(let elements): return pull(count: elements.values.count) { elements.values[$0] }
    case .text(let text):
      return pull(count: text.count) { [unowned self] index throws(TemplateError) in
        try self.charge(2)
        return .text(Text([text.scalars[index]], isSafe: text.isSafe))
      }
    case .dict(let members), .view(.keys, let members): return pull(count: members.keys.count) { members.keys[$0] }
    case .view(.values, let members): return pull(count: members.keys.count) { members.values[$0] }
    case .view(.items, let members):
      return pull(count: members.keys.count) { [unowned self] index throws(TemplateError) in
        try self.makeTuple([members.keys[index], members.values[index]])
      }
    case .range(let range): return pull(count: range.count) { .integer(range.number(at: $0)) }
    case .undefined: return { () throws(TemplateError) in nil }
    case .iterator(let sequence):
      return { [unowned self] () throws(TemplateError) in
        try self.charge()
        // A chain of lazy filters recurses here, one level for each.
        return try self.deeper { () throws(TemplateError) in try sequence.next() }
      }
    case .loop(let state):
      return { [unowned self] () throws(TemplateError) in
        try self.charge()
        guard try state.advance() else { return nil }
        return try self.makeTuple([state.current, .loop(state)])
      }
    default: throw invalid("a \(value.typeName) has no elements to go over")
    }
  }

  private func pull(
    count: Int, _ element: @escaping (Int) throws(TemplateError) -> Value
  ) -> LazySequence.Pull {
    var index = 0
    return { [unowned self] () throws(TemplateError) in
      guard index < count else { return nil }
      defer { index += 1 }
      try self.charge()
      return try element(index)
    }
  }

  /// All elements of a value.
  func list(_ value: Value) throws(TemplateError) -> [Value] {
    switch value {
    case .list(let elements), .tuple(let elements):
      try charge(elements.values.count)
      return elements.values
    default:
      var values: [Value] = []
      let pull = try elements(of: value)
      while let value = try pull() { values.append(value) }
      return values
    }
  }

  /// Python's `len`; nil for what has none.
  func count(of value: Value) -> Int? {
    switch value {
    case .undefined: 0
    case .text(let text): text.count
    case .list(let elements), .tuple(let elements): elements.values.count
    case .dict(let members), .view(_, let members): members.keys.count
    case .range(let range): range.count
    default: nil
    }
  }

  func length(of value: Value) throws(TemplateError) -> Int {
    if case .loop(let state) = value { return try state.count() }
    guard let count = count(of: value) else { throw invalid("a \(value.typeName) has no length") }
    return count
  }

  /// `value.name`: an attribute, else the element of this name.
  func attribute(_ name: AttributeName, of value: Value) throws(TemplateError) -> Value {
    if case .undefined(let undefined) = value { throw failure(undefined) }
    if let found = try ownAttribute(name.string, of: value) { return found }
    if let found = try element(.text(name.text), of: value) { return found }
    return missing(name.string, of: value)
  }

  /// `value[index]`: an element, else the attribute of this name.
  func item(_ index: Value, of value: Value) throws(TemplateError) -> Value {
    if case .undefined(let undefined) = value { throw failure(undefined) }
    try charge(index.weight)
    if let found = try element(index, of: value) { return found }
    guard let name = index.asText?.string else {
      return .undefined(Undefined("\(value.typeName) has no element \(try represent(index).string)"))
    }
    return try ownAttribute(name, of: value) ?? missing(name, of: value)
  }

  private func missing(_ name: String, of value: Value) -> Value {
    .undefined(Undefined("'\(value.typeName)' has no attribute '\(name)'"))
  }

  private func element(_ index: Value, of value: Value) throws(TemplateError) -> Value? {
    switch value {
    case .dict(let members):
      try charge(index.weight)
      return index.isHashable ? members.value(of: index) : nil
    case .list(let elements), .tuple(let elements):
      return place(index, count: elements.values.count).map { elements.values[$0] }
    case .text(let text):
      return place(index, count: text.count).map { .text(Text([text.scalars[$0]], isSafe: text.isSafe)) }
    case .range(let range):
      return place(index, count: range.count).map { .integer(range.number(at: $0)) }
    default: return nil
    }
  }

  private func place(_ index: Value, count: Int) -> Int? {
    guard let index = index.asInteger else { return nil }
    let place = index < 0 ? index + count : index
    return (0..<count).contains(place) ? place : nil
  }

  /// `value[from:to:step]`.
  func slice(_ value: Value, from: Int?, to: Int?, step: Int?) throws(TemplateError) -> Value {
    if case .undefined(let undefined) = value { throw failure(undefined) }
    let step = step ?? 1
    guard step != 0 else { throw invalid("the step of a slice cannot be zero") }
    guard step != Int.min else { throw overflow }
    switch value {
    case .text(let text):
      let indices = try sliceIndices(count: text.count, from, to, step)
      try charge(making: indices.count)
      return .text(Text(indices.map { text.scalars[$0] }, isSafe: text.isSafe))
    case .list(let elements):
      return try makeList(try sliceIndices(count: elements.values.count, from, to, step).map { elements.values[$0] })
    case .tuple(let elements):
      return try makeTuple(try sliceIndices(count: elements.values.count, from, to, step).map { elements.values[$0] })
    case .range(let range):
      return try makeList(try sliceIndices(count: range.count, from, to, step).map { .integer(range.number(at: $0)) })
    default: throw invalid("a \(value.typeName) cannot be sliced")
    }
  }

  /// Python's indices of a slice: bounds count from the end where they are negative, and are clipped.
  private func sliceIndices(count: Int, _ from: Int?, _ to: Int?, _ step: Int) throws(TemplateError) -> [Int] {
    func clipped(_ bound: Int?, fallback: Int) -> Int {
      guard let bound else { return fallback }
      let place = bound < 0 ? bound + count : bound
      return step > 0 ? min(max(place, 0), count) : min(max(place, -1), count - 1)
    }
    let start = clipped(from, fallback: step > 0 ? 0 : count - 1)
    let end = clipped(to, fallback: step > 0 ? count : -1)
    let distance = step > 0 ? end - start : start - end
    guard distance > 0 else { return [] }
    let size = 1 + (distance - 1) / Int(step.magnitude)
    try charge(reading: size)
    return (0..<size).map { start + $0 * step }
  }
}
