// The methods of Python's str.
extension Renderer {
  func call(_ name: String, of text: Text, _ arguments: CallArguments) throws(TemplateError) -> Value {
    try charge(reading: text.count)
    let what = "\(name)()"
    switch name {
    case "upper", "lower", "casefold", "title", "capitalize", "swapcase", "isalnum", "isalpha", "isascii", "isdecimal",
      "isdigit", "islower", "isnumeric", "isprintable", "isspace", "isupper":
      _ = try arguments.bound(to: [], of: what, self)
      try charge(mapping: text)
      return try callPlain(name, of: text)
    case "strip", "lstrip", "rstrip":
      let values = try arguments.bound(to: ["chars"], of: what, self)
      let side: Text.Side = name == "strip" ? .both : name == "lstrip" ? .leading : .trailing
      let characters = try optionalText(values[0], what)
      try charge(characters?.count ?? 0)
      return try makeText(text.stripped(side, of: characters))
    case "split", "rsplit": return try split(text, fromEnd: name == "rsplit", arguments, what)
    case "splitlines":
      let values = try arguments.bound(to: ["keepends"], of: what, self)
      return try makeTexts(text.splitLines(keepingEnds: values[0]?.isTrue ?? false))
    case "startswith", "endswith": return try hasAffix(text, atEnd: name == "endswith", arguments, what)
    case "removeprefix", "removesuffix":
      let affix = try needed(try arguments.bound(to: ["affix"], required: 1, of: what, self)[0], what)
      if name == "removeprefix" {
        return try makeText(text.scalars.starts(with: affix.scalars) ? Text(text.scalars.dropFirst(affix.count)) : text)
      }
      let isThere = !affix.isEmpty && text.scalars.suffix(affix.count).elementsEqual(affix.scalars)
      return try makeText(isThere ? Text(text.scalars.dropLast(affix.count)) : text)
    case "find", "rfind", "index", "rindex", "count": return try search(name, in: text, arguments, what)
    case "replace":
      let values = try arguments.bound(to: ["old", "new", "count"], required: 2, of: what, self)
      return try replace(text, try needed(values[0], what), try needed(values[1], what), count: values[2])
    case "join":
      let values = try arguments.bound(to: ["iterable"], required: 1, of: what, self)
      var parts: [Text] = []
      for value in try list(values[0] ?? .none) { parts.append(try needed(value, what)) }
      return try join(parts, with: text)
    case "partition", "rpartition": return try partition(text, fromEnd: name == "rpartition", arguments, what)
    case "center", "ljust", "rjust", "zfill": return try pad(text, name, arguments)
    case "format": return try makeText(try formatBraces(text, arguments))
    default: throw failure(.unsupported("the method \(what) of a string"))
    }
  }

  private func callPlain(_ name: String, of text: Text) throws(TemplateError) -> Value {
    func all(_ condition: (Unicode.Scalar) -> Bool) -> Value {
      .bool(!text.isEmpty && text.scalars.allSatisfy(condition))
    }
    switch name {
    case "upper": return try makeText(text.uppercased)
    case "lower": return try makeText(text.lowercased)
    case "casefold":
      return try makeText(Text(text.scalars.flatMap { $0 == "ß" ? Array("ss".unicodeScalars) : [$0] }).lowercased)
    case "title": return try makeText(text.titleCased)
    case "capitalize": return try makeText(text.capitalized)
    case "swapcase": return try makeText(text.swappedCase)
    case "isalpha": return all(\.isPythonLetter)
    case "isalnum": return all { $0.isPythonLetter || $0.properties.numericType != nil }
    case "isdecimal": return all { $0.properties.numericType == .decimal }
    case "isdigit": return all { $0.properties.numericType == .decimal || $0.properties.numericType == .digit }
    case "isnumeric": return all { $0.properties.numericType != nil }
    case "isspace": return all(\.isPythonSpace)
    case "isascii": return .bool(text.scalars.allSatisfy(\.isASCII))
    case "isprintable": return .bool(text.scalars.allSatisfy(\.isPythonPrintable))
    case "islower": return .bool(text.isLowercase)
    default: return .bool(text.isUppercase)
    }
  }

  private func needed(_ value: Value?, _ what: String) throws(TemplateError) -> Text {
    if case .undefined(let undefined)? = value { throw failure(undefined) }
    guard let text = value?.asText else { throw invalid("\(what) takes a string, not \(value?.typeName ?? "nothing")") }
    return text
  }

  private func optionalText(_ value: Value?, _ what: String) throws(TemplateError) -> Text? {
    guard let value, !value.isNone else { return nil }
    return try needed(value, what)
  }

  /// A number that says how often at most; negative and absent mean without end.
  private func limit(_ value: Value?, _ what: String) throws(TemplateError) -> Int {
    guard let value else { return .max }
    guard let number = value.asInteger else { throw invalid("\(what) counts in whole numbers, not \(value.typeName)") }
    return number < 0 ? .max : number
  }

  func makeTexts(_ texts: [Text]) throws(TemplateError) -> Value {
    for text in texts { try charge(making: text.count) }
    return try makeList(texts.map(Value.text))
  }

