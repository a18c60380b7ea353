import Foundation
import OpenAIWire

/// A request of a trace.
public struct TraceEntry: Sendable, Hashable {
  /// When it is due, from the beginning of the trace.
  public var nanoseconds: UInt64
  /// Its text; nil takes one of the run's prompts.
  public var prompt: String?
  /// Tokens it asks for; nil takes the run's number.
  public var maximumTokens: Int?

  public init(nanoseconds: UInt64, prompt: String? = nil, maximumTokens: Int? = nil) {
    self.nanoseconds = nanoseconds
    self.prompt = prompt
    self.maximumTokens = maximumTokens
  }

  public static let mostEntries = 10_000_000

  /// Reads a trace: one JSON object a line with `at_seconds`, or with `timestamp` in milliseconds as published traces of
  /// servers have it; beside it `prompt`, and `max_tokens` or `output_length`. Further members are passed over. Times need
  /// not be in order, and count from the earliest.
  /// - Throws: ``ClientError/trace(file:line:reason:)``.
  public static func read(_ text: String, file: String) throws(ClientError) -> [TraceEntry] {
    var entries: [(seconds: Double, entry: TraceEntry)] = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      guard !line.allSatisfy(\.isWhitespace) else { continue }
      guard entries.count < mostEntries else {
        throw .trace(file: file, line: number + 1, reason: "there are more than \(mostEntries) requests")
      }
      do throws(WireError) {
        entries.append(try entry(JSONField(try JSONReader.value(of: line.utf8))))
      } catch {
        throw .trace(file: file, line: number + 1, reason: error.description)
      }
    }
    guard let start = entries.map(\.seconds).min() else {
      throw .trace(file: file, line: 1, reason: "there is no request in it")
    }
    entries.sort { $0.seconds < $1.seconds }
    return entries.map { seconds, entry in
      var entry = entry
      entry.nanoseconds = UInt64(exactly: ((seconds - start) * 1e9).rounded()) ?? .max
      return entry
    }
  }

  private static func entry(_ line: JSONField) throws(WireError) -> (seconds: Double, entry: TraceEntry) {
    // A span of thirty years is no trace of requests; it bounds what is computed with.
    let seconds: Double
    if let field = try line.member("at_seconds") {
      seconds = try field.number(in: 0...1e10)
    } else {
      seconds = try line.required("timestamp").number(in: 0...1e13) / 1000
    }
    var tokens = try line.member("max_tokens")
    if tokens == nil { tokens = try line.member("output_length") }
    return (
      seconds,
      TraceEntry(
        nanoseconds: 0, prompt: try line.member("prompt")?.string(),
        maximumTokens: try tokens?.integer(in: 1...Int(Int32.max)))
    )
  }
}
