/// Who runs, and what each step computes. A state machine: no model, no clock, no threads. Whoever drives it makes the
/// caches it asks for, computes the steps it plans, and tells it what came of them.
///
/// * Requests wait in the order they came. The first is admitted when a place is free and the memory of its longest answer
///   fits; nobody overtakes it, so that a large request is not starved by small ones.
/// * A step holds one token of every running answer and then chunks of prompts up to the step's tokens: a long prompt
///   never holds up an answer for longer than a step.
/// * Prompts take turns: one that got a chunk goes behind the others.
struct Scheduler: Sendable {
  /// A request that gets a place, and how its cache is to be made.
  struct Admission: Sendable, Hashable {
    var sequence: SequenceID
    var cache: CacheID
    var source: CacheAccount.Source
    /// The most positions it will hold.
    var capacity: Int
  }

  /// What one sequence computes in a step.
  struct Entry: Sendable, Hashable {
    var sequence: SequenceID
    var cache: CacheID
    var tokens: [UInt32]
    /// The position of the first of `tokens`.
    var start: Int
    /// Whether the last of `tokens` is the last known one, so that the next one comes of it.
    var isLast: Bool
  }

  /// Prompt tokens of a step when every one of them gives a row of logits, which takes much memory.
  static let echoChunk = 64

  private struct Waiting: Sendable {
    var sequence: SequenceID
    var prompt: [UInt32]
    /// Prompt and longest answer, within the context.
    var total: Int
    var bytes: Int
    var echoes: Bool
  }

  private struct Running: Sendable {
    var cache: CacheID
    /// The prompt's tokens and the generated ones.
    var tokens: [UInt32]
    let promptCount: Int
    let total: Int
    let echoes: Bool
    /// How many of `tokens` are in the cache.
    var computed = 0
  }

  let limits: EngineLimits
  let contextLength: Int
  private let cacheBytes: @Sendable (_ positions: Int) -> Int
  private var waiting: [Waiting] = []
  /// How many of `waiting` have gone; they are dropped now and then.
  private var head = 0
  private var running: [SequenceID: Running] = [:]
  private var prefilling: [SequenceID] = []
  private var decoding: [SequenceID] = []
  private(set) var account: CacheAccount

  /// - Parameter cacheBytes: the most bytes that a cache of so many positions takes; must not fall as positions grow.
  init(limits: EngineLimits, contextLength: Int, cacheBytes: @escaping @Sendable (_ positions: Int) -> Int) {
    self.limits = limits
    self.contextLength = contextLength
    self.cacheBytes = cacheBytes
    account = CacheAccount(limitBytes: limits.cacheBytes, keptLimitBytes: limits.prefixCacheBytes)
  }

  var waitingCount: Int { waiting.count - head }
  var runningCount: Int { running.count }
  var isIdle: Bool { waitingCount == 0 && running.isEmpty }
  var sequences: [SequenceID] { waiting[head...].map(\.sequence) + running.keys.sorted() }

  func cache(of sequence: SequenceID) -> CacheID? { running[sequence]?.cache }

  /// Queues a request.
  /// - Throws: ``EngineError/queueFull(limit:)``, ``EngineError/promptTooLong(tokens:context:)``,
  ///   ``EngineError/requestTooLarge(promptTokens:maximumTokens:neededBytes:limitBytes:)``.
  mutating func submit(
    _ sequence: SequenceID, prompt: [UInt32], maximumTokens: Int, echoes: Bool
  ) throws(EngineError) {
    guard !prompt.isEmpty else { throw .emptyPrompt }
    guard prompt.count + min(maximumTokens, 1) <= contextLength else {
      throw .promptTooLong(tokens: prompt.count, context: contextLength)
    }
    let total = prompt.count + min(maximumTokens, contextLength - prompt.count)
    let bytes = cacheBytes(total)
    guard bytes <= limits.cacheBytes else {
      throw .requestTooLarge(
        promptTokens: prompt.count, maximumTokens: total - prompt.count, neededBytes: bytes,
        limitBytes: limits.cacheBytes)
    }
    guard waitingCount < limits.maximumQueued else { throw .queueFull(limit: limits.maximumQueued) }
    waiting.append(Waiting(sequence: sequence, prompt: prompt, total: total, bytes: bytes, echoes: echoes))
  }

