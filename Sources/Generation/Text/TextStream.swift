/// Turns tokens into text as they come: what a tokenizer gives out for one answer.
public protocol TextStream {
  /// The characters that this token completes; those still unfinished are kept back.
  mutating func append(_ token: UInt32) -> String
  /// What was kept back, as well as it can be shown.
  mutating func finish() -> String
}
