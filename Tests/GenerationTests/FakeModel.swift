import Foundation

@testable import Generation

/// A model whose logits are a pure function of the tokens in a cache, so that any mix-up of caches shows in the text. It
/// holds whoever drives it to the protocol's promises and counts its bytes.
final class FakeModel: GenerativeModel {
  static let blockPositions = 8
  static let bytesPerPosition = 100

  struct Failure: Error, CustomStringConvertible {
    var description = "made to fail"
  }

  let vocabularySize: Int
  let contextLength: Int
  /// Room for an eighth more than is held, by which caches grow.
  var cacheBytes: @Sendable (Int) -> Int { { Self.bytes($0 + $0 / 8) } }

  private(set) var caches: [CacheID: [UInt32]] = [:]
  /// Positions that each has room for.
  private var room: [CacheID: Int] = [:]
  private(set) var mostBytes = 0
  private(set) var mostTokensOfAStep = 0
  private(set) var steps = 0
  private(set) var stepInputs: [[StepInput]] = []
  private(set) var copies = 0
  var broken: [String] = []
  /// Copies of which every n-th is refused, as by a window that has moved on.
  var refusesEveryCopy = 0
  /// Kept caches whose new length leaves this remainder by 7 may not go on; 7: all may.
  var refusedRemainder = 7
  var failsAtStep: Int?
  var failsAtCache: CacheID?
  /// A token after which no logit is a number.
  var poison: UInt32?
  var onStep: (() -> Void)?

  init(vocabularySize: Int = 64, contextLength: Int = 200) {
    self.vocabularySize = vocabularySize
    self.contextLength = contextLength
  }

  @Sendable static func bytes(_ positions: Int) -> Int {
    (positions + blockPositions - 1) / blockPositions * blockPositions * bytesPerPosition
  }

  var allocatedBytes: Int { room.values.reduce(0) { $0 + Self.bytes($1) } }

  private func note(_ problem: @autoclosure () -> String, unless isFine: Bool) {
    if !isFine { broken.append(problem()) }
  }

  private func measure() { mostBytes = max(mostBytes, allocatedBytes) }

  func makeCache(_ cache: CacheID, capacity: Int) throws {
    if failsAtCache == cache { throw Failure() }
    note("\(cache) made twice", unless: caches[cache] == nil)
    caches[cache] = []
    room[cache] = capacity
    measure()
  }

  func makeCache(_ cache: CacheID, copying donor: CacheID, length: Int, capacity: Int) throws -> Bool {
    copies += 1
    if refusesEveryCopy > 0, copies % refusesEveryCopy == 0 { return false }
    guard let tokens = caches[donor], tokens.count >= length else {
      broken.append("\(donor) does not hold \(length) tokens")
      return false
    }
    try makeCache(cache, capacity: length)
    caches[cache] = Array(tokens[..<length])
    return true
  }

  func mayContinue(_ cache: CacheID, capacity: Int) -> Bool { capacity % 7 != refusedRemainder }

  func trimCache(_ cache: CacheID, within bytes: Int) throws {
    guard let tokens = caches[cache], Self.bytes(tokens.count) < byteCount(of: cache) else { return }
    guard Self.bytes(tokens.count) <= bytes else { return }
    mostBytes = max(mostBytes, allocatedBytes + Self.bytes(tokens.count))
    room[cache] = tokens.count
  }

  func byteCount(of cache: CacheID) -> Int { Self.bytes(room[cache] ?? 0) }

  func releaseCache(_ cache: CacheID) {
    caches[cache] = nil
    room[cache] = nil
  }

  func step(_ inputs: [StepInput], _ output: (StepOutput) throws -> Void) throws {
    onStep?()
    steps += 1
    stepInputs.append(inputs)
    note("a cache twice in a step", unless: Set(inputs.map(\.cache)).count == inputs.count)
    mostTokensOfAStep = max(mostTokensOfAStep, inputs.reduce(0) { $0 + $1.tokens.count })
    for (index, input) in inputs.enumerated() {
      note("an empty input", unless: !input.tokens.isEmpty)
      guard caches[input.cache] != nil else {
        broken.append("\(input.cache) is not there")
        continue
      }
      for (offset, token) in input.tokens.enumerated() {
        caches[input.cache]!.append(token)
        let count = caches[input.cache]!.count
        if count > room[input.cache]! { room[input.cache] = count + count / 8 }
        let isLast = offset == input.tokens.count - 1
        guard input.need == .all || (isLast && input.need != .none) else { continue }
        let row = Self.row(after: caches[input.cache]!, vocabularySize: vocabularySize, poison: poison)
        try row.withUnsafeBufferPointer { row in
          if input.need == .best {
            try output(.best(input: index, token: LogitRow.best(row).map(UInt32.init)))
          } else {
            try output(.row(input: index, offset: offset, row))
          }
        }
      }
      note("\(input.cache) is too long", unless: caches[input.cache]!.count <= contextLength)
      measure()
      if failsAtStep == steps { throw Failure() }
    }
  }