  /// The first in the queue, if there is a place and memory for it. Before its cache is made, those of
  /// ``takeReleased()`` have to go; after that ``begin(_:cachedTokens:)`` has to be called.
  mutating func admit() -> Admission? {
    guard head < waiting.count, running.count < limits.maximumSequences else { return nil }
    let next = waiting[head]
    // One token has to be computed, for the logits that follow it; an echo needs those of every token.
    let reusable = next.echoes ? 0 : next.prompt.count - 1
    guard let (cache, source) = account.reserve(bytes: next.bytes, tokens: next.prompt, reusable: reusable) else {
      return nil
    }
    head += 1
    if head == waiting.count {
      waiting.removeAll(keepingCapacity: true)
      head = 0
    } else if head >= 256, head * 2 > waiting.count {
      waiting.removeFirst(head)
      head = 0
    }
    running[next.sequence] = Running(
      cache: cache, tokens: next.prompt, promptCount: next.prompt.count, total: next.total, echoes: next.echoes)
    return Admission(sequence: next.sequence, cache: cache, source: source, capacity: next.total)
  }

  /// The cache of an admitted sequence is made and holds its first `cachedTokens` tokens: as many as the admission said, or
  /// none.
  mutating func begin(_ admission: Admission, cachedTokens: Int) {
    let sequence = admission.sequence
    guard var state = running[sequence] else { return }
    state.computed = cachedTokens
    account.begin(state.cache, with: state.tokens[..<cachedTokens])
    running[sequence] = state
    prefilling.append(sequence)
  }

  /// What to compute next; empty when nothing runs.
  func plan() -> [Entry] {
    var budget = limits.maximumStepTokens
    var entries: [Entry] = []
    entries.reserveCapacity(decoding.count + 4)
    for sequence in decoding {
      guard let state = running[sequence] else { continue }
      entries.append(
        Entry(
          sequence: sequence, cache: state.cache, tokens: Array(state.tokens[state.computed...]), start: state.computed,
          isLast: true))
      budget -= 1
    }
    for sequence in prefilling where budget > 0 {
      guard let state = running[sequence] else { continue }
      let chunk = state.echoes ? min(limits.prefillChunk, Self.echoChunk) : limits.prefillChunk
      let count = min(chunk, state.promptCount - state.computed, budget)
      let end = state.computed + count
      entries.append(
        Entry(
          sequence: sequence, cache: state.cache, tokens: Array(state.tokens[state.computed..<end]),
          start: state.computed, isLast: end == state.promptCount))
      budget -= count
    }
    return entries
  }

  /// The planned entries are in their caches.
  mutating func computed(_ entries: [Entry]) {
    for entry in entries {
      guard var state = running[entry.sequence] else { continue }
      let wasPrefilling = state.computed < state.promptCount
      state.computed += entry.tokens.count
      account.extend(state.cache, with: entry.tokens)
      running[entry.sequence] = state
      if wasPrefilling {
        prefilling.removeAll { $0 == entry.sequence }
        if state.computed < state.promptCount {
          prefilling.append(entry.sequence)
        } else {
          decoding.append(entry.sequence)
        }
      }
    }
  }

  /// A sequence got its next token.
  /// - Returns: whether it may go on; otherwise it has reached its length and has to be ended.
  mutating func append(_ token: UInt32, to sequence: SequenceID) -> Bool {
    guard running[sequence] != nil else { return false }
    running[sequence]!.tokens.append(token)
    return running[sequence]!.tokens.count < running[sequence]!.total
  }

  /// Whether a sequence wants no token at all.
  func wantsNone(_ sequence: SequenceID) -> Bool {
    running[sequence].map { $0.total == $0.promptCount } ?? true
  }

  /// Ends a sequence, waiting or running.
  /// - Parameter bytes: what its cache takes, to keep it for others; nil: it must not be used again.
  mutating func end(_ sequence: SequenceID, keeping bytes: Int?) {
    guard let state = running.removeValue(forKey: sequence) else {
      if let place = waiting[head...].firstIndex(where: { $0.sequence == sequence }) { waiting.remove(at: place) }
      return
    }
    prefilling.removeAll { $0 == sequence }
    decoding.removeAll { $0 == sequence }
    account.end(state.cache, keeping: bytes)
  }

  /// Caches to be released, before any other is made.
  mutating func takeReleased() -> [CacheID] { account.takeReleased() }

  /// Gives up everything that is kept for others.
  mutating func evictAll() { account.evictAll() }
}
