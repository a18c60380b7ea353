public import Evaluators
import Studies

/// A program of the user's that scores: kept running from line to line.
public struct ScoringProgram: EvaluationProgram {
  private let program: LineProgram

  /// - Parameters:
  ///   - command: the program and its arguments.
  ///   - environment: laid over the runner's own.
  ///   - withheld: variables of the runner's own that it does not get.
  public init(command: [String], environment: [String: String] = [:], withheld: Set<String> = []) {
    program = LineProgram(
      command: command, environment: environment, withheld: withheld, longestLine: VerdictLine.longest)
  }

  public func answer(to line: [UInt8], deadline: Duration) async throws -> [UInt8] {
    try await program.answer(to: line, deadline: deadline)
  }
}
