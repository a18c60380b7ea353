import Foundation

/// What happens to text before byte pairs are merged, and to tokens after it.
struct Pipeline: Sendable {
  enum Normalization: Sendable { case nfc }

  /// Where `add_prefix_space` puts a space when there is none.
  enum PrefixSpace: Sendable {
    /// Before each stretch of text between added tokens.
    case stretch
    /// Before each piece, when a `Split` comes first.
    case piece
  }

  var normalization: Normalization?
  /// What cuts text into pieces; without one a stretch of text is one piece.
  var pattern: TextPattern?
  var prefixSpace: PrefixSpace?
  /// The tokens put before and after every text.
  var prefix: [UInt32] = []
  var suffix: [UInt32] = []
  /// The components as the file wrote them, for writing it again.
  var source: [JSONValue.Member] = []
}

extension Pipeline.Normalization {
  /// Canonical composition, left alone where nothing can compose: no character below U+0300 changes under it.
  func callAsFunction(_ text: String) -> String {
    text.utf8.contains { $0 >= 0xCC } ? text.precomposedStringWithCanonicalMapping : text
  }
}
