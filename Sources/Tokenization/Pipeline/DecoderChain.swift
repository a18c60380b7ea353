/// One step of making text of tokens, as a `tokenizer.json` names it.
enum DecoderStep: Sendable {
  /// Characters of `ByteAlphabet` become bytes, and all of them one text.
  case byteLevel
  /// The bytes themselves are given: all of them become one text.
  case bytes
  /// `<0x00>` to `<0xFF>` become bytes: a run of them characters, or U+FFFD for each byte when it is no UTF-8.
  case byteFallback
  /// All tokens become one text.
  case fuse
  /// Puts spaces between tokens: what the package does without a decoder.
  case separate
  case replace([UInt8], by: [UInt8])
  case replaceExpression(RegularExpression, by: [UInt8])
  /// Takes up to so many of a character from the ends.
  case strip(Unicode.Scalar, start: Int, stop: Int)
  /// The mark of a space becomes a space, and in the first token nothing.
  case metaspace([UInt8], dropsFirst: Bool)
  case wordPiece(prefix: [UInt8], cleansUp: Bool)
}

/// The steps one after the other.
struct DecoderChain: Sendable {
  var steps: [DecoderStep] = [.separate]

  static let bytesAsGiven = DecoderChain(steps: [.bytes])

  var isByteLevel: Bool {
    if steps.count == 1, case .byteLevel = steps[0] { true } else { false }
  }
}

/// The steps at work on tokens that come one by one. Before a step that makes all tokens one text, what goes from step to
/// step is a token's text; after it, a part of the one text, whole characters always.
struct DecoderRun: Sendable {
  private let steps: [DecoderStep]
  private var states: [State]

  /// What a step keeps between tokens.
  private struct State {
    /// Texts it was given.
    var count = 0
    /// Bytes held back: they may change with what comes next.
    var held: [UInt8] = []
    /// Of a strip on the one text, how many characters it has taken from the start, and whether it is past it.
    var stripped = 0
    var isPastStart = false
    /// Whether it works on the one text.
    var isFused = false
  }

  init(_ chain: DecoderChain) {
    steps = chain.steps
    states = []
    var isFused = false
    for step in chain.steps {
      states.append(State(isFused: isFused))
      switch step {
      case .byteLevel, .bytes, .fuse: isFused = true
      default: break
      }
    }
  }

  mutating func append(_ token: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    push(token, to: 0, into: &text)
    return text
  }

  mutating func finish() -> [UInt8] {
    var text: [UInt8] = []
    for index in steps.indices { finish(index, into: &text) }
    return text
  }

  private mutating func push(_ item: [UInt8], to index: Int, into text: inout [UInt8]) {
    guard index < steps.count else { return text += item }
    defer { states[index].count += 1 }
    switch steps[index] {
    case .fuse: push(item, to: index + 1, into: &text)
    case .separate: push(states[index].count > 0 ? [0x20] + item : item, to: index + 1, into: &text)
    case .bytes: pushBytes(item, index, into: &text)
    case .byteLevel: pushBytes(Self.bytes(ofAlphabet: item), index, into: &text)
    case .byteFallback:
      if let byte = Self.byte(of: item) {
        states[index].held.append(byte)
      } else {
        flushRun(index, into: &text)
        push(item, to: index + 1, into: &text)
      }
    case .replace(let literal, let content):
      let normalizer = Normalizer.replace(literal, by: content)
      guard states[index].isFused, literal.count > 1 else { return push(normalizer(item), to: index + 1, into: &text) }
      push(released(item, literal, index), to: index + 1, into: &text)
    case .replaceExpression(let expression, let content):
      if states[index].isFused { return states[index].held += item }
      push(Normalizer.replaceExpression(expression, by: content)(item), to: index + 1, into: &text)
    case .strip(let scalar, let start, let stop):
      push(stripped(item, scalar, start, stop, index), to: index + 1, into: &text)
    case .metaspace(let mark, let dropsFirst):
      let isFirst = states[index].count == 0 || states[index].isFused
      let content: [UInt8] = isFirst && dropsFirst ? [] : [0x20]
      push(Normalizer.replace(mark, by: content)(item), to: index + 1, into: &text)
    case .wordPiece(let prefix, let cleansUp):
      if states[index].isFused { return states[index].held += item }
      push(Self.wordPiece(item, prefix, cleansUp, isFirst: states[index].count == 0), to: index + 1, into: &text)
    }
  }

  private mutating func finish(_ index: Int, into text: inout [UInt8]) {
    let held = states[index].held
    switch steps[index] {
    case .byteFallback: flushRun(index, into: &text)
    case .bytes, .byteLevel:
      // What is left is the start of a character that never came: one U+FFFD.
      states[index].held = []
      if !held.isEmpty { push(Array(String(decoding: held, as: UTF8.self).utf8), to: index + 1, into: &text) }
    case .replace(let literal, let content):
      states[index].held = []
      if !held.isEmpty { push(Normalizer.replace(literal, by: content)(held), to: index + 1, into: &text) }
    case .replaceExpression(let expression, let content):
      guard states[index].isFused else { return }
      push(Normalizer.replaceExpression(expression, by: content)(held), to: index + 1, into: &text)
    case .wordPiece(let prefix, let cleansUp):
      guard states[index].isFused else { return }
      push(Self.wordPiece(held, prefix, cleansUp, isFirst: true), to: index + 1, into: &text)
    default: break
    }
  }

