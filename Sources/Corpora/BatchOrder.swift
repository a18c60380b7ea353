import Synchronization

/// Which window of the tokens comes n-th: the same for every cell of a study with the same seed.
///
/// Window `i` holds the tokens `i * L ..< i * L + L + 1`: `L` inputs and, moved by one, `L` targets. There are
/// `(tokenCount - 1) / L` of them, so every token but the first is predicted at most once an epoch. Each epoch is a
/// Fisher-Yates shuffle of all windows, epochs follow each other for ever, and a batch may straddle two. In Python:
///
/// ```python
/// M = 2**64 - 1
/// def epoch_order(windows, seed, epoch):
///     state, order = (seed * 0x9E3779B97F4A7C15 + epoch) & M, list(range(windows))
///     for i in range(windows - 1, 0, -1):
///         state = (state + 0x9E3779B97F4A7C15) & M
///         z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & M
///         z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & M
///         j = (z ^ (z >> 31)) % (i + 1)
///         order[i], order[j] = order[j], order[i]
///     return order
/// ```
/// Sample `n` is then window `epoch_order(windows, seed, n // windows)[n % windows]`.
public struct BatchOrder: Sendable {
  public let sequenceLength: Int
  public let seed: Int
  public let windowsPerEpoch: Int
  private let latest = LatestEpoch()

  /// - Throws: `CorpusError.badSequenceLength`, or `.tooFewTokens` when there is not one whole window.
  public init(tokenCount: Int, sequenceLength: Int, seed: Int) throws {
    guard sequenceLength >= 1 else { throw CorpusError.badSequenceLength(sequenceLength) }
    guard tokenCount > sequenceLength else {
      throw CorpusError.tooFewTokens(
        tokens: tokenCount, needed: sequenceLength + 1, purpose: "one window of \(sequenceLength) tokens")
    }
    self.sequenceLength = sequenceLength
    self.seed = seed
    windowsPerEpoch = (tokenCount - 1) / sequenceLength
  }

  /// The tokens of the n-th sample: `sequenceLength + 1` of them.
  public subscript(n: Int) -> Range<Int> {
    precondition(n >= 0, "samples are counted from 0")
    let window = latest.window(of: n, order: self)
    return window * sequenceLength..<window * sequenceLength + sequenceLength + 1
  }

  /// The samples of a step: `step * size ..< (step + 1) * size`.
  public func batch(step: Int, size: Int) -> [Range<Int>] {
    (step * size..<(step + 1) * size).map { self[$0] }
  }

  /// The windows of one epoch in the order they come.
  public func permutation(epoch: Int) -> [Int32] {
    let mixedSeed = UInt64(bitPattern: Int64(seed)) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(epoch)
    var generator = SplitMix64(seed: mixedSeed)
    var order = (0..<Int32(windowsPerEpoch)).map { $0 }
    for i in stride(from: windowsPerEpoch - 1, to: 0, by: -1) {
      order.swapAt(i, Int(generator.next() % UInt64(i + 1)))
    }
    return order
  }
}

/// The permutation in use, so that a lookup does not shuffle again.
private final class LatestEpoch: Sendable {
  private let state = Mutex<(epoch: Int, order: [Int32])>((-1, []))

  func window(of sample: Int, order: BatchOrder) -> Int {
    let epoch = sample / order.windowsPerEpoch
    return state.withLock { latest in
      if latest.epoch != epoch { latest = (epoch, order.permutation(epoch: epoch)) }
      return Int(latest.order[sample % order.windowsPerEpoch])
    }
  }
}
