/// Drives a model by a scheduler's plans, one step a call. Synchronous, on whatever thread calls it; ``Engine`` gives it a
/// thread and a clock.
final class GenerationLoop {
  let model: any GenerativeModel
  private(set) var scheduler: Scheduler
  private var active: [SequenceID: ActiveGeneration] = [:]
  private let scratch = SamplingScratch()
  private let now: () -> UInt64
  private(set) var totals = EngineStatistics()

  /// - Throws: ``EngineError/invalidLimit(name:value:allowed:)``.
  init(model: any GenerativeModel, limits: EngineLimits, now: @escaping () -> UInt64) throws(EngineError) {
    try limits.validate()
    self.model = model
    self.now = now
    scheduler = Scheduler(
      limits: limits, contextLength: min(model.contextLength, limits.contextLength ?? .max),
      cacheBytes: model.cacheBytes)
  }

  var isIdle: Bool { scheduler.isIdle }

  /// Queues a request; what is wrong with it goes to its sink.
  func submit(_ sequence: SequenceID, _ generation: ActiveGeneration) {
    do {
      try generation.request.validate()
      let size = model.vocabularySize
      if let token = generation.request.prompt.first(where: { Int($0) >= size }) {
        throw EngineError.tokenOutOfRange(id: token, vocabularySize: size)
      }
      try scheduler.submit(
        sequence, prompt: generation.request.prompt, maximumTokens: generation.request.maximumTokens,
        echoes: generation.request.echoesPromptLogProbabilities)
      active[sequence] = generation
    } catch {
      totals.requestsRefused += 1
      generation.sink.close(error)
    }
  }

  /// Ends a request whose client has gone. Nothing happens when it has ended.
  func cancel(_ sequence: SequenceID) {
    guard let generation = active[sequence] else { return }
    finish(sequence, generation, .cancelled)
    releaseCaches()
  }

  /// Ends everything.
  func cancelAll() { for sequence in active.keys.sorted() { cancel(sequence) } }

  /// Admits what fits and computes one step.
  /// - Returns: whether anything was computed.
  func step() -> Bool {
    admit()
    let entries = scheduler.plan()
    guard !entries.isEmpty else {
      releaseCaches()
      return false
    }
    let inputs = entries.map { StepInput(cache: $0.cache, tokens: $0.tokens, need: need(of: $0)) }
    var results = [Result<ChosenToken, EngineError>?](repeating: nil, count: entries.count)
    do {
      try model.step(inputs) { output in
        switch output {
        case .best(let index, let token):
          results[index] = chosen(best: token, entries[index].sequence)
        case .row(let index, let offset, let row):
          if results[index] == nil { results[index] = take(row, offset: offset, of: entries[index]) }
        }
      }
    } catch {
      // The caches of all that took part are in an unknown state.
      for entry in entries { fail(entry.sequence, .modelFailed("\(error)")) }
      releaseCaches()
      return true
    }
    totals.steps += 1
    for entry in entries where entry.start < active[entry.sequence]?.request.prompt.count ?? 0 {
      totals.promptTokensComputed += entry.tokens.count
    }
    scheduler.computed(entries)
    for (entry, result) in zip(entries, results) { tell(entry, result) }
    releaseCaches()
    return true
  }

  /// Admits what fits; ``step()`` does so too.
  func admit() {
    releaseCaches()
    while let admission = scheduler.admit() {
      releaseCaches()
      do {
        let cached = try makeCache(admission)
        scheduler.begin(admission, cachedTokens: cached)
        guard let generation = active[admission.sequence] else { continue }
        generation.admitted = now()
        generation.cachedTokens = cached
        totals.prefixQueriedTokens += generation.request.prompt.count
        totals.prefixHitTokens += cached
        totals.prefixQueries += 1
        if cached > 0 { totals.prefixHits += 1 }
        generation.sink.send(.started(promptTokens: generation.request.prompt.count, cachedTokens: cached))
      } catch {
        fail(admission.sequence, .modelFailed("\(error)"))
        releaseCaches()
      }
    }
  }

  /// - Returns: how many tokens the cache holds already.
  private func makeCache(_ admission: Scheduler.Admission) throws -> Int {
    switch admission.source {
    case .adopted(let length):
      if model.mayContinue(admission.cache, capacity: admission.capacity) { return length }
      model.releaseCache(admission.cache)
    case .copy(let donor, let length):
      if try model.makeCache(admission.cache, copying: donor, length: length, capacity: admission.capacity) {
        return length
      }
    case .empty: break
    }
    try model.makeCache(admission.cache, capacity: admission.capacity)
    return 0
  }

  private func releaseCaches() {
    for cache in scheduler.takeReleased() { model.releaseCache(cache) }
  }

  private func need(of entry: Scheduler.Entry) -> LogitNeed {
    guard let generation = active[entry.sequence] else { return .none }
    if generation.request.echoesPromptLogProbabilities, generation.generated == 0 { return .all }
    return entry.isLast ? generation.need : .none
  }