  /// The logits after some tokens.
  static func row(after tokens: [UInt32], vocabularySize: Int, poison: UInt32? = nil) -> [Float] {
    if let poison, tokens.last == poison { return [Float](repeating: .nan, count: vocabularySize) }
    var hash: UInt64 = 1
    for token in tokens { hash = (hash ^ UInt64(token)) &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678 }
    let numbers = RandomNumbers(seed: hash)
    return (0..<vocabularySize).map { Float(numbers[$0]) * 8 - 4 }
  }
}

/// Letters for tokens, and two tokens that make one character together.
struct FakeTextStream: TextStream {
  static let firstHalf: UInt32 = 62
  static let secondHalf: UInt32 = 63
  private var hasFirstHalf = false

  static func letters(_ token: UInt32) -> String {
    // Few letters, so that stop strings come about.
    String(repeating: ["a", "b", "c", "d"][Int(token) % 4], count: 1 + Int(token) % 3)
  }

  mutating func append(_ token: UInt32) -> String {
    let before = hasFirstHalf ? "\u{FFFD}" : ""
    switch token {
    case Self.firstHalf:
      hasFirstHalf = true
      return before
    case Self.secondHalf:
      defer { hasFirstHalf = false }
      return hasFirstHalf ? "é" : "\u{FFFD}"
    default:
      hasFirstHalf = false
      return before + Self.letters(token)
    }
  }

  mutating func finish() -> String {
    defer { hasFirstHalf = false }
    return hasFirstHalf ? "\u{FFFD}" : ""
  }
}

/// What one request got.
struct Received: Sendable {
  var events: [GenerationEvent] = []

  var tokens: [GeneratedToken] { events.compactMap { if case .token(let token) = $0 { token } else { nil } } }
  var ids: [UInt32] { tokens.map(\.id) }
  var text: String { tokens.map(\.text).joined() }
  var summary: GenerationSummary? {
    if case .finished(let summary)? = events.last { summary } else { nil }
  }
  var startedCachedTokens: Int? {
    if case .started(_, let cached)? = events.first { cached } else { nil }
  }
  var prompt: [PromptToken]? {
    events.lazy.compactMap { if case .prompt(let tokens) = $0 { tokens } else { nil } }.first
  }
}

/// Where a loop's events go in tests.
@dynamicMemberLookup
final class Collector {
  private var received = Received()
  private(set) var error: (any Error)?
  private(set) var isClosed = false

  var sink: GenerationSink {
    GenerationSink(
      send: { self.received.events.append($0) },
      close: { error in
        self.error = error
        self.isClosed = true
      })
  }

  subscript<Value>(dynamicMember path: KeyPath<Received, Value>) -> Value { received[keyPath: path] }
}

/// The same request alone, without caches, chunks, batches or streaming: the slow and obvious way.
struct Solo {
  var ids: [UInt32] = []
  var text = ""
  var reason = FinishReason.length

  init(_ request: GenerationRequest, model: FakeModel, randomSeed: UInt64 = 0, mostTokens: Int = .max) {
    var sampler = Sampler(request.sampling, prompt: request.prompt, randomSeed: randomSeed)
    let scratch = SamplingScratch()
    let most = min(request.maximumTokens, model.contextLength - request.prompt.count, mostTokens)
    while ids.count < most {
      let row = FakeModel.row(after: request.prompt + ids, vocabularySize: model.vocabularySize)
      let token = row.withUnsafeBufferPointer { sampler.choose(from: $0, scratch) }!
      ids.append(token)
      if !request.ignoresEnd, request.endTokens.contains(token) {
        text = Self.text(ids.dropLast(), finishing: true)
        reason = .stop
        return
      }
      let soFar = Self.text(ids[...], finishing: ids.count == most)
      let ends = request.stop.compactMap { stop in soFar.range(of: stop, options: .literal) }
      // Of those that are complete first, the longest.
      if let first = ends.map(\.upperBound).min() {
        let start = ends.filter { $0.upperBound == first }.map(\.lowerBound).min()!
        text = String(soFar[..<start])
        reason = .stop
        return
      }
      text = soFar
    }
  }

  private static func text(_ ids: ArraySlice<UInt32>, finishing: Bool) -> String {
    var stream = FakeTextStream()
    var text = ""
    for id in ids { text += stream.append(id) }
    return finishing ? text + stream.finish() : text
  }
}

extension GenerationLoop {
  /// Submits with everything a test does not care about.
  @discardableResult
  func submit(_ number: UInt64, _ request: GenerationRequest, seed: UInt64 = 0) -> Collector {
    let collector = Collector()
    submit(
      SequenceID(number),
      ActiveGeneration(request, sink: collector.sink, stream: FakeTextStream(), seed: seed, submitted: 0))
    return collector
  }

  /// Steps until nothing is left to do.
  func drain() { while step() {} }
}
