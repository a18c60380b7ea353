public import Tokenization

extension TokenStreamDecoder: TextStream {}

extension EngineModel {
  /// A model whose answers a tokenizer turns into text.
  /// - Parameter skippingSpecialTokens: whether special tokens, such as those between turns, are left out of the text.
  public init(model: any GenerativeModel, tokenizer: any Tokenizer, skippingSpecialTokens: Bool = true) {
    self.init(
      model: model,
      makeTextStream: { tokenizer.makeStreamDecoder(skippingSpecialTokens: skippingSpecialTokens) })
  }
}
