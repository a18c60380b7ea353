import Foundation

/// The line on standard error that says how far something has come: one that rewrites itself on a terminal, a line every few
/// seconds elsewhere. Whoever holds it sees that one at a time writes.
struct StatusLine {
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var printedAt = -Double.infinity
  private var isShown = false

  /// How often time alone is worth another line, in seconds.
  var beat: Double { isTerminal ? 1 : 5 }

  /// Whether a line that says little new is due.
  /// - Parameter now: seconds of any one clock.
  func isDue(at now: Double) -> Bool { now - printedAt >= (isTerminal ? 0.25 : 5) }

  /// Shows the line in place of the one before.
  mutating func show(_ line: String, at now: Double) {
    write(isTerminal ? "\r\u{1B}[K\(line.prefix(160))" : line + "\n")
    isShown = true
    printedAt = now
  }

  /// Writes a line that stays.
  mutating func say(_ line: String) {
    clear()
    write(line + "\n")
  }

  mutating func clear() {
    if isTerminal, isShown { write("\r\u{1B}[K") }
    isShown = false
  }

  private func write(_ text: String) {
    // Nobody may be reading any more; the work goes on.
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }
}
