import OpenAIWire

/// `\s` as Python has it.
let pythonSpace = #"[\s\x0B\x1C-\x1F\x85]"#

extension InstructionCheck {
  static let keywords: [InstructionCheck] = [
    // Keywords are regular expressions in the published code, and so they are here.
    InstructionCheck("keywords:existence", ["keywords"]) { text, arguments throws(EvaluationError) in
      for keyword in try arguments.strings("keywords") {
        if try !arguments.pattern(keyword, ignoresCase: true).isFound(in: text) {
          return .no("\"\(keyword.shown)\" is missing")
        }
      }
      return .yes
    },
    InstructionCheck("keywords:frequency", ["keyword", "frequency", "relation"]) {
      text, arguments throws(EvaluationError) in
      let keyword = try arguments.string("keyword").stripped
      let count = try arguments.pattern(keyword, ignoresCase: true).count(in: text)
      return try arguments.compares(count, "frequency", relation: "relation", of: "times \"\(keyword.shown)\"")
    },
    InstructionCheck("keywords:forbidden_words", ["forbidden_words"]) { text, arguments throws(EvaluationError) in
      for word in try arguments.strings("forbidden_words") {
        if try arguments.pattern(#"\b"# + word + #"\b"#, ignoresCase: true).isFound(in: text) {
          return .no("the forbidden \"\(word.shown)\" is there")
        }
      }
      return .yes
    },
    InstructionCheck("keywords:letter_frequency", ["letter", "let_frequency", "let_relation"]) {
      text, arguments throws(EvaluationError) in
      let letter = Array(try arguments.string("letter").lowercased().unicodeScalars)
      guard letter.count == 1 else {
        throw .badInstruction(id: "keywords:letter_frequency", reason: "its argument letter has to be one character")
      }
      let count = text.lowercased().unicodeScalars.count { $0 == letter[0] }
      return try arguments.compares(count, "let_frequency", relation: "let_relation", of: "times \"\(letter[0])\"")
    },
  ]

  static let lengths: [InstructionCheck] = [
    // The published check cuts sentences by a trained model (Punkt); this one by the rules of the same publication.
    InstructionCheck("length_constraints:number_sentences", ["num_sentences", "relation"]) {
      text, arguments throws(EvaluationError) in
      try arguments.compares(
        try SentenceSplitter.sentences(of: text).count, "num_sentences", relation: "relation",
        of: "sentences (cut by rules)")
    },
    InstructionCheck("length_constraints:number_paragraphs", ["num_paragraphs"]) {
      text, arguments throws(EvaluationError) in
      let pieces = text.pieces(separatedBy: "***")
      if pieces.dropFirst().dropLast().contains(where: \.isBlank) { return .no("a paragraph is empty") }
      return try arguments.exactly(pieces.count { !$0.isBlank }, "num_paragraphs", of: "paragraphs parted by ***")
    },
    InstructionCheck("length_constraints:number_words", ["num_words", "relation"]) {
      text, arguments throws(EvaluationError) in
      try arguments.compares(text.words.count, "num_words", relation: "relation", of: "words")
    },
    InstructionCheck(
      "length_constraints:nth_paragraph_first_word", ["num_paragraphs", "nth_paragraph", "first_word"]
    ) { text, arguments throws(EvaluationError) in
      let wanted = try arguments.string("first_word").lowercased()
      let number = try arguments.count("num_paragraphs")
      let nth = try arguments.count("nth_paragraph")
      guard nth >= 1, nth <= number else {
        throw .badInstruction(
          id: "length_constraints:nth_paragraph_first_word", reason: "nth_paragraph lies from 1 to num_paragraphs")
      }
      let pieces = text.pieces(separatedBy: "\n\n")
      let count = pieces.count { !$0.isBlank }
      guard nth <= count, let word = pieces[nth - 1].fields.first else { return .no("there is no paragraph \(nth)") }
      let found = Self.firstWord(word)
      guard count == number else { return .no("\(count) paragraphs, just \(number) are needed") }
      return .of(found.isSame(as: wanted), "paragraph \(nth) begins with \"\(found.shown)\", not \"\(wanted.shown)\"")
    },
  ]

  /// Up to the first mark, in lower case; quotes in front are left out.
  private static func firstWord(_ word: String) -> String {
    var rest = word.unicodeScalars[...]
    rest = rest.drop { $0 == "'" }
    rest = rest.drop { $0 == "\"" }
    return rest.prefix { !".,?!'\"".unicodeScalars.contains($0) }.text.lowercased()
  }
}
