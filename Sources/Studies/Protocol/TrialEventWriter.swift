public import Foundation
import Synchronization

/// Says a trial's events on its standard output, one whole line at a time, at once. Used by trials that are written in
/// Swift; a trial in another language prints the same lines.
///
/// When the reader is gone a write ends the process by SIGPIPE, as for every program that writes to a pipe: a trial
/// without a runner has nobody to tell.
public final class TrialEventWriter: Sendable {
  private let handle: Mutex<FileHandle>

  public init(_ handle: sending FileHandle = .standardOutput) { self.handle = Mutex(handle) }

  /// Writes one event.
  /// - Throws: what encoding or the file handle throws.
  public func write(_ event: TrialEvent) throws {
    let line = try Self.line(event)
    try handle.withLock { try $0.write(contentsOf: line) }
  }

  /// The event as it is written, with the line feed. A number that is no number travels as the text "NaN", "Infinity" or
  /// "-Infinity", for JSON has no other way to say it.
  public static func line(_ event: TrialEvent) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    var line = try encoder.encode(event)
    line.append(UInt8(ascii: "\n"))
    return line
  }
}
