/// The kinds of evaluators a configuration can name.
public struct EvaluatorRegistry: Sendable {
  /// In the order in which documents list them.
  public let kinds: [EvaluatorKind]

  public init(_ kinds: [EvaluatorKind]) {
    precondition(Set(kinds.map(\.name)).count == kinds.count, "each kind has a name of its own")
    self.kinds = kinds
  }

  /// All that need no model and no program.
  public static let local = EvaluatorRegistry([
    ExactMatch.kind, NumericMatch.kind, Contains.kind, NotContains.kind, RegularExpressionMatch.kind,
    JSONSchemaMatch.kind, Similarity.kind, InstructionConstraints.kind, StepEfficiency.kind, TaskCompletion.kind,
  ])

  /// These and more; a kind of the same name takes the earlier one's place.
  public func adding(_ more: [EvaluatorKind]) -> EvaluatorRegistry {
    let names = Set(more.map(\.name))
    return EvaluatorRegistry(kinds.filter { !names.contains($0.name) } + more)
  }

  public var names: [String] { kinds.map(\.name) }

  /// - Throws: ``EvaluationError`` that names the evaluator or the option, and lists what is known.
  public func make(_ configuration: EvaluatorConfiguration) throws(EvaluationError) -> any Evaluator {
    guard let kind = kinds.first(where: { $0.name == configuration.kind }) else {
      throw .unknownEvaluator(
        configuration.kind, nearest: NearestName.of(configuration.kind, among: names), known: names)
    }
    return try kind.make(try EvaluatorOptions(configuration, of: kind))
  }
}
