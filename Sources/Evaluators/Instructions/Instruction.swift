public import OpenAIWire

/// One verifiable instruction under its published id, such as `length_constraints:number_words` (IFEval, arXiv
/// 2311.07911), with its arguments.
public struct Instruction: Sendable, Hashable {
  public let id: String
  /// Arguments by their published names; those that are null count as left out.
  public let arguments: [String: JSONValue]

  public init(_ id: String, _ arguments: [String: JSONValue] = [:]) {
    self.id = id
    self.arguments = arguments.filter { !$0.value.isNull }
  }

  /// All ids there are.
  public static let known = InstructionCheck.all.map(\.id)
}

/// Whether an answer follows an instruction.
enum Following: Hashable {
  case yes
  case no(String)
  /// It cannot be told here.
  case unknown(String)

  static func of(_ holds: Bool, _ reason: @autoclosure () -> String) -> Following { holds ? .yes : .no(reason()) }
}

/// How one kind of instruction is checked.
struct InstructionCheck: Sendable {
  let id: String
  let arguments: [String]
  /// Given a text that is not blank.
  let check: @Sendable (String, InstructionArguments) throws(EvaluationError) -> Following

  init(
    _ id: String, _ arguments: [String] = [],
    _ check: @escaping @Sendable (String, InstructionArguments) throws(EvaluationError) -> Following
  ) {
    self.id = id
    self.arguments = arguments
    self.check = check
  }

  static let all = keywords + lengths + formats + whole

  private static let byID = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })

  /// - Throws: ``EvaluationError/badInstruction(id:reason:)``.
  static func of(_ instruction: Instruction) throws(EvaluationError) -> InstructionCheck {
    guard let check = byID[instruction.id] else {
      let near = NearestName.of(instruction.id, among: Instruction.known)
      throw .badInstruction(
        id: instruction.id,
        reason: "there is no such instruction" + (near.map { "; did you mean \($0)?" } ?? ""))
    }
    for name in instruction.arguments.keys.sorted() where !check.arguments.contains(name) {
      throw .badInstruction(
        id: instruction.id,
        reason: "it has no argument \(name.shown)"
          + (check.arguments.isEmpty ? "" : "; it has \(check.arguments.joined(separator: ", "))"))
    }
    return check
  }
}

/// The arguments of an instruction while it is checked. What the published code would draw at random when it is left out
/// is an error here.
struct InstructionArguments {
  let instruction: Instruction

  private func bad(_ name: String, _ expected: String) -> EvaluationError {
    .badInstruction(id: instruction.id, reason: "its argument \(name) has to be \(expected)")
  }

  func string(_ name: String) throws(EvaluationError) -> String {
    guard let text = instruction.arguments[name]?.string, !text.isBlank else { throw bad(name, "a text") }
    return text
  }

  func strings(_ name: String) throws(EvaluationError) -> [String] {
    let list = instruction.arguments[name]?.array ?? []
    let texts = list.compactMap(\.string).filter { !$0.isBlank }
    guard !texts.isEmpty, texts.count == list.count, texts.count <= 1000 else {
      throw bad(name, "a list of texts, none of them empty")
    }
    return texts
  }

  func count(_ name: String) throws(EvaluationError) -> Int {
    guard let number = instruction.arguments[name]?.integer, number >= 0 else {
      throw bad(name, "a whole number that is not negative")
    }
    return number
  }

  /// `less than` or `at least` a number of things.
  func compares(
    _ found: Int, _ name: String, relation: String, of what: String
  ) throws(EvaluationError) -> Following {
    let bound = try count(name)
    switch try string(relation) {
    case "less than": return .of(found < bound, "\(found) \(what), fewer than \(bound) may be there")
    case "at least": return .of(found >= bound, "\(found) \(what), at least \(bound) are needed")
    default: throw bad(relation, "`less than` or `at least`")
    }
  }

  func atLeast(_ found: Int, _ name: String, of what: String) throws(EvaluationError) -> Following {
    let bound = try count(name)
    return .of(found >= bound, "\(found) \(what), at least \(bound) are needed")
  }

  func exactly(_ found: Int, _ name: String, of what: String) throws(EvaluationError) -> Following {
    let bound = try count(name)
    return .of(found == bound, "\(found) \(what), just \(bound) are needed")
  }

  /// Python's spaces, digits and line ends in ICU's syntax.
  func pattern(_ source: String, ignoresCase: Bool = false) throws(EvaluationError) -> BoundedPattern {
    try BoundedPattern(
      source,
      options: ignoresCase ? BoundedPattern.pythonLines.union(.caseInsensitive) : BoundedPattern.pythonLines)
  }
}