  private func chosen(best token: UInt32?, _ sequence: SequenceID) -> Result<ChosenToken, EngineError> {
    guard let token else { return .failure(.notANumber(token: active[sequence]?.generated ?? 0)) }
    active[sequence]?.sampler.record(token)
    return .success(ChosenToken(id: token))
  }

  /// Looks at a row while it is lent.
  /// - Returns: nil when no token is to be chosen from it.
  private func take(
    _ row: UnsafeBufferPointer<Float>, offset: Int, of entry: Scheduler.Entry
  ) -> Result<ChosenToken, EngineError>? {
    guard let generation = active[entry.sequence] else { return nil }
    let request = generation.request
    let isLast = entry.isLast && offset == entry.tokens.count - 1
    let wantsToken = isLast && !scheduler.wantsNone(entry.sequence)
    var probabilities: LogProbabilities?
    if request.topLogProbabilities != nil || request.echoesPromptLogProbabilities {
      guard let found = LogProbabilities(row) else {
        return .failure(.notANumber(token: generation.generated))
      }
      probabilities = found
    }
    let position = entry.start + offset
    if let probabilities, request.echoesPromptLogProbabilities, position + 1 < request.prompt.count {
      let next = request.prompt[position + 1]
      generation.promptTokens.append(
        PromptToken(
          id: next, logProbability: probabilities[next], top: probabilities.top(request.topLogProbabilities ?? 0)))
    }
    guard wantsToken else { return nil }
    guard let token = generation.sampler.choose(from: row, scratch) else {
      return .failure(.notANumber(token: generation.generated))
    }
    guard let count = request.topLogProbabilities, let probabilities else { return .success(ChosenToken(id: token)) }
    return .success(
      ChosenToken(id: token, logProbability: probabilities[token], top: probabilities.top(count)))
  }

  /// Tells a request what came of its part of a step, and ends it if that is the end.
  private func tell(_ entry: Scheduler.Entry, _ result: Result<ChosenToken, EngineError>?) {
    let sequence = entry.sequence
    guard let generation = active[sequence] else { return }
    if case .failure(let error) = result { return fail(sequence, error) }
    if entry.isLast, generation.generated == 0, generation.request.echoesPromptLogProbabilities {
      generation.sink.send(.prompt(generation.promptTokens))
    }
    guard case .success(let chosen) = result else {
      if entry.isLast, scheduler.wantsNone(sequence) { finish(sequence, generation, .length) }
      return
    }
    let time = now()
    generation.firstToken = generation.firstToken ?? time
    generation.generated += 1
    totals.tokensGenerated += 1
    let mayGoOn = scheduler.append(chosen.id, to: sequence)
    let isEnd = !generation.request.ignoresEnd && generation.request.endTokens.contains(chosen.id)
    var (text, stop) = isEnd ? ("", nil) : generation.text.append(chosen.id)
    if stop == nil, isEnd || !mayGoOn {
      let (rest, lateStop) = generation.text.finish()
      text += rest
      stop = lateStop
    }
    generation.sink.send(
      .token(
        GeneratedToken(
          id: chosen.id, text: text, logProbability: chosen.logProbability, top: chosen.top, nanoseconds: time)))
    if isEnd || stop != nil {
      finish(sequence, generation, .stop, stopString: stop)
    } else if !mayGoOn {
      finish(sequence, generation, .length)
    }
  }

  private func finish(
    _ sequence: SequenceID, _ generation: ActiveGeneration, _ reason: FinishReason, stopString: String? = nil
  ) {
    active[sequence] = nil
    scheduler.end(sequence, keeping: scheduler.cache(of: sequence).flatMap(bytesToKeep))
    totals.finished[reason, default: 0] += 1
    generation.sink.send(.finished(generation.summary(reason, stopString: stopString, now: now())))
    generation.sink.close(nil)
  }

  /// Makes a cache small enough to be kept.
  /// - Returns: nil when it cannot be.
  private func bytesToKeep(_ cache: CacheID) -> Int? {
    guard scheduler.limits.prefixCacheBytes > 0 else { return nil }
    // What the account calls free has to be so.
    releaseCaches()
    do {
      try model.trimCache(cache, within: scheduler.account.freeBytes)
      return model.byteCount(of: cache)
    } catch {
      // Nobody waits for what is kept: it is done without.
      return nil
    }
  }

  private func fail(_ sequence: SequenceID, _ error: EngineError) {
    scheduler.end(sequence, keeping: nil)
    guard let generation = active.removeValue(forKey: sequence) else { return }
    totals.requestsFailed += 1
    generation.sink.close(error)
  }

  /// Gives up every cache that is kept for others.
  func evictKept() {
    scheduler.evictAll()
    releaseCaches()
  }

  /// The totals with what is the case now.
  var statistics: EngineStatistics {
    var statistics = totals
    statistics.running = scheduler.runningCount
    statistics.waiting = scheduler.waitingCount
    statistics.cacheBytesLimit = scheduler.account.limitBytes
    statistics.cacheBytesReserved = scheduler.account.reservedBytes
    statistics.cacheBytesKept = scheduler.account.keptBytes
    statistics.keptCaches = scheduler.account.keptCount
    return statistics
  }
}
