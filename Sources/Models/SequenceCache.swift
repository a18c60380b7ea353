internal import Layers
internal import Torch

/// What a decoder keeps of one sequence: a cache for each layer, all as long as the sequence.
///
/// It belongs to the decoder that made it and to the thread of its tensors.
public final class SequenceCache {
  let layers: [LayerCache]
  /// Whose it is.
  let owner: ObjectIdentifier
  /// Positions the sequence was expected to come to when it began: some rotary scalings depend on it.
  let context: Int
  /// Positions so far.
  public private(set) var length: Int

  init(layers: [LayerCache], owner: Decoder, context: Int, length: Int = 0) {
    self.layers = layers
    self.owner = ObjectIdentifier(owner)
    self.context = context
    self.length = length
  }

  /// Bytes allocated, all layers together.
  public var byteCount: Int { layers.reduce(0) { $0 + $1.byteCount } }
  /// Bytes of them that hold positions.
  public var usedByteCount: Int { layers.reduce(0) { $0 + $1.usedByteCount } }

  /// Counts the positions in that every layer has added.
  func advance(by count: Int) { length += count }

  /// Undoes what a failed step left in some of the layers.
  func undoStep() {
    for layer in layers where layer.length > length { layer.rewind(to: length) }
  }
}

/// Which rows of logits a sequence wants of a step.
public enum LogitRows: Sendable, Hashable {
  /// None: a chunk of the prompt with more to come.
  case none
  /// The last new token's.
  case last
  /// All new tokens', as for log-probabilities of a prompt.
  case all
}

/// One sequence's part of a step: its new tokens go behind what its cache holds.
public struct SequenceStep {
  public let cache: SequenceCache
  public let tokens: [UInt32]
  public let logits: LogitRows

  public init(_ cache: SequenceCache, tokens: [UInt32], logits: LogitRows = .last) {
    self.cache = cache
    self.tokens = tokens
    self.logits = logits
  }
}

/// A step that cannot be made. No cache has changed.
public enum DecoderError: Error, Hashable, CustomStringConvertible {
  /// A step without sequences, or a sequence without tokens.
  case noTokens
  case tokenOutOfRange(UInt32, vocabulary: Int)
  case tooLong(positions: Int, maximum: Int)
  /// Two sequences of one step, or a sequence of another decoder.
  case cacheUsedTwice
  case foreignCache
  case notTrainable

  public var description: String {
    switch self {
    case .noTokens:
      "a step needs at least one sequence, and each sequence at least one token"
    case .tokenOutOfRange(let token, let vocabulary):
      "the token \(token) is not one of the model's \(vocabulary); check that the tokenizer is the model's"
    case .tooLong(let positions, let maximum):
      "the sequence would come to \(positions) tokens, the model takes at most \(maximum); shorten the prompt or generate "
        + "fewer tokens"
    case .cacheUsedTwice:
      "two sequences of one step share a cache; give each its own"
    case .foreignCache:
      "the cache was made by another model; make it with the one that uses it"
    case .notTrainable:
      "the model's projections are packed for inference; load it with a plan that trains"
    }
  }
}
