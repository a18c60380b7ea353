import OpenAIWire

/// Reads a chunk of a stream in one pass without building a tree: a few hundred nanoseconds where the careful reader takes
/// microseconds, and at a hundred thousand tokens a second that is what the next token's stamp waits for.
///
/// It gives up (``Unsure``) on everything out of the ordinary - escapes, text outside ASCII where it cannot be told to be
/// valid, a member that stands twice among those it reads, errors, anything malformed - and the careful reader
/// (``ChunkFacts/init(document:text:)``) decides. A doubled member that neither reads is overlooked here.
struct ChunkScanner {
  struct Unsure: Error {}

  private let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0
  /// Whether the model and the tier are still wanted; most chunks repeat what the first has said.
  private let wantsHead: Bool
  private static let deepest = 32

  private init(_ bytes: UnsafeBufferPointer<UInt8>, wantsHead: Bool) {
    self.bytes = bytes
    self.wantsHead = wantsHead
  }

  /// The facts of a chunk; the first choice's text is appended to `text`.
  static func facts(
    of bytes: UnsafeBufferPointer<UInt8>, text: inout [UInt8], wantsHead: Bool = true
  ) throws(WireError) -> ChunkFacts {
    let length = text.count
    var scanner = ChunkScanner(bytes, wantsHead: wantsHead)
    do throws(Unsure) {
      return try scanner.chunk(text: &text)
    } catch {
      text.removeLast(text.count - length)
      return try ChunkFacts(document: bytes, text: &text)
    }
  }

  /// What the fast way alone makes of it.
  static func fastFacts(of bytes: UnsafeBufferPointer<UInt8>, text: inout [UInt8]) throws(Unsure) -> ChunkFacts {
    var scanner = ChunkScanner(bytes, wantsHead: true)
    return try scanner.chunk(text: &text)
  }

  private mutating func chunk(text: inout [UInt8]) throws(Unsure) -> ChunkFacts {
    var facts = ChunkFacts()
    var seenChoices = false
    var seenUsage = false
    try expect(UInt8(ascii: "{"))
    var first = true
    while let name = try member(&first) {
      if matches(name, "choices") {
        guard !seenChoices else { throw Unsure() }
        seenChoices = true
        try choices(&facts, &text)
      } else if matches(name, "usage") {
        guard !seenUsage else { throw Unsure() }
        seenUsage = true
        if !(try skipsNull()) {
          let start = position
          facts.usage = try usage()
          facts.usagePlace = start..<position
        }
      } else if matches(name, "error") {
        guard try skipsNull() else { throw Unsure() }
      } else if wantsHead, matches(name, "model") {
        facts.model = try word(facts.model)
      } else if wantsHead, matches(name, "service_tier") {
        facts.serviceTier = try word(facts.serviceTier)
      } else {
        try skipValue(depth: 1)
      }
    }
    skipSpace()
    guard seenChoices, position == bytes.count else { throw Unsure() }
    return facts
  }

  /// A text, or null; what else stands there, or stands there twice, is for the careful way.
  private mutating func word(_ earlier: String?) throws(Unsure) -> String? {
    guard earlier == nil else { throw Unsure() }
    if try skipsNull() { return nil }
    return String(decoding: bytes[try plainString()], as: UTF8.self)
  }

  private mutating func choices(_ facts: inout ChunkFacts, _ text: inout [UInt8]) throws(Unsure) {
    try expect(UInt8(ascii: "["))
    skipSpace()
    if current == UInt8(ascii: "]") {
      position += 1
      return
    }
    repeat { try choice(&facts, &text) } while try !closes(UInt8(ascii: "]"))
  }

  private mutating func choice(_ facts: inout ChunkFacts, _ text: inout [UInt8]) throws(Unsure) {
    try expect(UInt8(ascii: "{"))
    var first = true
    var index = 0
    var content: Range<Int>?
    while let name = try member(&first) {
      if matches(name, "index") {
        index = try integer()
      } else if matches(name, "delta") {
        guard content == nil else { throw Unsure() }
        content = try delta(&facts)
      } else if matches(name, "text") {
        guard content == nil else { throw Unsure() }
        if !(try skipsNull()) { content = try plainString() }
      } else if matches(name, "finish_reason") {
        if !(try skipsNull()) {
          let range = try plainString()
          facts.finishReason = String(decoding: bytes[range], as: UTF8.self)
        }
      } else if matches(name, "message") {
        throw Unsure()
      } else {
        try skipValue(depth: 3)
      }
    }
    guard let content, !content.isEmpty else { return }
    facts.hasContent = true
    if index == 0 { text.append(contentsOf: bytes[content]) }
  }

