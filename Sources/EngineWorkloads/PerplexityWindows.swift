/// How a text longer than a model's context is cut for its perplexity.
public enum PerplexityWindows: Sendable, Hashable {
  /// Windows of `length` tokens that do not overlap, each begun with the tokenizer's begin token where it has one. Each token
  /// is predicted once, from what stands before it in its window.
  case separate(length: Int)
  /// Windows of `length` tokens that begin every `stride` tokens, in which only tokens that no window before predicted are
  /// predicted, so that each has at least `length - stride` before it: the recipe of transformers' documentation
  /// (https://huggingface.co/docs/transformers/perplexity). The begin token stands before the text alone. Tokens are counted
  /// exactly, where that page's program counts one too few of every window but the first.
  case strided(length: Int, stride: Int)

  /// A stretch of tokens and how many of them, the last ones, are predicted.
  public struct Window: Sendable, Hashable {
    public var given: [UInt32]
    public var predicted: Int
  }

  /// - Parameters:
  ///   - tokens: the text's, without special ones.
  ///   - prefix: what the tokenizer puts before every text.
  public func windows(of tokens: [UInt32], prefix: [UInt32]) -> [Window] {
    switch self {
    case .separate(let length):
      let body = max(1, length - prefix.count)
      return stride(from: 0, to: tokens.count, by: body).compactMap { start in
        let given = prefix + tokens[start..<min(tokens.count, start + body)]
        // Without a begin token nothing stands before a window's first token.
        let predicted = min(given.count - 1, given.count - prefix.count)
        return predicted > 0 ? Window(given: given, predicted: predicted) : nil
      }
    case .strided(let length, let step):
      let all = prefix + tokens
      var windows: [Window] = []
      var done = prefix.count
      for start in stride(from: 0, to: all.count, by: max(1, step)) {
        let end = min(all.count, start + length)
        let predicted = min(end - done, end - start - 1)
        if predicted > 0 { windows.append(Window(given: Array(all[start..<end]), predicted: predicted)) }
        done = end
        if end == all.count { break }
      }
      return windows
    }
  }
}
