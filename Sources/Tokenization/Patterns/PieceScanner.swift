/// Matches a `TextPattern` on UTF-8, one piece after the other, without a regular expression engine. The bytes have to
/// be valid UTF-8, as a `String`'s are.
struct PieceScanner {
  let bytes: UnsafeBufferPointer<UInt8>
  /// `ScalarClass.table`.
  let classes: UnsafeBufferPointer<UInt8>
  let pattern: TextPattern

  /// Calls `body` with each piece of valid UTF-8 text. The pieces put together are the text.
  static func forEachPiece(
    of bytes: UnsafeBufferPointer<UInt8>, by pattern: TextPattern,
    _ body: (UnsafeBufferPointer<UInt8>) throws -> Void
  ) rethrows {
    try ScalarClass.table.withUnsafeBufferPointer { classes in
      let scanner = PieceScanner(bytes: bytes, classes: classes, pattern: pattern)
      var start = 0
      while start < bytes.count {
        let end = scanner.endOfPiece(from: start)
        try body(UnsafeBufferPointer(rebasing: bytes[start..<end]))
        start = end
      }
    }
  }

  func endOfPiece(from start: Int) -> Int {
    switch pattern {
    case .gpt2: endOfGPT2Piece(from: start)
    case .llama3: endOfModernPiece(from: start, digits: 3)
    case .qwen2: endOfModernPiece(from: start, digits: 1)
    }
  }

  /// The class of the scalar at a position, and where the next one starts.
  @inline(__always)
  private func scalar(at position: Int) -> (mark: UInt8, next: Int) {
    let lead = bytes[position]
    if lead < 0x80 { return (classes[Int(lead)], position + 1) }
    let (code, next) = decode(at: position, lead: lead)
    return (classes[code], next)
  }

  private func decode(at position: Int, lead: UInt8) -> (code: Int, next: Int) {
    @inline(__always) func tail(_ offset: Int) -> Int { Int(bytes[position + offset] & 0x3F) }
    if lead < 0xE0 { return (Int(lead & 0x1F) << 6 | tail(1), position + 2) }
    if lead < 0xF0 { return (Int(lead & 0x0F) << 12 | tail(1) << 6 | tail(2), position + 3) }
    return (Int(lead & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), position + 4)
  }

  /// The end of the run of scalars of a class.
  @inline(__always)
  private func endOfRun(of mark: UInt8, from start: Int) -> Int {
    var position = start
    while position < bytes.count {
      let (found, next) = scalar(at: position)
      if found != mark { break }
      position = next
    }
    return position
  }

  private func endOfNewlines(from start: Int) -> Int { endOfRun(of: ScalarClass.newline, from: start) }

  private func endOfGPT2Piece(from start: Int) -> Int {
    if bytes[start] == UInt8(ascii: "'"), let end = endOfContraction(from: start, ignoringCase: false) { return end }
    var (mark, next) = scalar(at: start)
    // ` ?` before a run: a space is taken into what follows it.
    if bytes[start] == 0x20, next < bytes.count {
      let following = scalar(at: next)
      if following.mark < ScalarClass.space { (mark, next) = following }
    }
    if mark < ScalarClass.space { return endOfRun(of: mark, from: next) }
    return endOfSpace(from: start, apartFromNewlines: false)
  }

  private func endOfModernPiece(from start: Int, digits: Int) -> Int {
    if bytes[start] == UInt8(ascii: "'"), let end = endOfContraction(from: start, ignoringCase: true) { return end }
    let (mark, next) = scalar(at: start)
    switch mark {
    case ScalarClass.letter:
      return endOfRun(of: ScalarClass.letter, from: next)
    case ScalarClass.number:
      var end = next
      for _ in 1..<digits where end < bytes.count {
        let (found, following) = scalar(at: end)
        if found != ScalarClass.number { break }
        end = following
      }
      return end
    default: break
    }
    let following = next < bytes.count ? scalar(at: next) : nil
    // `[^\r\n\p{L}\p{N}]?\p{L}+`: one character of any other kind goes with the letters after it.
    if mark != ScalarClass.newline, let following, following.mark == ScalarClass.letter {
      return endOfRun(of: ScalarClass.letter, from: following.next)
    }
    if mark == ScalarClass.other {
      return endOfNewlines(from: endOfRun(of: ScalarClass.other, from: next))
    }
    if bytes[start] == 0x20, let following, following.mark == ScalarClass.other {
      return endOfNewlines(from: endOfRun(of: ScalarClass.other, from: following.next))
    }
    return endOfSpace(from: start, apartFromNewlines: true)
  }

  /// `\s+(?!\S)|\s+`, and before them `\s*[\r\n]+` when newlines stand apart: a run of white space without its last
  /// character, which goes with the word after it.
  private func endOfSpace(from start: Int, apartFromNewlines: Bool) -> Int {
    var end = start
    var last = start
    var endOfLastNewline: Int?
    while end < bytes.count {
      let (mark, next) = scalar(at: end)
      if mark < ScalarClass.space { break }
      if mark == ScalarClass.newline { endOfLastNewline = next }
      last = end
      end = next
    }
    if apartFromNewlines, let endOfLastNewline { return endOfLastNewline }
    if end == bytes.count || last == start { return end }
    return last
  }

  /// `'s|'t|'re|'ve|'m|'ll|'d`. Without case, U+017F (long s) is an s too.
  private func endOfContraction(from start: Int, ignoringCase: Bool) -> Int? {
    func letter(_ offset: Int) -> UInt8 {
      guard start + offset < bytes.count else { return 0 }
      let byte = bytes[start + offset]
      return ignoringCase && (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
    switch letter(1) {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"): return letter(2) == UInt8(ascii: "e") ? start + 3 : nil
    case UInt8(ascii: "l"): return letter(2) == UInt8(ascii: "l") ? start + 3 : nil
    case 0xC5: return ignoringCase && letter(2) == 0xBF ? start + 3 : nil
    default: return nil
    }
  }
}
