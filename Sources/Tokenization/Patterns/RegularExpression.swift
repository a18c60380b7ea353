/// A regular expression as a `tokenizer.json` writes them: the part of Oniguruma's syntax that published tokenizers use.
/// Matching takes time linear in the text, whatever the expression (`ExpressionMatcher`).
final class RegularExpression: Sendable {
  let source: String
  let program: [Instruction]
  let sets: [ScalarTest]
  /// Whether a match may start with an ASCII byte.
  let startsWithASCII: [Bool]

  /// What is wrong with an expression, or what of its syntax is not known here.
  struct SyntaxError: Error { var reason: String }

  enum Instruction: Sendable {
    case set(Int)
    /// As many of a set as there are, from `minimum` to `maximum`; gives them back one by one unless possessive.
    case span(set: Int, minimum: Int, maximum: Int, isPossessive: Bool)
    /// Goes on at the first; if that fails, at the second.
    case split(Int, Int)
    case jump(Int)
    /// What follows up to its `accept` has to match here, or must not; goes on at `next` and takes nothing.
    case look(isNegated: Bool, next: Int)
    /// What follows up to its `accept` has to match, in the first way it does; goes on at `next` after it.
    case atomic(next: Int)
    case lineStart, lineEnd, textStart, textEnd
    case accept
  }

  /// - Throws: `SyntaxError`.
  init(_ source: String) throws {
    var parser = ExpressionParser(source)
    let node = try parser.parse()
    var compiler = ExpressionCompiler()
    try compiler.compile(node)
    compiler.program.append(.accept)
    self.source = source
    program = compiler.program
    sets = compiler.sets
    let first = compiler.first()
    startsWithASCII = (0..<128).map { value in
      first.isAnything || first.sets.contains { compiler.sets[$0].contains(Unicode.Scalar(UInt8(value))) }
    }
  }
}

/// The tree an expression is parsed into.
indirect enum ExpressionNode: Sendable {
  case empty
  case set(ScalarTest)
  case sequence([ExpressionNode])
  case alternatives([ExpressionNode])
  case repeated(ExpressionNode, minimum: Int, maximum: Int, mode: RepetitionMode)
  case look(ExpressionNode, isNegated: Bool)
  case atomic(ExpressionNode)
  case lineStart, lineEnd, textStart, textEnd

  enum RepetitionMode: Sendable { case greedy, lazy, possessive }

  /// Whether it may match without taking a character.
  var isNullable: Bool {
    switch self {
    case .set: return false
    case .sequence(let nodes): return nodes.allSatisfy(\.isNullable)
    case .alternatives(let nodes): return nodes.contains(where: \.isNullable)
    case .repeated(let node, let minimum, _, _): return minimum == 0 || node.isNullable
    case .atomic(let node): return node.isNullable
    default: return true
    }
  }
}

/// Turns the tree into instructions.
struct ExpressionCompiler {
  private static let maximumInstructions = 4096
  /// Nodes that are compiled, repeated ones each time: what comes to nothing can be repeated without end too.
  private static let maximumNodes = 1 << 16

  var program: [RegularExpression.Instruction] = []
  var sets: [ScalarTest] = []
  private var nodes = 0

  mutating func compile(_ node: ExpressionNode) throws {
    nodes += 1
    guard program.count < Self.maximumInstructions, nodes <= Self.maximumNodes else {
      throw RegularExpression.SyntaxError(reason: "it comes to more than \(Self.maximumInstructions) steps")
    }
    switch node {
    case .empty: break
    case .set(let set):
      program.append(.set(sets.count))
      sets.append(set)
    case .sequence(let nodes):
      for node in nodes { try compile(node) }
    case .alternatives(let nodes): try compileAlternatives(nodes)
    case .repeated(let node, let minimum, let maximum, let mode):
      try compileRepetition(of: node, minimum: minimum, maximum: maximum, mode: mode)
    case .look(let node, let isNegated): try compileNested(node) { .look(isNegated: isNegated, next: $0) }
    case .atomic(let node): try compileNested(node) { .atomic(next: $0) }
    case .lineStart: program.append(.lineStart)
    case .lineEnd: program.append(.lineEnd)
    case .textStart: program.append(.textStart)
    case .textEnd: program.append(.textEnd)
    }
  }

  private mutating func compileAlternatives(_ nodes: [ExpressionNode]) throws {
    var jumps: [Int] = []
    for (index, node) in nodes.enumerated() {
      guard index + 1 < nodes.count else {
        try compile(node)
        break
      }
      let split = program.count
      program.append(.accept)
      try compile(node)
      jumps.append(program.count)
      program.append(.accept)
      program[split] = .split(split + 1, program.count)
    }
    for jump in jumps { program[jump] = .jump(program.count) }
  }

  private mutating func compileNested(
    _ node: ExpressionNode, _ instruction: (Int) -> RegularExpression.Instruction
  ) throws {
    let start = program.count
    program.append(.accept)
    try compile(node)
    program.append(.accept)
    program[start] = instruction(program.count)
  }

  private mutating func compileRepetition(
    of node: ExpressionNode, minimum: Int, maximum: Int, mode: ExpressionNode.RepetitionMode
  ) throws {
    if case .set(let set) = node, mode != .lazy {
      program.append(.span(set: sets.count, minimum: minimum, maximum: maximum, isPossessive: mode == .possessive))
      sets.append(set)
      return
    }
    if mode == .possessive {
      return try compile(.atomic(.repeated(node, minimum: minimum, maximum: maximum, mode: .greedy)))
    }
    guard maximum < .max || !node.isNullable else {
      throw RegularExpression.SyntaxError(reason: "it repeats without end what may be empty")
    }
    for _ in 0..<minimum { try compile(node) }
    if maximum == .max {
      let split = program.count
      program.append(.accept)
      try compile(node)
      program.append(.jump(split))
      program[split] = Self.split(to: split + 1, past: program.count, isLazy: mode == .lazy)
    } else {
      var splits: [Int] = []
      for _ in minimum..<max(minimum, maximum) {
        splits.append(program.count)
        program.append(.accept)
        try compile(node)
      }
      for split in splits { program[split] = Self.split(to: split + 1, past: program.count, isLazy: mode == .lazy) }
    }
  }

  private static func split(to body: Int, past end: Int, isLazy: Bool) -> RegularExpression.Instruction {
    isLazy ? .split(end, body) : .split(body, end)
  }

  /// The sets a match of the whole program may start with, walked from the first instruction.
  func first() -> (sets: [Int], isAnything: Bool) {
    var found: [Int] = []
    var seen: Set<Int> = []
    var pending = [0]
    while let index = pending.popLast() {
      guard seen.insert(index).inserted else { continue }
      switch program[index] {
      case .set(let set): found.append(set)
      case .span(let set, let minimum, _, _):
        found.append(set)
        if minimum == 0 { pending.append(index + 1) }
      case .split(let one, let other): pending += [one, other]
      case .jump(let target): pending.append(target)
      case .look(_, let next): pending.append(next)
      case .atomic: pending.append(index + 1)
      case .lineStart, .lineEnd, .textStart, .textEnd: pending.append(index + 1)
      case .accept: return ([], true)
      }
    }
    return (found, false)
  }
}