  private mutating func flushRun(_ index: Int, into text: inout [UInt8]) {
    let run = states[index].held
    guard !run.isEmpty else { return }
    states[index].held = []
    if String(validating: run, as: UTF8.self) != nil {
      push(run, to: index + 1, into: &text)
    } else {
      for _ in run { push(Array("\u{FFFD}".utf8), to: index + 1, into: &text) }
    }
  }

  /// Lets go of all bytes up to the last character that may go on, with U+FFFD where they are no UTF-8.
  private mutating func pushBytes(_ bytes: [UInt8], _ index: Int, into text: inout [UInt8]) {
    states[index].held += bytes
    let complete = states[index].held.count - Self.openBytes(at: states[index].held)
    guard complete > 0 else { return }
    let part = states[index].held[..<complete]
    states[index].held.removeFirst(complete)
    push(Array(String(decoding: part, as: UTF8.self).utf8), to: index + 1, into: &text)
  }

  /// How many bytes at the end are the start of a character that may still become whole.
  private static func openBytes(at bytes: [UInt8]) -> Int {
    for length in 1...3 where length <= bytes.count {
      let lead = bytes[bytes.count - length]
      if lead & 0xC0 == 0x80 { continue }
      let needed = lead >= 0xF0 && lead <= 0xF4 ? 4 : lead >= 0xE0 ? 3 : 2
      guard lead >= 0xC2, lead <= 0xF4, length < needed else { return 0 }
      guard length > 1 else { return 1 }
      // The byte after the lead is held in narrower bounds after some.
      let second = bytes[bytes.count - length + 1]
      let bounds: ClosedRange<UInt8> =
        switch lead {
        case 0xE0: 0xA0...0xBF
        case 0xED: 0x80...0x9F
        case 0xF0: 0x90...0xBF
        case 0xF4: 0x80...0x8F
        default: 0x80...0xBF
        }
      return bounds.contains(second) ? length : 0
    }
    return 0
  }

  private static func bytes(ofAlphabet token: [UInt8]) -> [UInt8] {
    ByteAlphabet.bytes(of: String(decoding: token, as: UTF8.self)) ?? token
  }

  private static func byte(of token: [UInt8]) -> UInt8? {
    guard token.count == 6, token.starts(with: Array("<0x".utf8)), token[5] == UInt8(ascii: ">") else { return nil }
    return UInt8(String(decoding: token[3..<5], as: UTF8.self), radix: 16)
  }

  /// Replaces in the one text, and holds back what may be the start of what is replaced.
  private mutating func released(_ item: [UInt8], _ literal: [UInt8], _ index: Int) -> [UInt8] {
    guard case .replace(_, let content) = steps[index] else { return item }
    var text = states[index].held + item
    var result: [UInt8] = []
    var end = 0
    text.withUnsafeBufferPointer { bytes in
      bytes.forEachOccurrence(of: literal) { match in
        result += bytes[end..<match.lowerBound]
        result += content
        end = match.upperBound
      }
    }
    text.removeFirst(end)
    let kept = (1..<literal.count).reversed().first { text.suffix($0).elementsEqual(literal.prefix($0)) } ?? 0
    states[index].held = Array(text.suffix(kept))
    return result + text.dropLast(kept)
  }

  private mutating func stripped(
    _ item: [UInt8], _ scalar: Unicode.Scalar, _ start: Int, _ stop: Int, _ index: Int
  ) -> [UInt8] {
    var content: [UInt8] = []
    content.append(scalar)
    if !states[index].isFused {
      states[index].stripped = 0
      states[index].isPastStart = false
    }
    var bytes = (states[index].isFused ? states[index].held : []) + item
    while !states[index].isPastStart, !bytes.isEmpty {
      if states[index].stripped < start, bytes.starts(with: content) {
        bytes.removeFirst(content.count)
        states[index].stripped += 1
      } else {
        states[index].isPastStart = true
      }
    }
    var kept = 0
    while kept < stop, bytes.dropLast(kept * content.count).suffix(content.count).elementsEqual(content) { kept += 1 }
    states[index].held = states[index].isFused ? Array(bytes.suffix(kept * content.count)) : []
    return bytes.dropLast(kept * content.count)
  }

  private static func wordPiece(_ token: [UInt8], _ prefix: [UInt8], _ cleansUp: Bool, isFirst: Bool) -> [UInt8] {
    var token = token
    if !isFirst { token = token.starts(with: prefix) ? Array(token.dropFirst(prefix.count)) : [0x20] + token }
    guard cleansUp else { return token }
    for (from, to) in cleanups where token.contains(0x20) { token = Normalizer.replace(from, by: to)(token) }
    return token
  }

  private static let cleanups: [([UInt8], [UInt8])] = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
    (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
  ].map { (Array($0.utf8), Array($1.utf8)) }
}
