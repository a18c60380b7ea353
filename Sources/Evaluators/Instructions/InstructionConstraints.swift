import OpenAIWire

/// Whether the answer follows the verifiable instructions of its row (IFEval, arXiv 2311.07911). The score is the part
/// that is followed; at the threshold 1 an answer passes that follows all, which is the published accuracy by prompt.
///
/// What takes a language detector (`language:response_language`, and the two of `change_case` where the case is right)
/// cannot be told here: the row then has no score, and the parts say which.
public struct InstructionConstraints: LocalEvaluator {
  public enum Mode: String, Sendable, Hashable, CaseIterable {
    /// The answer as it is.
    case strict
    /// Or without its first line, its last, both, or its asterisks: whichever of the eight follows the instruction.
    case loose
  }

  public let name: String
  public let version = 1
  public let threshold: Double
  public let mode: Mode
  /// Nil: those of the row.
  public let instructions: [Instruction]?

  /// - Parameter instructions: nil for the row's, in its metadata as IFEval's dataset has them: `instruction_id_list`
  ///   and `kwargs`, lists of the same length, or JSON of such in a string.
  public init(
    name: String = "InstructionConstraints", threshold: Double = 1, mode: Mode = .strict,
    instructions: [Instruction]? = nil
  ) {
    self.name = name
    self.threshold = threshold
    self.mode = mode
    self.instructions = instructions
  }

  public func score(_ sample: EvaluationSample) throws -> Verdict {
    let answer = try sample.answer()
    let instructions = try self.instructions ?? Self.instructions(of: sample)
    guard !instructions.isEmpty else {
      throw NothingToScore("the row has no instructions", cause: .noExpectation)
    }
    let texts = mode == .strict ? [answer] : Self.variations(of: answer)
    var parts: [Verdict.Part] = []
    for instruction in instructions { parts.append(try Self.part(instruction, texts)) }
    let open = parts.filter { $0.outcome.score == nil }
    guard open.isEmpty else {
      return .absent(
        "\(open.count) of \(parts.count) instructions cannot be told: "
          + open.map { "\($0.name) (\($0.reason))" }.joined(separator: "; "), cause: .unsupported, parts: parts)
    }
    let broken = parts.filter { $0.outcome.score == 0 }
    return Verdict(
      score: Double(parts.count - broken.count) / Double(parts.count),
      reason: broken.isEmpty
        ? "all \(parts.count) instructions are followed"
        : broken.map { "\($0.name): \($0.reason)" }.joined(separator: "; "), parts: parts)
  }

  private static func part(_ instruction: Instruction, _ texts: [String]) throws(EvaluationError) -> Verdict.Part {
    let check = try InstructionCheck.of(instruction)
    var first: Following?
    for text in texts where !text.isBlank {
      let following = try check.check(text, InstructionArguments(instruction: instruction))
      if following == .yes {
        return Verdict.Part(name: instruction.id, outcome: .score(1), reason: "it is followed")
      }
      // One variation that cannot be told leaves the whole open; else the answer as it is says why not.
      if case .unknown = following { first = following } else { first = first ?? following }
    }
    switch first {
    case .unknown(let reason):
      return Verdict.Part(name: instruction.id, outcome: .absent(.init(reason), cause: .unsupported), reason: reason)
    case .no(let reason): return Verdict.Part(name: instruction.id, outcome: .score(0), reason: reason)
    case .yes, nil: return Verdict.Part(name: instruction.id, outcome: .score(0), reason: "there is nothing to check")
    }
  }

  /// The eight forms of the loose mode, those that differ.
  static func variations(of answer: String) -> [String] {
    let lines = answer.pieces(separatedBy: "\n")
    func joined(_ lines: some Sequence<String>) -> String { lines.joined(separator: "\n").stripped }
    let forms = [answer, joined(lines.dropFirst()), joined(lines.dropLast()), joined(lines.dropFirst().dropLast())]
    var seen: Set<[UInt8]> = []
    return (forms + forms.map { $0.unicodeScalars.filter { $0 != "*" }.text }).filter {
      seen.insert(Array($0.utf8)).inserted
    }
  }

  private static func instructions(of sample: EvaluationSample) throws -> [Instruction] {
    guard let ids = try list("instruction_id_list", of: sample) else {
      throw NothingToScore(
        "the row's metadata has no instruction_id_list, and no instructions are configured", cause: .noExpectation)
    }
    let arguments = try list("kwargs", of: sample) ?? ids.map { _ in .object(JSONObject()) }
    guard ids.count == arguments.count else {
      throw EvaluationError.malformedSample(
        place: "metadata.kwargs", reason: "there are \(ids.count) instructions and \(arguments.count) kwargs")
    }
    var instructions: [Instruction] = []
    for (id, arguments) in zip(ids, arguments) {
      guard let id = id.string, let object = arguments.object else {
        throw EvaluationError.malformedSample(
          place: "metadata.instruction_id_list", reason: "an id is a text, and its kwargs an object")
      }
      instructions.append(Instruction(id, object))
    }
    return instructions
  }

  private static func list(_ name: String, of sample: EvaluationSample) throws(EvaluationError) -> [JSONValue]? {
    guard var value = sample.metadata[name], !value.isNull else { return nil }
    if let text = value.string {
      do throws(WireError) { value = try JSONReader.value(of: text.utf8) } catch {
        throw .malformedSample(place: "metadata.\(name)", reason: "\(error)")
      }
    }
    guard let list = value.array, list.count <= 1000 else {
      throw .malformedSample(place: "metadata.\(name)", reason: "it must be a list of at most 1000")
    }
    return list
  }

  public static let kind = EvaluatorKind(
    name: "InstructionConstraints", summary: "IFEval's verifiable instructions are followed",
    options: [
      EvaluatorOption("mode", "strict (default) or loose"),
      EvaluatorOption(
        "instructions", "a list of {id, kwargs}; the row's instruction_id_list and kwargs in its metadata by default"),
    ]
  ) { options throws(EvaluationError) in
    var instructions: [Instruction]?
    if let value = options["instructions"] {
      let list = value.array ?? []
      let read = list.compactMap { entry -> Instruction? in
        guard let object = entry.object, let id = object["id"]?.string,
          object.members.allSatisfy({ $0.name == "id" || $0.name == "kwargs" })
        else { return nil }
        let arguments = object["kwargs"] ?? .object(JSONObject())
        return arguments.object.map { Instruction(id, $0) }
      }
      guard !read.isEmpty, read.count == list.count, read.count <= 1000 else {
        throw options.wrong("instructions", "a list of {id, kwargs}", found: EvaluatorOptions.shown(value))
      }
      for instruction in read { _ = try InstructionCheck.of(instruction) }
      instructions = read
    }
    return InstructionConstraints(
      name: options.name, threshold: options.threshold, mode: try options.choice("mode", default: .strict),
      instructions: instructions)
  }
}

extension Instruction {
  init(_ id: String, _ object: JSONObject) {
    self.init(id, Dictionary(object.members.map { ($0.name, $0.value) }) { first, _ in first })
  }
}
