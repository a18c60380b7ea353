public import Checkpoints
public import Foundation
public import Measures
internal import Models
internal import Tokenization
internal import Torch

/// The perplexity of a text.
public struct PerplexityResult: Sendable {
  /// The exponential of the mean negative log-likelihood of a predicted token.
  public let perplexity: Double
  /// The 95 % bootstrap interval (BCa) over windows; nil under two windows. Windows of one text are no independent sample of
  /// texts: it says how far the figure would move with other stretches like these.
  public let interval: Interval?
  /// The standard error of the mean negative log-likelihood over windows, in nats a token; nil under two windows.
  public let standardError: Double?
  /// Tokens predicted.
  public let tokens: Int
  public let windows: Int
  /// UTF-8 bytes of what was predicted.
  public let bytes: Int
  /// Negative log-likelihood of everything predicted, in bits, over its bytes: comparable across tokenizers.
  public let bitsPerByte: Double?
  public let seconds: Double
}

/// Takes a model's perplexity of a text.
public struct PerplexityRun: Sendable {
  private let checkpoint: Checkpoint
  private let settings: EngineService.Settings
  private let home: URL

  public init(_ checkpoint: Checkpoint, settings: EngineService.Settings, home: URL) {
    self.checkpoint = checkpoint
    self.settings = settings
    self.home = home
  }

  /// - Parameters:
  ///   - limit: tokens of the text that are read at most; nil: all.
  ///   - progress: called after each window with the windows done and in all, and the perplexity so far.
  /// - Throws: ``Failure``, ``Checkpoints/CheckpointError``, ``Tokenization/TokenizerError``, ``Torch/TorchError``.
  public func run(
    _ text: String, _ cut: PerplexityWindows, limit: Int? = nil, progress: (Int, Int, Double) -> Void = { _, _, _ in }
  ) throws -> PerplexityResult {
    let configuration = try checkpoint.decoderConfiguration()
    guard cut.length <= configuration.maximumPositions else {
      throw Failure.windowTooLong(cut.length, context: configuration.maximumPositions)
    }
    let tokenizer = try checkpoint.loadTokenizer()
    let text = PromptText(text, tokenizer: tokenizer)
    let windows = cut.windows(of: Array(text.tokens.prefix(limit ?? .max)), prefix: text.prefix)
    guard !windows.isEmpty else { throw Failure.tooShort(tokens: text.tokens.count) }
    try Torch.load(home: home)
    try Torch.setThreads(settings.threads)
    let decoder = try checkpoint.loadDecoder(
      dtype: settings.precision.dtype, device: settings.device.choose())
    let clock = ContinuousClock()
    let start = clock.now
    var sums: [WindowSum] = []
    for window in windows {
      sums.append(try WindowSum(window, decoder, tokenizer))
      progress(sums.count, windows.count, WindowSum.perplexity(sums))
    }
    let elapsed = (clock.now - start).components
    return Self.result(sums, seconds: Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18)
  }

  static func result(_ sums: [WindowSum], seconds: Double) -> PerplexityResult {
    let tokens = sums.reduce(0) { $0 + $1.tokens }
    let nats = Statistics.sum(sums.map(\.nats))
    let bytes = sums.reduce(0) { $0 + $1.bytes }
    return PerplexityResult(
      perplexity: WindowSum.perplexity(sums),
      interval: ConfidenceInterval.biasCorrected(sums, seed: 1, statistic: WindowSum.perplexity),
      standardError: WindowSum.standardError(sums), tokens: tokens, windows: sums.count, bytes: bytes,
      bitsPerByte: bytes > 0 ? nats / log(2) / Double(bytes) : nil, seconds: seconds)
  }

  /// What the user has to say differently.
  public enum Failure: Error, Hashable, CustomStringConvertible {
    case windowTooLong(Int, context: Int)
    case tooShort(tokens: Int)

    public var description: String {
      switch self {
      case .windowTooLong(let window, let context):
        "a window of \(window) tokens is longer than the model's context of \(context): give a smaller --window"
      case .tooShort(let tokens): "the text has \(tokens) tokens, none of which can be predicted: give a longer one"
      }
    }
  }
}

/// What one window came to.
struct WindowSum: Sendable, Hashable {
  var tokens: Int
  var nats: Double
  var bytes: Int

  init(tokens: Int, nats: Double, bytes: Int) {
    self.tokens = tokens
    self.nats = nats
    self.bytes = bytes
  }

  /// What a decoder makes of a window.
  init(_ window: PerplexityWindows.Window, _ decoder: Decoder, _ tokenizer: any Tokenizer) throws {
    let count = window.given.count - 1
    let given = try Tensor(window.given.map(Int64.init), shape: [1, count + 1]).to(device: decoder.device)
    let losses = try decoder.negativeLogLikelihoods(
      given.narrow(dimension: 1, from: 0, length: count), targets: given.narrow(dimension: 1, from: 1, length: count)
    ).reshaped(-1).to(device: .cpu).values(as: Float.self)
    self.init(
      tokens: window.predicted, nats: losses.suffix(window.predicted).reduce(0) { $0 + Double($1) },
      bytes: tokenizer.decodedBytes(window.given.suffix(window.predicted), skippingSpecialTokens: true).count)
  }

  static func mean(_ sums: [WindowSum]) -> Double {
    sums.reduce(0) { $0 + $1.nats } / Double(sums.reduce(0) { $0 + $1.tokens })
  }

  static func perplexity(_ sums: [WindowSum]) -> Double { exp(mean(sums)) }

  /// The standard error of a ratio of sums (Cochran 1977, section 6.3): of the windows' differences from what the mean
  /// predicts of them.
  static func standardError(_ sums: [WindowSum]) -> Double? {
    guard sums.count > 1 else { return nil }
    let mean = mean(sums)
    let squares = sums.reduce(0) { sum, window in
      let difference = window.nats - mean * Double(window.tokens)
      return sum + difference * difference
    }
    let count = Double(sums.count)
    let averageTokens = Double(sums.reduce(0) { $0 + $1.tokens }) / count
    return (squares / (count - 1) / count).squareRoot() / averageTokens
  }
}

extension PerplexityWindows {
  var length: Int {
    switch self {
    case .separate(let length), .strided(let length, _): length
    }
  }
}
