internal import Foundation
internal import Tokenization

/// The tokens that begin and end a text, as far as a checkpoint's files say them.
struct SpecialTokens: Sendable, Hashable {
  var begin: UInt32?
  /// Any of these ends what is generated.
  var ends: Set<UInt32> = []
  /// As chat templates want them.
  var beginText: String?
  var endText: String?

  init() {}

  /// From a directory: generation_config.json says what ends a generation, config.json where there is none; the
  /// tokenizer's own end token counts too, since a tuned model's is often said there alone.
  init(
    configuration: [String: Any], generation: [String: Any], tokenizer: [String: Any]
  ) {
    // Of models with vision, the text's fields lie a step deeper.
    let text = configuration["text_config"] as? [String: Any] ?? [:]
    func field(_ name: String) -> Any? { generation[name] ?? configuration[name] ?? text[name] }
    begin = Self.identifiers(field("bos_token_id")).first
    ends = Set(Self.identifiers(field("eos_token_id")))
    beginText = Self.text(tokenizer["bos_token"])
    endText = Self.text(tokenizer["eos_token"])
    let added = tokenizer["added_tokens_decoder"] as? [String: Any] ?? [:]
    for (key, value) in added {
      guard let identifier = UInt32(key), let text = Self.text(value) else { continue }
      if text == endText { ends.insert(identifier) }
      if text == beginText { begin = begin ?? identifier }
    }
  }

  /// One identifier, or a list of them; what is no token's number is passed over.
  static func identifiers(_ value: Any?) -> [UInt32] {
    switch value {
    case let list as [Any]: list.prefix(1000).compactMap { ($0 as? Int).flatMap { UInt32(exactly: $0) } }
    case let one as Int: UInt32(exactly: one).map { [$0] } ?? []
    default: []
    }
  }

  /// A token as a string, or as an object with its content.
  static func text(_ value: Any?) -> String? {
    (value as? String) ?? (value as? [String: Any])?["content"] as? String
  }

  /// What generation ends at when a control token is called one of these, whatever the file says is the end of a text:
  /// many files leave the end of a turn out.
  static let turnEnds: Set<String> = [
    "<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|end|>", "<|endoftext|>", "<end_of_turn>", "<|return|>", "</s>",
    "<｜end▁of▁sentence｜>",
  ]
}

extension TextBorders {
  /// Classes of transformers (4.57) that put these tokens around a text by their own flags: they replace the
  /// post-processor that tokenizer.json brings.
  private static let classes: Set<String> = [
    "LlamaTokenizer", "CodeLlamaTokenizer", "GemmaTokenizer", "CohereTokenizer",
  ]

  /// What tokenizer_config.json says; nil where its class leaves that to tokenizer.json, or does not name the tokens.
  init?(tokenizerConfiguration fields: [String: Any]) {
    guard var name = fields["tokenizer_class"] as? String else { return nil }
    if name.hasSuffix("Fast") { name.removeLast(4) }
    guard Self.classes.contains(name) else { return nil }
    let begin = SpecialTokens.text(fields["bos_token"])
    let end = SpecialTokens.text(fields["eos_token"])
    let addsBegin = fields["add_bos_token"] as? Bool ?? true
    let addsEnd = fields["add_eos_token"] as? Bool ?? false
    guard !addsBegin || begin != nil, !addsEnd || end != nil else { return nil }
    self.init(begin: addsBegin ? begin : nil, end: addsEnd ? end : nil)
  }
}
