/// Asks a program for a verdict: one line in, one line out. Whoever starts programs conforms to it.
///
/// A runner may start a program for each line or keep one that reads line after line; either way it
/// * writes the line, which has no line feed inside, and a line feed behind it, to the program's standard input,
/// * reads one line from its standard output, and gives it without its line feed, at most ``VerdictLine/longest`` bytes,
/// * ends the program and throws when the deadline passes, when it ends without a line, and when the line is longer.
public protocol EvaluationProgram: Sendable {
  /// - Parameter deadline: from now, for this line.
  func answer(to line: [UInt8], deadline: Duration) async throws -> [UInt8]
}
