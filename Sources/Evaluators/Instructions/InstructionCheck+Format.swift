import OpenAIWire

extension InstructionCheck {
  static let formats: [InstructionCheck] = [
    InstructionCheck("detectable_content:number_placeholders", ["num_placeholders"]) {
      text, arguments throws(EvaluationError) in
      let count = try arguments.pattern(#"\[.*?\]"#).count(in: text)
      return try arguments.atLeast(count, "num_placeholders", of: "placeholders in brackets")
    },
    InstructionCheck("detectable_content:postscript", ["postscript_marker"]) {
      text, arguments throws(EvaluationError) in
      let marker = try arguments.string("postscript_marker").stripped
      let start =
        switch marker {
        case "P.P.S": #"p\.\#(pythonSpace)?p\.\#(pythonSpace)?s"#
        case "P.S.": #"p\.\#(pythonSpace)?s\."#
        default: marker.lowercased()
        }
      return .of(try arguments.pattern(start).isFound(in: text.lowercased()), "there is no \(marker.shown)")
    },
    InstructionCheck("detectable_format:number_bullet_lists", ["num_bullets"]) {
      text, arguments throws(EvaluationError) in
      let stars = try arguments.pattern(#"^\#(pythonSpace)*\*[^\*].*$"#).count(in: text)
      let dashes = try arguments.pattern(#"^\#(pythonSpace)*-.*$"#).count(in: text)
      return try arguments.exactly(stars + dashes, "num_bullets", of: "bullet points")
    },
    InstructionCheck("detectable_format:constrained_response") { text, _ throws(EvaluationError) in
      let choices = ["My answer is yes.", "My answer is no.", "My answer is maybe."]
      return .of(
        choices.contains { Phrase.stands($0, in: text, wholeWords: false) }, "none of the three answers is there")
    },
    InstructionCheck("detectable_format:number_highlighted_sections", ["num_highlights"]) {
      text, arguments throws(EvaluationError) in
      let single = try arguments.pattern(#"(\*[^\n\*]*\*)"#).matches(in: text)
      let double = try arguments.pattern(#"\*\*([^\n\*]*)\*\*"#).matches(in: text)
      let count =
        single.count { !($0.groups[1] ?? "").stripped(of: "*").isBlank }
        + double.count { !($0.groups[1] ?? "").isBlank }
      return try arguments.atLeast(count, "num_highlights", of: "highlighted sections")
    },
    InstructionCheck("detectable_format:multiple_sections", ["section_spliter", "num_sections"]) {
      text, arguments throws(EvaluationError) in
      let splitter = try arguments.string("section_spliter").stripped
      let pattern = try arguments.pattern("\(pythonSpace)?\(splitter)\(pythonSpace)?\\d+\(pythonSpace)?")
      return try arguments.atLeast(try pattern.count(in: text), "num_sections", of: "sections")
    },
    // Python reads NaN, Infinity and members that stand twice as JSON; here they are none.
    InstructionCheck("detectable_format:json_format") { text, _ throws(EvaluationError) in
      var inner = text.stripped
      for fence in ["```json", "```Json", "```JSON", "```"] where inner.hasScalarPrefix(fence) {
        inner = inner.unicodeScalars.dropFirst(fence.unicodeScalars.count).text
      }
      if inner.hasScalarSuffix("```") { inner = inner.unicodeScalars.dropLast(3).text }
      do throws(WireError) {
        _ = try JSONReader.value(of: inner.stripped.utf8, limits: JSONLimits(bytes: 8 << 20, depth: 256))
        return .yes
      } catch {
        return .no("it is no JSON: \(error.description.shown)")
      }
    },
    InstructionCheck("detectable_format:title") { text, arguments throws(EvaluationError) in
      let titles = try arguments.pattern(#"(<<[^\n]+>>)"#).matches(in: text)
      let hasTitle = titles.contains { title in
        let text = (title.groups[1] ?? "").unicodeScalars
        let open = text.drop { $0 == "<" }
        return !open.reversed().drop { $0 == ">" }.allSatisfy(\.isSpace)
      }
      return .of(hasTitle, "there is no title in << >>")
    },
  ]

  static let whole: [InstructionCheck] = [
    InstructionCheck("language:response_language", ["language"]) { _, arguments throws(EvaluationError) in
      _ = try arguments.string("language")
      return .unknown("telling languages apart takes a detector, and there is none here")
    },
    InstructionCheck("combination:two_responses") { text, _ throws(EvaluationError) in
      let pieces = text.pieces(separatedBy: "******")
      if pieces.dropFirst().dropLast().contains(where: \.isBlank) { return .no("a response is empty") }
      let responses = pieces.filter { !$0.isBlank }
      guard responses.count == 2 else { return .no("\(responses.count) responses parted by ******, just 2 are needed") }
      return .of(!responses[0].stripped.isSame(as: responses[1].stripped), "both responses are the same")
    },
    InstructionCheck("combination:repeat_prompt", ["prompt_to_repeat"]) { text, arguments throws(EvaluationError) in
      let prompt = try arguments.string("prompt_to_repeat").stripped.lowercased()
      return .of(text.stripped.lowercased().hasScalarPrefix(prompt), "it does not begin with the request")
    },
    InstructionCheck("startend:end_checker", ["end_phrase"]) { text, arguments throws(EvaluationError) in
      let phrase = try arguments.string("end_phrase").stripped
      let end = text.stripped.stripped(of: "\"").lowercased()
      return .of(end.hasScalarSuffix(phrase.lowercased()), "it does not end with \"\(phrase.shown)\"")
    },
    InstructionCheck("startend:quotation") { text, _ throws(EvaluationError) in
      let inner = text.stripped
      let isQuoted = inner.unicodeScalars.count > 1 && inner.hasScalarPrefix("\"") && inner.hasScalarSuffix("\"")
      return .of(isQuoted, "it does not stand in double quotes")
    },
    InstructionCheck("change_case:capital_word_frequency", ["capital_frequency", "capital_relation"]) {
      text, arguments throws(EvaluationError) in
      let count = try TreebankTokenizer.tokens(of: text).count(where: \.isUpperCase)
      return try arguments.compares(
        count, "capital_frequency", relation: "capital_relation", of: "words in capital letters")
    },
    InstructionCheck("change_case:english_capital") { text, _ throws(EvaluationError) in
      text.isUpperCase
        ? .unknown("it is in capital letters, and whether it is English takes a language detector")
        : .no("it is not all in capital letters")
    },
    InstructionCheck("change_case:english_lowercase") { text, _ throws(EvaluationError) in
      text.isLowerCase
        ? .unknown("it is in small letters, and whether it is English takes a language detector")
        : .no("it is not all in small letters")
    },
    InstructionCheck("punctuation:no_comma") { text, _ throws(EvaluationError) in
      .of(!text.unicodeScalars.contains(","), "it has a comma")
    },
  ]
}
