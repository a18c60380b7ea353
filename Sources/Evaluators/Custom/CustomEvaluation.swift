/// An evaluator that is any program: a sample as a JSON line in, a verdict as a JSON line out.
public struct CustomEvaluation: Evaluator {
  public let name: String
  /// The program's own, as its configuration says: raise it when the program changes.
  public let version: Int
  public let threshold: Double
  /// For one sample.
  public let deadline: Duration
  private let runner: any EvaluationProgram

  public init(
    name: String = "CustomEvaluation", version: Int = 1, threshold: Double = 0.5, deadline: Duration = .seconds(60),
    runner: any EvaluationProgram
  ) {
    self.name = name
    self.version = version
    self.threshold = threshold
    self.deadline = deadline
    self.runner = runner
  }

  public func verdict(of sample: EvaluationSample) async throws -> Verdict {
    do throws(NothingToScore) { _ = try sample.answer() } catch { return .absent(error.reason, cause: error.cause) }
    let line = try await runner.answer(to: SampleLine.encode(sample), deadline: deadline)
    return try VerdictLine.decode(line, by: name)
  }

  /// The kind, for a registry that can start programs.
  /// - Parameter makeRunner: from a program and its arguments, at least one word.
  public static func kind(
    makeRunner: @escaping @Sendable (_ command: [String]) throws(EvaluationError) -> any EvaluationProgram
  ) -> EvaluatorKind {
    EvaluatorKind(
      name: "CustomEvaluation", summary: "any program: a sample as a JSON line in, a verdict as a JSON line out",
      options: [
        EvaluatorOption("command", "the program and its arguments; required"),
        EvaluatorOption("version", "the program's, raised when it changes; 1 by default"),
        EvaluatorOption("deadline-seconds", "for one sample, 1 to 3600; 60 by default"),
      ], threshold: 0.5
    ) { options throws(EvaluationError) in
      guard let command = try options.strings("command") else {
        throw .missingOption(
          evaluator: "CustomEvaluation", option: "command",
          mend: "Write the program and its arguments as a list, such as [python3, score.py].")
      }
      return CustomEvaluation(
        name: options.name, version: try options.integer("version", in: 0...1_000_000) ?? 1,
        threshold: options.threshold,
        deadline: .seconds(try options.integer("deadline-seconds", in: 1...3600) ?? 60),
        runner: try makeRunner(command))
    }
  }
}
