/// A piece of a template's source.
struct Token: Sendable {
  let line: Int
  let kind: Kind

  enum Kind: Sendable, Equatable {
    /// Text outside of tags.
    case data(Text)
    case beginOutput
    case endOutput
    case beginBlock
    case endBlock
    case name(String)
    case string(Text)
    case integer(Int)
    case float(Double)
    case symbol(Symbol)
    case end
  }

  enum Symbol: String, Sendable, CaseIterable {
    case floorDivide = "//"
    case power = "**"
    case equal = "=="
    case unequal = "!="
    case greaterOrEqual = ">="
    case lessOrEqual = "<="
    case add = "+"
    case subtract = "-"
    case divide = "/"
    case multiply = "*"
    case modulo = "%"
    case tilde = "~"
    case openBracket = "["
    case closeBracket = "]"
    case openParenthesis = "("
    case closeParenthesis = ")"
    case openBrace = "{"
    case closeBrace = "}"
    case greater = ">"
    case less = "<"
    case assign = "="
    case dot = "."
    case colon = ":"
    case pipe = "|"
    case comma = ","
    case semicolon = ";"
  }

  /// As it is named in messages.
  var described: String {
    switch kind {
    case .data: "text"
    case .beginOutput: "{{"
    case .endOutput: "}}"
    case .beginBlock: "{%"
    case .endBlock: "%}"
    case .name(let name): name
    case .string: "a string"
    case .integer(let value): String(value)
    case .float(let value): String(value)
    case .symbol(let symbol): symbol.rawValue
    case .end: "the end of the template"
    }
  }
}
