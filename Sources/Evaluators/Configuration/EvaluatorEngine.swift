/// One of the ways in which a kind of evaluator can come to its verdicts.
public struct EvaluatorEngine: Sendable {
  /// What the option `engine` says: `judge`, `local` or `rules`.
  public let name: String
  /// Those that this engine takes, beside `engine` itself.
  public let options: [EvaluatorOption]
  /// What a score has to reach where a configuration does not say.
  public let threshold: Double
  let make: @Sendable (EvaluatorOptions) throws(EvaluationError) -> any Evaluator
  /// Nil where the engine is there; else what has to be given for it to be.
  let mend: String?

  /// - Parameter make: reads the options; those of other engines have been refused before.
  public init(
    _ name: String, options: [EvaluatorOption], threshold: Double,
    make: @escaping @Sendable (EvaluatorOptions) throws(EvaluationError) -> any Evaluator
  ) {
    self.name = name
    self.options = options
    self.threshold = threshold
    self.make = make
    mend = nil
  }

  /// An engine as a kind has it.
  init(_ name: String, kind: EvaluatorKind) {
    self.init(name, options: kind.options, threshold: kind.threshold, make: kind.make)
  }

  private init(missing engine: EvaluatorEngine, mend: String) {
    name = engine.name
    options = engine.options
    threshold = engine.threshold
    make = engine.make
    self.mend = mend
  }

  /// The engine where what it needs was not given: its options stay known, and asking for it is refused.
  /// - Parameter mend: a sentence that says what to give.
  public func missing(_ mend: String) -> EvaluatorEngine { EvaluatorEngine(missing: self, mend: mend) }
}

extension EvaluatorKind {
  /// A kind whose option `engine` says which of several engines gives the verdict.
  ///
  /// The engine is never chosen by what happens to be there: the same configuration means the same engine everywhere.
  ///
  /// - Parameters:
  ///   - usual: the engine where the option is left out.
  ///   - engines: those that are there and those that are missing.
  public static func engines(
    name: String, summary: String, usual: String, _ engines: [EvaluatorEngine]
  ) -> EvaluatorKind {
    precondition(engines.contains { $0.name == usual }, "the usual engine is one of them")
    var options = [
      EvaluatorOption("engine", "\(engines.map(\.name).joined(separator: " or ")); \(usual) by default")
    ]
    var seen: Set<String> = ["engine"]
    for engine in engines { options += engine.options.filter { seen.insert($0.name).inserted } }
    return EvaluatorKind(
      name: name, summary: summary, options: options,
      threshold: engines.first { $0.name == usual }?.threshold ?? 1
    ) { options throws(EvaluationError) in
      try choose(engines, options, usual: usual).evaluator(options)
    }
  }

  private static func choose(
    _ engines: [EvaluatorEngine], _ options: EvaluatorOptions, usual: String
  ) throws(EvaluationError) -> EvaluatorEngine {
    let wanted = try options.string("engine") ?? usual
    let there = engines.filter { $0.mend == nil }.map(\.name)
    guard let engine = engines.first(where: { $0.name == wanted }) else {
      throw .missingEngine(
        evaluator: options.kind, engine: wanted, has: there,
        mend: "Its engines are \(engines.map(\.name).joined(separator: " and ")).")
    }
    guard let mend = engine.mend else { return engine }
    throw .missingEngine(evaluator: options.kind, engine: wanted, has: there, mend: mend)
  }
}

extension EvaluatorEngine {
  fileprivate func evaluator(_ given: EvaluatorOptions) throws(EvaluationError) -> any Evaluator {
    let known = ["engine"] + options.map(\.name)
    for option in given.names where !known.contains(option) {
      throw .unknownOption(
        evaluator: "\(given.kind) by \(name)", option: option, nearest: NearestName.of(option, among: known),
        known: known)
    }
    return try make(given.withUsual(threshold: threshold))
  }
}
