// V vocabulary.

/// What of the logits a step's input asks for.
public enum LogitNeed: Sendable, Hashable {
  /// Nothing: more of its prompt is to come.
  case none
  /// The best token after the last one. Spares a device the copy of a row.
  case best
  /// The row after the last token.
  case last
  /// A row after every token.
  case all
}

/// New tokens of one sequence.
public struct StepInput: Sendable, Hashable {
  public var cache: CacheID
  /// The tokens that follow those in the cache, at least one.
  public var tokens: [UInt32]
  public var need: LogitNeed

  public init(cache: CacheID, tokens: [UInt32], need: LogitNeed) {
    self.cache = cache
    self.tokens = tokens
    self.need = need
  }
}

/// What a step gives back for one input.
public enum StepOutput {
  /// For ``LogitNeed/best``: the token with the largest logit, the lowest id of equal ones; nil when none is finite.
  case best(input: Int, token: UInt32?)
  /// For ``LogitNeed/last`` and ``LogitNeed/all``: the logits [V] after the input's token `offset`, lent for the call.
  case row(input: Int, offset: Int, UnsafeBufferPointer<Float>)
}

/// A model that keeps a cache for each sequence and computes the tokens of many at once.
///
/// Caches go by the ids that the caller chose: they never leave the model, so that whoever schedules them needs no tensors.
/// Not Sendable: everything happens on the one thread that made it.
public protocol GenerativeModel: AnyObject {
  var vocabularySize: Int { get }
  /// The most positions of a sequence.
  var contextLength: Int { get }
  /// The most bytes that a cache with so many positions can take, for the lengths from 1 to ``contextLength``. Asked from
  /// any thread, so it holds no model.
  var cacheBytes: @Sendable (_ positions: Int) -> Int { get }
  /// An empty cache that is going to hold at most `capacity` positions.
  func makeCache(_ cache: CacheID, capacity: Int) throws
  /// A cache with the first `length` positions of another.
  /// - Returns: false when the other no longer holds what is needed, as one with a sliding window may not; no cache is made.
  func makeCache(_ cache: CacheID, copying donor: CacheID, length: Int, capacity: Int) throws -> Bool
  /// Whether a kept cache may go on as that of a sequence of at most `capacity` positions.
  func mayContinue(_ cache: CacheID, capacity: Int) -> Bool
  /// Makes a cache to which nothing is added soon as small as its positions allow, if its copy takes no more than `bytes`:
  /// old and new are there at the same time.
  func trimCache(_ cache: CacheID, within bytes: Int) throws
  /// Bytes that a cache takes now; 0 for one that is not there.
  func byteCount(of cache: CacheID) -> Int
  /// Lets go of a cache; nothing happens when it is not there.
  func releaseCache(_ cache: CacheID)
  /// Adds the inputs' tokens to their caches, each cache at most once, and hands over what they ask for, an input's rows in
  /// the order of its tokens.
  ///
  /// After an error, thrown by the model or by `output`, the caches of all inputs are in an unknown state; others are as
  /// they were.
  func step(_ inputs: [StepInput], _ output: (StepOutput) throws -> Void) throws
}
