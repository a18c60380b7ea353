/// Lets so many through at a time; the others wait in the order in which they came.
actor Turnstile {
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ width: Int) { free = width }

  func pass<Value: Sendable>(_ body: @Sendable () async -> Value) async -> Value {
    if free > 0 { free -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
    let value = await body()
    // Whoever waits longest takes the place that is left.
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    return value
  }
}
