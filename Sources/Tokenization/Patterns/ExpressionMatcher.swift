/// Finds the matches of a regular expression in valid UTF-8, leftmost, the first alternative that fits, as Oniguruma does.
///
/// It backtracks. Where that turns out to take long, it begins to write down which instruction fails at which place, and
/// from then on tries none of them twice: without references to groups, what failed once fails always. So the time is
/// linear in the text whatever the expression.
struct ExpressionMatcher {
  /// Steps a byte that are taken before failures are written down.
  private static let freeSteps = 64

  private enum Entry {
    case state(instruction: Int, position: Int)
    /// A span that ended at a position and may end earlier, down to the lowest.
    case span(instruction: Int, position: Int, lowest: Int)
    /// Everything above this entry has failed, so that this instruction fails from first to last.
    case failed(instruction: Int, first: Int, last: Int)
  }

  let expression: RegularExpression
  let bytes: UnsafeBufferPointer<UInt8>
  private var stack: [Entry] = []
  private var steps = 0
  private var failures: FailureTable?

  init(_ expression: RegularExpression, _ bytes: UnsafeBufferPointer<UInt8>) {
    self.expression = expression
    self.bytes = bytes
  }

  /// Calls `body` with each match in order. An empty match is one at a place where no other starts or has just ended.
  mutating func forEachMatch(_ body: (Range<Int>) -> Void) {
    var start = 0
    var lastEnd = -1
    while start <= bytes.count {
      guard let match = firstMatch(from: start) else { return }
      if !match.isEmpty || match.lowerBound != lastEnd {
        body(match)
        lastEnd = match.upperBound
      }
      if match.isEmpty {
        start = match.upperBound < bytes.count ? bytes.scalar(at: match.upperBound).next : bytes.count + 1
      } else {
        start = match.upperBound
      }
    }
  }

  private mutating func firstMatch(from first: Int) -> Range<Int>? {
    var start = first
    while start < bytes.count {
      let lead = bytes[start]
      if lead >= 0x80 || expression.startsWithASCII[Int(lead)] {
        if let end = end(of: 0, at: start) { return start..<end }
        start = lead < 0x80 ? start + 1 : bytes.scalar(at: start).next
      } else {
        start += 1
      }
    }
    return end(of: 0, at: bytes.count).map { bytes.count..<$0 }
  }

  /// Where the program from an instruction to its `accept` ends when it starts at a position.
  private mutating func end(of start: Int, at startPosition: Int) -> Int? {
    let base = stack.count
    var instruction = start
    var position = startPosition
    while true {
      steps += 1
      var goesOn = true
      switch expression.program[instruction] {
      case .accept:
        stack.removeLast(stack.count - base)
        return position
      case .set(let set):
        if position < bytes.count {
          let (scalar, next) = bytes.scalar(at: position)
          goesOn = expression.sets[set].contains(scalar)
          position = next
          instruction += 1
        } else {
          goesOn = false
        }
      case .jump(let target): instruction = target
      case .split(let first, let second):
        if failures != nil {
          goesOn = !hasFailed(instruction, at: position)
          if goesOn { stack.append(.failed(instruction: instruction, first: position, last: position)) }
        }
        if goesOn { stack.append(.state(instruction: second, position: position)) }
        instruction = first
      case .span(let set, let minimum, let maximum, let isPossessive):
        if let end = span(instruction, set, minimum, maximum, isPossessive, from: position) {
          position = end
          instruction += 1
        } else {
          goesOn = false
        }
      case .look(let isNegated, let next):
        goesOn = (end(of: instruction + 1, at: position) != nil) != isNegated
        instruction = next
      case .atomic(let next):
        if let end = end(of: instruction + 1, at: position) {
          position = end
          instruction = next
        } else {
          goesOn = false
        }
      case .lineStart:
        goesOn = position == 0 || (bytes[position - 1] == 0x0A && position < bytes.count)
        instruction += 1
      case .lineEnd:
        goesOn = position == bytes.count || bytes[position] == 0x0A
        instruction += 1
      case .textStart:
        goesOn = position == 0
        instruction += 1
      case .textEnd:
        goesOn = position == bytes.count
        instruction += 1
      }
      if goesOn { continue }
      guard let state = nextState(above: base) else { return nil }
      (instruction, position) = state
    }
  }

  /// Where to go on after a failure.
  private mutating func nextState(above base: Int) -> (instruction: Int, position: Int)? {
    if failures == nil, steps > Self.freeSteps * (bytes.count + 64) {
      failures = FailureTable(instructions: expression.program.count, positions: bytes.count + 1)
    }
    while stack.count > base {
      switch stack.removeLast() {
      case .state(let instruction, let position): return (instruction, position)
      case .span(let instruction, let position, let lowest):
        let earlier = bytes.startOfScalar(endingAt: position)
        if earlier > lowest { stack.append(.span(instruction: instruction, position: earlier, lowest: lowest)) }
        return (instruction + 1, earlier)
      case .failed(let instruction, let first, let last):
        failures?.insert(instruction, first...last)
      }
    }
    return nil
  }

  private func hasFailed(_ instruction: Int, at position: Int) -> Bool {
    failures?.contains(instruction, position) ?? false
  }

  /// The furthest end of a span; those before it are put on the stack.
  private mutating func span(
    _ instruction: Int, _ set: Int, _ minimum: Int, _ maximum: Int, _ isPossessive: Bool, from start: Int
  ) -> Int? {
    var position = start
    var count = 0
    var lowest: Int?
    /// The last end that may be taken, when the span is known to fail from there on.
    var lastOpen: Int?
    let remembers = failures != nil && maximum == .max
    while true {
      if count >= minimum {
        if remembers, hasFailed(instruction, at: position) { break }
        if lowest == nil { lowest = position }
        lastOpen = position
      }
      guard count < maximum, position < bytes.count else { break }
      let (scalar, next) = bytes.scalar(at: position)
      guard expression.sets[set].contains(scalar) else { break }
      position = next
      count += 1
    }
    steps += count
    guard let lowest, let end = lastOpen else { return nil }
    // A possessive span that runs into a place where it fails ends where that one ended, and fails too.
    if isPossessive, end != position { return nil }
    if remembers { stack.append(.failed(instruction: instruction, first: lowest, last: end)) }
    if !isPossessive, end > lowest { stack.append(.span(instruction: instruction, position: end, lowest: lowest)) }
    return end
  }
}

/// Which instruction fails at which position: bits, in pages that are made when they are first written.
private struct FailureTable {
  private static let pageBits = 12
  private let pagesPerInstruction: Int
  private var pages: [[UInt64]]

  init(instructions: Int, positions: Int) {
    pagesPerInstruction = positions >> Self.pageBits + 1
    pages = Array(repeating: [], count: instructions * pagesPerInstruction)
  }

  func contains(_ instruction: Int, _ position: Int) -> Bool {
    let page = pages[instruction * pagesPerInstruction + position >> Self.pageBits]
    let bit = position & (1 << Self.pageBits - 1)
    return !page.isEmpty && page[bit >> 6] >> UInt64(bit & 63) & 1 != 0
  }

  mutating func insert(_ instruction: Int, _ positions: ClosedRange<Int>) {
    for position in positions {
      let index = instruction * pagesPerInstruction + position >> Self.pageBits
      if pages[index].isEmpty { pages[index] = Array(repeating: 0, count: 1 << (Self.pageBits - 6)) }
      let bit = position & (1 << Self.pageBits - 1)
      pages[index][bit >> 6] |= 1 << UInt64(bit & 63)
    }
  }
}
