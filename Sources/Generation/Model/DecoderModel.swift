// V vocabulary.
public import Models
internal import Torch

/// A ``Models/Decoder`` behind the engine's protocol.
public final class DecoderModel: GenerativeModel {
  public let decoder: Decoder
  public let cacheBytes: @Sendable (_ positions: Int) -> Int
  private var caches: [CacheID: SequenceCache] = [:]
  /// How long each sequence was expected to become.
  private var capacities: [CacheID: Int] = [:]

  /// - Parameter longestChunk: the most tokens that one sequence gets in a step, the engine's ``EngineLimits/prefillChunk``.
  public init(_ decoder: Decoder, longestChunk: Int = 512) {
    self.decoder = decoder
    cacheBytes = Self.bound(decoder, longestChunk: longestChunk)
  }

  public var vocabularySize: Int { decoder.configuration.vocabulary }
  public var contextLength: Int { decoder.configuration.maximumPositions }

  /// Positions by which the account of memory goes.
  private static let block = 256

  /// What a cache can take at most: room for an eighth more positions than it holds, by which it grows, and behind a window
  /// for the tokens of a step that is under way.
  private static func bound(_ decoder: Decoder, longestChunk: Int) -> @Sendable (Int) -> Int {
    let context = decoder.configuration.maximumPositions
    let oneBlock = decoder.cacheBytes(positions: block)
    let underWay = decoder.configuration.slidingWindow == nil ? 0 : oneBlock * ((longestChunk + block - 1) / block)
    let table = (0...(context + block - 1) / block).map { count in
      decoder.cacheBytes(positions: count * block + count * block / 8 + block) + underWay
    }
    return { positions in table[min(max(0, (positions + block - 1) / block), table.count - 1)] }
  }

  public func makeCache(_ cache: CacheID, capacity: Int) throws {
    precondition(caches[cache] == nil, "an id stands for one cache")
    caches[cache] = try decoder.makeCache(capacity: capacity)
    capacities[cache] = capacity
  }

  public func makeCache(_ cache: CacheID, copying donor: CacheID, length: Int, capacity: Int) throws -> Bool {
    precondition(caches[cache] == nil, "an id stands for one cache")
    guard let donor = caches[donor],
      let copy = try decoder.makeCache(copying: donor, length: length, capacity: capacity)
    else { return false }
    caches[cache] = copy
    capacities[cache] = capacity
    return true
  }

  /// LongRoPE turns keys by one set of frequencies in short sequences and by another in long ones.
  public func mayContinue(_ cache: CacheID, capacity: Int) -> Bool {
    guard let before = capacities[cache] else { return false }
    guard case .longrope(_, _, let original, _) = decoder.configuration.ropeScaling else { return true }
    return (before > original) == (capacity > original)
  }

  public func trimCache(_ cache: CacheID, within bytes: Int) throws {
    guard let old = caches[cache] else { return }
    let trimmed = decoder.cacheBytes(positions: old.length)
    guard trimmed < old.byteCount, trimmed <= bytes else { return }
    if let copy = try decoder.makeCache(copying: old, length: old.length) { caches[cache] = copy }
  }

  public func byteCount(of cache: CacheID) -> Int { caches[cache]?.byteCount ?? 0 }

  public func releaseCache(_ cache: CacheID) {
    caches[cache] = nil
    capacities[cache] = nil
  }

  public func step(_ inputs: [StepInput], _ output: (StepOutput) throws -> Void) throws {
    let steps = try inputs.map { input in
      guard let cache = caches[input.cache] else { throw DecoderModelError.noSuchCache(input.cache) }
      return SequenceStep(cache, tokens: input.tokens, logits: input.need.rows)
    }
    try withoutGradients {
      let logits = try decoder.step(steps)  // [rows, V]
      let places = inputs.enumerated().flatMap { index, input in
        input.need.offsets(of: input.tokens.count).map { (input: index, offset: $0) }
      }
      guard !places.isEmpty else { return }
      if logits.device != .cpu, inputs.allSatisfy({ $0.need == .best || $0.need == .none }) {
        return try best(of: logits, places.map(\.input), output)
      }
      try lend(logits, places, inputs, output)
    }
  }

  /// Chooses on the device, so that no row has to be copied from it.
  private func best(of logits: Tensor, _ inputs: [Int], _ output: (StepOutput) throws -> Void) throws {
    let chosen = try logits.argmax(over: 1).values(as: Int64.self)
    let maxima = try logits.maximum(over: [1]).values(as: Float.self)
    for ((input, token), maximum) in zip(zip(inputs, chosen), maxima) {
      try output(.best(input: input, token: maximum.isFinite ? UInt32(clamping: token) : nil))
    }
  }

  private func lend(
    _ logits: Tensor, _ places: [(input: Int, offset: Int)], _ inputs: [StepInput],
    _ output: (StepOutput) throws -> Void
  ) throws {
    let width = vocabularySize
    try logits.withBytes { bytes in
      let all = bytes.bindMemory(to: Float.self)
      guard all.count == places.count * width else {
        throw DecoderModelError.rows(expected: places.count, found: all.count / max(1, width))
      }
      for (row, place) in places.enumerated() {
        let lent = UnsafeBufferPointer(rebasing: all[(row * width)..<((row + 1) * width)])
        if inputs[place.input].need == .best {
          try output(.best(input: place.input, token: LogitRow.best(lent).map(UInt32.init)))
        } else {
          try output(.row(input: place.input, offset: place.offset, lent))
        }
      }
    }
  }
}

/// A decoder that was not driven as its protocol says.
enum DecoderModelError: Error, Hashable, CustomStringConvertible {
  case noSuchCache(CacheID)
  case rows(expected: Int, found: Int)

  var description: String {
    switch self {
    case .noSuchCache(let cache): "there is no cache \(cache.number)"
    case .rows(let expected, let found): "the decoder gave \(found) rows of logits where \(expected) were asked for"
    }
  }
}

extension LogitNeed {
  fileprivate var rows: LogitRows {
    switch self {
    case .none: .none
    case .best, .last: .last
    case .all: .all
    }
  }

  /// The tokens of an input after which a row is wanted.
  fileprivate func offsets(of count: Int) -> Range<Int> {
    switch self {
    case .none: 0..<0
    case .best, .last: (count - 1)..<count
    case .all: 0..<count
    }
  }
}