  private func split(
    _ text: Text, fromEnd: Bool, _ arguments: CallArguments, _ what: String
  ) throws(TemplateError) -> Value {
    let values = try arguments.bound(to: ["sep", "maxsplit"], of: what, self)
    let limit = try limit(values[1], what)
    try charge(making: text.count)
    guard let separator = try optionalText(values[0], what) else {
      return try makeTexts(fromEnd ? text.splitOnSpaceFromEnd(limit: limit) : text.splitOnSpace(limit: limit))
    }
    guard !separator.isEmpty else { throw invalid("\(what) needs a separator that is not empty") }
    return try makeTexts(
      fromEnd ? text.splitFromEnd(by: separator, limit: limit) : text.split(by: separator, limit: limit))
  }

  private func hasAffix(
    _ text: Text, atEnd: Bool, _ arguments: CallArguments, _ what: String
  ) throws(TemplateError) -> Value {
    let values = try arguments.bound(to: ["affix", "start", "end"], required: 1, of: what, self)
    let bounds = try searchBounds(values[1], values[2], count: text.count)
    var affixes: [Text] = []
    if case .tuple(let elements)? = values[0] {
      for element in elements.values { affixes.append(try needed(element, what)) }
    } else {
      affixes = [try needed(values[0], what)]
    }
    let stretch = text.scalars[bounds]
    for affix in affixes {
      try charge(reading: affix.count)
      let part = atEnd ? stretch.suffix(affix.count) : stretch.prefix(affix.count)
      if part.elementsEqual(affix.scalars) { return .bool(true) }
    }
    return .bool(false)
  }

  private func search(
    _ name: String, in text: Text, _ arguments: CallArguments, _ what: String
  ) throws(TemplateError) -> Value {
    let values = try arguments.bound(to: ["sub", "start", "end"], required: 1, of: what, self)
    let needle = try needed(values[0], what)
    let bounds = try searchBounds(values[1], values[2], count: text.count)
    try charge(reading: needle.count)
    let stretch = text.scalars[bounds]
    if name == "count" {
      return .integer(needle.isEmpty ? stretch.count + 1 : Text.matches(of: needle.scalars[...], in: stretch).count)
    }
    let found: Int?
    if needle.isEmpty {
      found = name.hasPrefix("r") ? bounds.upperBound : bounds.lowerBound
    } else if name.hasPrefix("r") {
      found = Text.lastMatch(of: needle, in: stretch)
    } else {
      found = Text.matches(of: needle.scalars[...], in: stretch, limit: 1).first
    }
    if found == nil, name.hasSuffix("index") { throw invalid("\(what) does not find \(needle.quoted)") }
    return .integer(found ?? -1)
  }

  /// `replace`, the method and the filter.
  func replace(_ text: Text, _ old: Text, _ new: Text, count: Value?) throws(TemplateError) -> Value {
    try charge(reading: text.count + old.count)
    let often = count?.isNone == true ? .max : try limit(count, "replace()")
    let offsets = text.replacementOffsets(of: old, limit: often)
    try charge(making: offsets.count, of: new.count)
    try charge(making: text.count)
    return .text(text.replacing(old, with: new, at: offsets))
  }

  func join(_ parts: [Text], with separator: Text) throws(TemplateError) -> Value {
    var result: [Unicode.Scalar] = []
    for (index, part) in parts.enumerated() {
      try charge(making: part.count + separator.count)
      if index > 0 { result += separator.scalars }
      result += part.scalars
    }
    return .text(Text(result))
  }

  private func partition(
    _ text: Text, fromEnd: Bool, _ arguments: CallArguments, _ what: String
  ) throws(TemplateError) -> Value {
    let separator = try needed(try arguments.bound(to: ["sep"], required: 1, of: what, self)[0], what)
    guard !separator.isEmpty else { throw invalid("\(what) needs a separator that is not empty") }
    let place =
      fromEnd
      ? Text.lastMatch(of: separator, in: text.scalars[...])
      : Text.matches(of: separator.scalars[...], in: text.scalars[...], limit: 1).first
    try charge(making: text.count)
    guard let place else {
      return try makeTuple((fromEnd ? [Text(), Text(), text] : [text, Text(), Text()]).map(Value.text))
    }
    let parts = [Text(text.scalars[..<place]), separator, Text(text.scalars[(place + separator.count)...])]
    return try makeTuple(parts.map(Value.text))
  }

  private func pad(_ text: Text, _ name: String, _ arguments: CallArguments) throws(TemplateError) -> Value {
    let values = try arguments.bound(to: ["width", "fillchar"], required: 1, of: "\(name)()", self)
    guard let width = values[0]?.asInteger else { throw invalid("\(name)() needs a width") }
    let fill = values[1] == nil ? (name == "zfill" ? "0" : " ") : try needed(values[1], "\(name)()")
    guard fill.count == 1 else { throw invalid("\(name)() fills with one character") }
    try charge(making: max(width, text.count))
    let missing = width > text.count ? width - text.count : 0
    // Where a text cannot stand in the very middle, Python puts the odd one before it if the width is odd.
    let before = name == "center" ? missing / 2 + (missing & width & 1) : name == "ljust" ? 0 : missing
    let signs = name == "zfill" && (text.scalars.first == "-" || text.scalars.first == "+") ? 1 : 0
    func filling(_ count: Int) -> [Unicode.Scalar] { Array(repeating: fill.scalars[0], count: count) }
    return .text(
      Text(text.scalars.prefix(signs) + filling(before) + text.scalars.dropFirst(signs) + filling(missing - before)))
  }
}

extension Unicode.Scalar {
  /// Python's `str.isalpha` for one character.
  var isPythonLetter: Bool {
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }
}
