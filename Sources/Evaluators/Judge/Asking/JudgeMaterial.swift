import OpenAIWire

/// The texts that a judge is to judge. All of them are hostile: a candidate's answer may speak to the judge.
///
/// Each stands between two lines that carry a boundary, which is drawn for the request and nobody could know who wrote a
/// text. Markers that servers turn into a model's control tokens wherever they stand are broken up, so that a text can
/// neither end the message it is in nor begin another.
struct JudgeMaterial: Sendable, Hashable {
  struct Section: Sendable, Hashable {
    /// A few words of ours, such as `the answer`.
    let title: String
    let text: String
  }

  var sections: [Section] = []

  /// Bytes of text that a judge is given.
  static let mostBytes = 1 << 20

  mutating func add(_ title: String, _ text: String) { sections.append(Section(title: title, text: text)) }

  /// What was asked: a text as it is, a conversation as a message a line, in JSON, so that a text in it cannot pass for
  /// another message.
  mutating func addQuestion(_ sample: EvaluationSample) {
    switch sample.input {
    case .text(let text): add("the question", text)
    case .messages(let messages): add("the conversation", messages.map(\.json.text).joined(separator: "\n"))
    }
  }

  mutating func addPassages(_ passages: [String]) {
    for (index, passage) in passages.enumerated() { add("passage \(index + 1)", passage) }
  }

  /// The sections in order, with the boundary told first.
  func text(boundary: String) -> String {
    var text = "The boundary of this request is \(boundary).\n"
    for section in sections {
      text += "\n=== \(boundary) begin: \(section.title) ===\n"
      text += Self.withoutControlTokens(section.text)
      text += "\n=== \(boundary) end: \(section.title) ===\n"
    }
    return text
  }

  var bytes: Int { sections.reduce(0) { $0 + $1.text.utf8.count + $1.title.utf8.count + 128 } }

  func contains(_ boundary: String) -> Bool { sections.contains { $0.text.contains(boundary) } }

  /// What chat templates of usual models put between messages. Servers find these in any text.
  private static let controlTokens = [
    "<|", "<start_of_turn>", "<end_of_turn>", "<s>", "</s>", "<bos>", "<eos>", "<pad>", "<unk>", "[INST]", "[/INST]",
    "<<SYS>>", "<</SYS>>", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CALLS]", "[TOOL_RESULTS]", "<think>",
    "</think>",
    "<tool_call>", "</tool_call>", "<｜", "<SPECIAL_", "<extra_id_",
  ].map { Array($0.utf8) }

  /// The text with U+200B, which has no width, behind the first character of each marker.
  static func withoutControlTokens(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for (index, byte) in bytes.enumerated() {
      result.append(byte)
      guard byte == UInt8(ascii: "<") || byte == UInt8(ascii: "[") else { continue }
      let rest = bytes[index...]
      if controlTokens.contains(where: { rest.starts(with: $0) }) { result += "\u{200B}".utf8 }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
