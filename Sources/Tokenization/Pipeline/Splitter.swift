/// What becomes of the places where a pre-tokenizer's pattern matches.
enum SplitBehavior: String, Sendable {
  case removed = "Removed"
  case isolated = "Isolated"
  case mergedWithPrevious = "MergedWithPrevious"
  case mergedWithNext = "MergedWithNext"
  case contiguous = "Contiguous"
}

/// One step of cutting text into the pieces a model sees: what is called a pre-tokenizer in a `tokenizer.json`.
enum Splitter: Sendable {
  /// Cuts where one of the known patterns does, by a scanner written for it.
  case pattern(TextPattern)
  case expression(RegularExpression, SplitBehavior, isInverted: Bool)
  case literal([UInt8], SplitBehavior, isInverted: Bool)
  case digits(individually: Bool)
  case punctuation(SplitBehavior)
  /// `\w+|[^\w\s]+`
  case words
  case whiteSpace
  /// White space is dropped, punctuation stands alone.
  case bert
  case metaspace(Metaspace)
  /// Puts a space before a piece that does not start with one.
  case prefixSpace

  /// Marks spaces with a character of its own, U+2581 as a rule, and cuts before it.
  struct Metaspace: Sendable {
    enum Prefix: String, Sendable {
      case first, never, always
    }
    var replacement: [UInt8]
    var prefix: Prefix
    var splits: Bool
  }
}

/// The steps one after the other, each on the pieces of the one before.
struct SplitterChain: Sendable {
  var steps: [Splitter] = []

  /// Calls `body` with each piece of a stretch of text. No piece is empty.
  /// - Parameter isStart: whether the stretch is the start of the whole text.
  @inline(__always)
  func forEachPiece(
    of bytes: UnsafeBufferPointer<UInt8>, isStart: Bool, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    guard !bytes.isEmpty else { return }
    if steps.isEmpty { return body(bytes) }
    if steps.count == 1, case .pattern(let pattern) = steps[0] {
      return PieceScanner.forEachPiece(of: bytes, by: pattern, body)
    }
    run(steps[...], on: bytes, isStart: isStart, body)
  }

  private func run(
    _ steps: ArraySlice<Splitter>, on bytes: UnsafeBufferPointer<UInt8>, isStart: Bool,
    _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    guard !bytes.isEmpty else { return }
    guard let step = steps.first else { return body(bytes) }
    let rest = steps.dropFirst()
    func next(_ range: Range<Int>) {
      if !range.isEmpty {
        run(rest, on: UnsafeBufferPointer(rebasing: bytes[range]), isStart: isStart && range.lowerBound == 0, body)
      }
    }
    switch step {
    case .pattern(let pattern):
      var start = true
      PieceScanner.forEachPiece(of: bytes, by: pattern) { piece in
        run(rest, on: piece, isStart: isStart && start, body)
        start = false
      }
    case .expression(let expression, let behavior, let isInverted):
      var cuts = Cuts(behavior, isInverted: isInverted)
      var matcher = ExpressionMatcher(expression, bytes)
      matcher.forEachMatch { cuts.add($0, next) }
      cuts.finish(bytes.count, next)
    case .literal(let literal, let behavior, let isInverted):
      var cuts = Cuts(behavior, isInverted: isInverted)
      bytes.forEachOccurrence(of: literal) { cuts.add($0, next) }
      cuts.finish(bytes.count, next)
    case .digits(let individually):
      cut(bytes, individually ? .isolated : .contiguous, ScalarClass.isNumber, next)
    case .punctuation(let behavior):
      cut(bytes, behavior, UnicodeTables.punctuationSet.contains, next)
    case .whiteSpace: cut(bytes, .removed, ScalarClass.isSpace, next)
    case .words: words(bytes, next)
    case .bert:
      cut(bytes, .removed, ScalarClass.isSpace) { range in
        let word = UnsafeBufferPointer(rebasing: bytes[range])
        cut(word, .isolated, UnicodeTables.punctuationSet.contains) { inner in
          next(range.lowerBound + inner.lowerBound..<range.lowerBound + inner.upperBound)
        }
      }
    case .metaspace(let metaspace): mark(bytes, metaspace, isStart: isStart, rest, body)
    case .prefixSpace:
      if bytes.first == 0x20 { return run(rest, on: bytes, isStart: isStart, body) }
      ([0x20] + Array(bytes)).withUnsafeBufferPointer { run(rest, on: $0, isStart: isStart, body) }
    }
  }

