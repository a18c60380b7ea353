/// The `loop` of a `for` block. It looks ahead no further than it is asked.
final class LoopState {
  private let pull: LazySequence.Pull
  /// How many elements there are, where that is known without working them out.
  private var knownCount: Int?
  /// Elements looked at ahead of the iteration.
  private var ahead: [Value] = []
  private var aheadStart = 0
  private var isExhausted = false
  private(set) var index = -1
  private(set) var current: Value = .none
  private(set) var previous: Value?
  private var lastChanged: [Value]?
  let depth: Int

  init(_ pull: @escaping LazySequence.Pull, count: Int?, depth: Int) {
    self.pull = pull
    knownCount = count
    self.depth = depth
  }

  /// Goes to the next element; false after the last.
  func advance() throws(TemplateError) -> Bool {
    guard let value = try peek() else { return false }
    aheadStart += 1
    if aheadStart == ahead.count { (ahead, aheadStart) = ([], 0) }
    if index >= 0 { previous = current }
    current = value
    index += 1
    return true
  }

  func peek() throws(TemplateError) -> Value? {
    if aheadStart < ahead.count { return ahead[aheadStart] }
    guard !isExhausted, let value = try pull() else {
      isExhausted = true
      return nil
    }
    ahead.append(value)
    return value
  }

  func count() throws(TemplateError) -> Int {
    if let knownCount { return knownCount }
    while !isExhausted {
      if let value = try pull() { ahead.append(value) } else { isExhausted = true }
    }
    let count = index + 1 + ahead.count - aheadStart
    knownCount = count
    return count
  }

  /// Whether `values` differ from those of the last time it was asked.
  func changed(_ values: [Value]) -> Bool {
    defer { lastChanged = values }
    return lastChanged != values
  }

  /// Forgets what could hold this loop itself.
  func finish() { lastChanged = nil }
}
