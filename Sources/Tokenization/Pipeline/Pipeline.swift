/// What happens to text before a model sees it, and what is put around its tokens.
struct Pipeline: Sendable {
  var normalizer = NormalizerChain()
  /// What cuts a stretch of text between added tokens into pieces.
  var splitters = SplitterChain()
  /// The tokens put before and after every text.
  var prefix: [UInt32] = []
  var suffix: [UInt32] = []
  /// How tokens become text again.
  var decoder = DecoderChain()
  /// The components as the file wrote them, for writing it again.
  var source: [JSONValue.Member] = []

  /// A stretch of normalised text without added tokens, or an added token.
  enum Part {
    /// `isStart`: whether the stretch is the start of the whole text.
    case text(UnsafeBufferPointer<UInt8>, isStart: Bool)
    case token(UInt32)
  }

  /// Calls `body` with the parts of a text: tokens are looked for in the text as given, then in what it is normalised to.
  func forEachPart(of bytes: UnsafeBufferPointer<UInt8>, _ addedTokens: AddedTokens, _ body: (Part) -> Void) {
    addedTokens.verbatim.forEachPart(of: bytes) { part in
      switch part {
      case .token(let token): body(.token(token))
      case .text(let range):
        normalizing(UnsafeBufferPointer(rebasing: bytes[range])) { stretch in
          addedTokens.normalized.forEachPart(of: stretch) { part in
            switch part {
            case .token(let token): body(.token(token))
            case .text(let inner):
              body(
                .text(
                  UnsafeBufferPointer(rebasing: stretch[inner]),
                  isStart: range.lowerBound == 0 && inner.lowerBound == 0))
            }
          }
        }
      }
    }
  }

  /// Calls `body` with the normalised text.
  func normalizing(_ bytes: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    guard normalizer.mayChange(bytes) else { return body(bytes) }
    normalizer(Array(bytes)).withUnsafeBufferPointer(body)
  }
}