  private func cut(
    _ bytes: UnsafeBufferPointer<UInt8>, _ behavior: SplitBehavior, _ matches: (Unicode.Scalar) -> Bool,
    _ body: (Range<Int>) -> Void
  ) {
    var cuts = Cuts(behavior, isInverted: false)
    var position = 0
    while position < bytes.count {
      let (scalar, next) = bytes.scalar(at: position)
      if matches(scalar) { cuts.add(position..<next, body) }
      position = next
    }
    cuts.finish(bytes.count, body)
  }

  private func words(_ bytes: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
    var start = 0
    var kind = -1
    var position = 0
    while position < bytes.count {
      let (scalar, next) = bytes.scalar(at: position)
      let found = UnicodeTables.crateWordSet.contains(scalar) ? 1 : ScalarClass.isSpace(scalar) ? 0 : 2
      if found != kind {
        if kind > 0 { body(start..<position) }
        start = position
        kind = found
      }
      position = next
    }
    if kind > 0 { body(start..<bytes.count) }
  }

  private func mark(
    _ bytes: UnsafeBufferPointer<UInt8>, _ metaspace: Splitter.Metaspace, isStart: Bool, _ rest: ArraySlice<Splitter>,
    _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    let mark = metaspace.replacement
    var marked: [UInt8] = []
    marked.reserveCapacity(bytes.count + bytes.count / 4 + 3)
    let startsMarked = bytes.first == 0x20 || bytes.starts(with: mark)
    if !startsMarked, metaspace.prefix == .always || (metaspace.prefix == .first && isStart) { marked += mark }
    for byte in bytes {
      if byte == 0x20 { marked += mark } else { marked.append(byte) }
    }
    marked.withUnsafeBufferPointer { marked in
      guard metaspace.splits else { return run(rest, on: marked, isStart: isStart, body) }
      var cuts = Cuts(.mergedWithNext, isInverted: false)
      func next(_ range: Range<Int>) {
        run(
          rest, on: UnsafeBufferPointer(rebasing: marked[range]), isStart: isStart && range.lowerBound == 0, body)
      }
      marked.forEachOccurrence(of: mark) { cuts.add($0, next) }
      cuts.finish(marked.count, next)
    }
  }
}

/// Turns matches into pieces, as they come.
struct Cuts {
  private let behavior: SplitBehavior
  private let isInverted: Bool
  /// Where the part after the last match starts.
  private var end = 0
  /// A piece that may still grow, and whether its last part was a match.
  private var pending: Range<Int>?
  private var lastWasMatch = false

  init(_ behavior: SplitBehavior, isInverted: Bool) {
    self.behavior = behavior
    self.isInverted = isInverted
  }

  mutating func add(_ match: Range<Int>, _ body: (Range<Int>) -> Void) {
    if end < match.lowerBound { part(end..<match.lowerBound, isMatch: isInverted, body) }
    part(match, isMatch: !isInverted, body)
    end = match.upperBound
  }

  mutating func finish(_ count: Int, _ body: (Range<Int>) -> Void) {
    if end < count { part(end..<count, isMatch: isInverted, body) }
    if let pending { body(pending) }
    pending = nil
  }

  private mutating func part(_ range: Range<Int>, isMatch: Bool, _ body: (Range<Int>) -> Void) {
    switch behavior {
    case .isolated: body(range)
    case .removed: if !isMatch { body(range) }
    case .contiguous: grow(range, when: isMatch == lastWasMatch, body)
    case .mergedWithPrevious: grow(range, when: isMatch && !lastWasMatch, body)
    // Of two matches side by side the first stands alone; a match takes the part after it, unless that is a match.
    case .mergedWithNext: grow(range, when: !isMatch && lastWasMatch, body)
    }
    lastWasMatch = isMatch
  }

  private mutating func grow(_ range: Range<Int>, when joins: Bool, _ body: (Range<Int>) -> Void) {
    if joins, let before = pending {
      pending = before.lowerBound..<range.upperBound
    } else {
      if let pending { body(pending) }
      pending = range
    }
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Calls `body` with where a string of bytes stands, from left to right and not overlapping.
  func forEachOccurrence(of literal: [UInt8], _ body: (Range<Int>) -> Void) {
    guard let first = literal.first else { return }
    var position = 0
    while position + literal.count <= count {
      if self[position] == first, (1..<literal.count).allSatisfy({ self[position + $0] == literal[$0] }) {
        body(position..<position + literal.count)
        position += literal.count
      } else {
        position += 1
      }
    }
  }
}
