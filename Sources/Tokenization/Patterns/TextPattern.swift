/// A regular expression that cuts text into pieces before byte pairs are merged. Each is matched by a scanner written
/// for it (`PieceScanner`), in time linear in the text.
public enum TextPattern: String, Sendable, Hashable, CaseIterable, Codable {
  /// Of GPT-2, and of Hugging Face's `ByteLevel` with `use_regex`.
  case gpt2
  /// Of Llama 3: contractions in any case, numbers by up to three digits, newlines apart.
  case llama3
  /// Of Qwen2 and Qwen2.5: as Llama 3, numbers digit by digit.
  case qwen2

  /// The expression as a `tokenizer.json` writes it.
  public var regularExpression: String {
    switch self {
    case .gpt2:
      return #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
    case .llama3: return Self.modern(numbers: #"\p{N}{1,3}"#)
    case .qwen2: return Self.modern(numbers: #"\p{N}"#)
    }
  }

  /// The pattern an expression is, when it is one that is known.
  init?(regularExpression: String) {
    guard let known = Self.allCases.first(where: { $0.regularExpression == regularExpression }) else { return nil }
    self = known
  }

  private static func modern(numbers: String) -> String {
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + numbers
      + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }
}
