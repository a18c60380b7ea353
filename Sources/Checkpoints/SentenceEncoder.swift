public import Models
public import Tokenization
public import Torch

/// Texts to embeddings: an encoder with its tokenizer.
///
/// Not Sendable: it holds tensors, and stays with whoever made it.
public final class SentenceEncoder {
  public let encoder: BertEncoder
  public let tokenizer: any Tokenizer

  /// - Throws: As ``Checkpoint/loadEncoder(dtype:device:plan:)`` and ``Checkpoint/loadTokenizer()``.
  public init(_ checkpoint: Checkpoint, dtype: DType = .float32, device: Device = .cpu) throws {
    encoder = try checkpoint.loadEncoder(dtype: dtype, device: device)
    tokenizer = try checkpoint.loadTokenizer()
  }

  /// A text's tokens with the special ones around them. A text that is too long loses tokens before the last one, which
  /// separates texts and stays, as in transformers.
  public func tokens(_ text: String) -> [UInt32] {
    let tokens = tokenizer.encode(text, addingSpecialTokens: true)
    let limit = encoder.configuration.usableTokens
    guard tokens.count > limit, let last = tokens.last, limit > 0 else { return tokens }
    return tokens[..<(limit - 1)] + [last]
  }

  /// The embeddings of texts, each of ``BertConfiguration/width`` numbers.
  ///
  /// Texts of like length go through the encoder together, so that little of the work is padding.
  /// - Parameters:
  ///   - batch: How many texts go through the encoder at once.
  ///   - willContinue: Asked before each batch; false ends with ``CancellationError``.
  /// - Throws: ``Models/EncoderError``.
  public func embeddings(
    _ texts: [[UInt32]], batch: Int = 32, willContinue: () -> Bool = { true }
  ) throws -> [[Float]] {
    var result = [[Float]](repeating: [], count: texts.count)
    let order = texts.indices.sorted { (texts[$0].count, $0) < (texts[$1].count, $1) }
    for start in stride(from: 0, to: order.count, by: max(1, batch)) {
      guard willContinue() else { throw CancellationError() }
      let chosen = order[start..<min(order.count, start + max(1, batch))]
      let values = try encoder.embeddings(chosen.map { texts[$0] }).values(as: Float.self)
      let width = encoder.configuration.width
      for (row, index) in chosen.enumerated() { result[index] = Array(values[row * width..<(row + 1) * width]) }
    }
    return result
  }
}