  /// The place of the delta's content.
  private mutating func delta(_ facts: inout ChunkFacts) throws(Unsure) -> Range<Int>? {
    try expect(UInt8(ascii: "{"))
    var first = true
    var content: Range<Int>?
    while let name = try member(&first) {
      if matches(name, "content") {
        guard content == nil else { throw Unsure() }
        if !(try skipsNull()) { content = try plainString() }
      } else if matches(name, "role") {
        try skipValue(depth: 4)
      } else if matches(name, "refusal") || matches(name, "function_call") {
        guard try skipsNull() else { throw Unsure() }
      } else if matches(name, "reasoning_content") || matches(name, "reasoning") || matches(name, "tool_calls") {
        // Rare enough for the careful way.
        guard try skipsNull() else { throw Unsure() }
      } else {
        try skipValue(depth: 4)
      }
    }
    return content
  }

  private mutating func usage() throws(Unsure) -> Usage {
    try expect(UInt8(ascii: "{"))
    var first = true
    var prompt: Int?
    var completion: Int?
    while let name = try member(&first) {
      if matches(name, "prompt_tokens") {
        guard prompt == nil else { throw Unsure() }
        prompt = try integer()
      } else if matches(name, "completion_tokens") {
        guard completion == nil else { throw Unsure() }
        completion = try integer()
      } else if matches(name, "prompt_tokens_details") {
        guard try skipsNull() else { throw Unsure() }
      } else {
        try skipValue(depth: 2)
      }
    }
    guard let prompt else { throw Unsure() }
    return Usage(promptTokens: prompt, completionTokens: completion ?? 0)
  }
}

extension ChunkScanner {
  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while position < bytes.count {
      let byte = bytes[position]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
      position += 1
    }
  }

  private mutating func expect(_ byte: UInt8) throws(Unsure) {
    skipSpace()
    guard current == byte else { throw Unsure() }
    position += 1
  }

  /// Steps over the next member's name and colon; nil at the object's end, which it steps over too.
  private mutating func member(_ first: inout Bool) throws(Unsure) -> Range<Int>? {
    skipSpace()
    if first {
      first = false
      if current == UInt8(ascii: "}") {
        position += 1
        return nil
      }
    } else if try closes(UInt8(ascii: "}")) {
      return nil
    }
    skipSpace()
    let name = try plainString()
    try expect(UInt8(ascii: ":"))
    skipSpace()
    return name
  }

  /// Steps over a comma, or over the closing bracket and says so.
  private mutating func closes(_ bracket: UInt8) throws(Unsure) -> Bool {
    skipSpace()
    guard let byte = current, byte == bracket || byte == UInt8(ascii: ",") else { throw Unsure() }
    position += 1
    return byte == bracket
  }

  private func matches(_ range: Range<Int>, _ name: StaticString) -> Bool {
    guard range.count == name.utf8CodeUnitCount else { return false }
    let start = name.utf8Start
    for offset in 0..<range.count where bytes[range.lowerBound + offset] != start[offset] { return false }
    return true
  }

  /// The place of a string without escapes, quotes aside. Text outside ASCII is checked.
  private mutating func plainString() throws(Unsure) -> Range<Int> {
    guard current == UInt8(ascii: "\"") else { throw Unsure() }
    position += 1
    let start = position
    var others: UInt8 = 0
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        let range = start..<position
        position += 1
        guard others < 0x80 || String(validating: bytes[range], as: UTF8.self) != nil else { throw Unsure() }
        return range
      }
      guard byte >= 0x20, byte != UInt8(ascii: "\\") else { throw Unsure() }
      others |= byte
      position += 1
    }
    throw Unsure()
  }

  private mutating func skipsNull() throws(Unsure) -> Bool {
    guard current == UInt8(ascii: "n") else { return false }
    try literal("null")
    return true
  }

  private mutating func literal(_ text: StaticString) throws(Unsure) {
    let length = text.utf8CodeUnitCount
    guard length <= bytes.count - position, matches(position..<(position + length), text) else { throw Unsure() }
    position += length
  }

  /// A whole number of at most 15 digits.
  private mutating func integer() throws(Unsure) -> Int {
    let start = position
    var value = 0
    while let byte = current, byte >= 0x30, byte <= 0x39, position - start < 15 {
      value = value * 10 + Int(byte - 0x30)
      position += 1
    }
    guard position > start, position - start == 1 || bytes[start] != 0x30 else { throw Unsure() }
    if let byte = current, byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e") || (0x30...0x39).contains(byte)
    {
      throw Unsure()
    }
    return value
  }

  private mutating func skipValue(depth: Int) throws(Unsure) {
    guard depth < Self.deepest else { throw Unsure() }
    skipSpace()
    switch current {
    case UInt8(ascii: "\""): _ = try plainString()
    case UInt8(ascii: "n"): try literal("null")
    case UInt8(ascii: "t"): try literal("true")
    case UInt8(ascii: "f"): try literal("false")
    case UInt8(ascii: "{"):
      position += 1
      var first = true
      while try member(&first) != nil { try skipValue(depth: depth + 1) }
    case UInt8(ascii: "["):
      position += 1
      skipSpace()
      if current == UInt8(ascii: "]") {
        position += 1
        return
      }
      repeat { try skipValue(depth: depth + 1) } while try !closes(UInt8(ascii: "]"))
    // Only whole numbers here; log-probabilities and the like take the careful way.
    default: _ = try integer()
    }
  }
}
