/// An expression of a template. `depth` is the height of its tree: it bounds the recursion of whoever walks it.
struct Expression: Sendable {
  let line: Int
  let depth: Int
  let kind: Kind

  indirect enum Kind: Sendable {
    case none
    case bool(Bool)
    case integer(Int)
    case float(Double)
    case text(Text)
    case name(String)
    case list([Expression])
    case tuple([Expression])
    case dict([Pair])
    case attribute(Expression, AttributeName)
    case item(Expression, Expression)
    case slice(Expression, from: Expression?, to: Expression?, step: Expression?)
    case call(Expression, Arguments)
    case filter(Expression, FilterName)
    case test(Expression, name: String, Arguments)
    case negative(Expression)
    case positive(Expression)
    /// A chain of operators of the same precedence, left to right: kept flat, so that long sums stay shallow.
    case arithmetic(Expression, [Operation])
    case concat([Expression])
    case compare(Expression, [Comparison])
    case and([Expression])
    case or([Expression])
    case not(Expression)
    case conditional(Expression, then: Expression, otherwise: Expression?)
  }

  struct Pair: Sendable {
    let key: Expression
    let value: Expression
  }

  struct Operation: Sendable {
    let operation: ArithmeticOperator
    let operand: Expression
  }

  struct Comparison: Sendable {
    let operation: ComparisonOperator
    let operand: Expression
  }
}

/// A name after a dot, in both forms it is used in.
struct AttributeName: Sendable {
  let string: String
  let text: Text

  init(_ string: String) {
    self.string = string
    text = Text(string)
  }
}

/// A filter and its arguments, without what it is applied to.
struct FilterName: Sendable {
  let name: String
  let arguments: Arguments
}

struct Arguments: Sendable {
  var positional: [Expression] = []
  var keywords: [Keyword] = []
  /// `*rest` and `**rest`.
  var spread: Expression?
  var keywordSpread: Expression?

  struct Keyword: Sendable {
    let name: String
    let value: Expression
  }

  static let none = Arguments()

  var expressions: [Expression] {
    positional + keywords.map(\.value) + [spread, keywordSpread].compactMap(\.self)
  }
}

enum ArithmeticOperator: Sendable {
  case add, subtract, multiply, divide, floorDivide, modulo, power

  var symbol: String {
    switch self {
    case .add: "+"
    case .subtract: "-"
    case .multiply: "*"
    case .divide: "/"
    case .floorDivide: "//"
    case .modulo: "%"
    case .power: "**"
    }
  }
}

enum ComparisonOperator: String, Sendable {
  case equal = "=="
  case unequal = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case isIn = "in"
  case isNotIn = "not in"
}

/// What `set`, `for` and `with` assign to.
indirect enum AssignmentTarget: Sendable {
  case name(String)
  case namespace(String, attribute: String)
  case tuple([AssignmentTarget])
}

struct Statement: Sendable {
  let line: Int
  let kind: Kind

  indirect enum Kind: Sendable {
    case text(Text)
    case output([Expression])
    case forLoop(ForLoop)
    case ifElse([Branch], otherwise: [Statement])
    case set(AssignmentTarget, Expression)
    case setBlock(AssignmentTarget, [FilterName], [Statement])
    case with([Binding], [Statement])
    case macro(MacroDefinition)
    case callBlock(Expression, caller: MacroDefinition)
    case filterBlock([FilterName], [Statement])
    case generation([Statement])
    case leaveLoop
    case nextIteration
  }

  struct Branch: Sendable {
    let condition: Expression
    let body: [Statement]
  }

  struct Binding: Sendable {
    let target: AssignmentTarget
    let value: Expression
  }

  struct ForLoop: Sendable {
    let target: AssignmentTarget
    let iterable: Expression
    let condition: Expression?
    let body: [Statement]
    let otherwise: [Statement]
  }
}

/// A macro, or the anonymous one that a `call` block hands to another.
final class MacroDefinition: Sendable {
  let name: String?
  let parameters: [Parameter]
  let body: [Statement]
  /// Whether the body speaks of `varargs`, `kwargs` and `caller`, which a macro then takes.
  let takesVariadic: Bool
  let takesKeywords: Bool
  let takesCaller: Bool

  struct Parameter: Sendable {
    let name: String
    let fallback: Expression?
  }

  init(name: String?, parameters: [Parameter], body: [Statement], names: Set<String>) {
    self.name = name
    self.parameters = parameters
    self.body = body
    takesVariadic = names.contains("varargs")
    takesKeywords = names.contains("kwargs")
    takesCaller = names.contains("caller")
  }
}
