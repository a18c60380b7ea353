import Foundation

/// What one line of a trial's standard output came to.
public enum TrialOutput: Sendable, Hashable {
  case event(TrialEvent)
  /// A line that is no event: kept for the failure message.
  case log(String)
  /// A line that claims to be an event this version knows, and is not.
  case malformed(reason: String)
}

/// Cuts a trial's standard output into lines and reads them, holding no more than one line in memory however long the
/// output is. Pure: bytes in, outputs out.
public struct TrialOutputDecoder: Sendable {
  /// A held-out measure names every document on one line: this is room for some hundred thousand.
  public static let defaultMaximumLineBytes = 16 * 1024 * 1024
  /// Log text is cut here.
  static let maximumLogBytes = 2000

  private let maximumLineBytes: Int
  private var line: [UInt8] = []
  /// True while the rest of a line that was too long goes by.
  private var isSkipping = false
  private let decoder: JSONDecoder

  public init(maximumLineBytes: Int = defaultMaximumLineBytes) {
    self.maximumLineBytes = maximumLineBytes
    decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
  }

  /// Takes the next bytes and gives what their complete lines came to.
  public mutating func decode(_ bytes: some Sequence<UInt8>) -> [TrialOutput] {
    let chunk = Array(bytes)
    var outputs: [TrialOutput] = []
    var start = 0
    while let end = chunk[start...].firstIndex(of: UInt8(ascii: "\n")) {
      if let output = completeLine(with: chunk[start..<end]) { outputs.append(output) }
      start = end + 1
    }
    if let output = extendLine(with: chunk[start...]) { outputs.append(output) }
    return outputs
  }

  /// Gives what stands after the last line feed, when the output has ended.
  public mutating func finish() -> [TrialOutput] {
    completeLine(with: []).map { [$0] } ?? []
  }

  private mutating func completeLine(with rest: ArraySlice<UInt8>) -> TrialOutput? {
    if let tooLong = extendLine(with: rest) {
      isSkipping = false
      return tooLong
    }
    defer {
      line.removeAll(keepingCapacity: line.capacity < 64 * 1024)
      isSkipping = false
    }
    return isSkipping || line.isEmpty ? nil : output(of: line)
  }

  /// - Returns: what to say of the line, once, when it has become too long.
  private mutating func extendLine(with bytes: ArraySlice<UInt8>) -> TrialOutput? {
    if isSkipping { return nil }
    guard line.count + bytes.count > maximumLineBytes else {
      line.append(contentsOf: bytes)
      return nil
    }
    let head = line.isEmpty ? Array(bytes.prefix(64)) : Array(line.prefix(64))
    line.removeAll(keepingCapacity: false)
    isSkipping = true
    return head.first == UInt8(ascii: "{")
      ? .malformed(reason: "an event is longer than \(maximumLineBytes) bytes")
      : .log("(a line longer than \(maximumLineBytes) bytes was left out)")
  }

  private func output(of line: [UInt8]) -> TrialOutput? {
    guard let first = line.first(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\r") }) else { return nil }
    guard first == UInt8(ascii: "{") else { return .log(Self.logText(line)) }
    do {
      return .event(try decoder.decode(TrialEvent.self, from: Data(Self.quotingNonNumbers(line))))
    } catch is UnknownTrialEvent {
      return .log(Self.logText(line))
    } catch DecodingError.dataCorrupted where !Self.isJSON(line) {
      // A program may well print a brace.
      return .log(Self.logText(line))
    } catch DecodingError.keyNotFound(let key, _) where key.stringValue == "event" {
      return .log(Self.logText(line))
    } catch {
      return .malformed(reason: Self.reason(error) + " in: " + Self.logText(Array(line.prefix(200))))
    }
  }

  private static func logText(_ line: [UInt8]) -> String {
    let text = String(decoding: line.prefix(maximumLogBytes), as: UTF8.self)
    return text.hasSuffix("\r") ? String(text.dropLast()) : text
  }

  private static func isJSON(_ line: [UInt8]) -> Bool {
    (try? JSONSerialization.jsonObject(with: Data(quotingNonNumbers(line)))) != nil
  }

  private static func reason(_ error: any Error) -> String {
    func path(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
      let keys = context.codingPath.map(\.stringValue) + (last.map { [$0.stringValue] } ?? [])
      return keys.joined(separator: ".")
    }
    switch error {
    case DecodingError.keyNotFound(let key, let context): return "the key \"\(path(context, key))\" is missing"
    case DecodingError.typeMismatch(_, let context): return "the key \"\(path(context))\" has a wrong type"
    case DecodingError.valueNotFound(_, let context): return "the key \"\(path(context))\" is null"
    case DecodingError.dataCorrupted(let context):
      return "a value is impossible: \(context.debugDescription) \(path(context))"
    default: return "\(error)"
    }
  }

  /// Python's `json` writes NaN, Infinity and -Infinity bare, which is no JSON: outside of strings they are put in
  /// quotes, as ``TrialEventWriter`` writes them.
  static func quotingNonNumbers(_ line: [UInt8]) -> [UInt8] {
    // Capital letters N and I outside strings stand for nothing else in JSON, so most lines end here.
    guard line.contains(UInt8(ascii: "N")) || line.contains(UInt8(ascii: "I")) else { return line }
    let words = ["NaN", "-Infinity", "Infinity"].map { Array($0.utf8) }
    var result: [UInt8] = []
    result.reserveCapacity(line.count + 16)
    var isInString = false
    var index = 0
    while index < line.count {
      let byte = line[index]
      if isInString, byte == UInt8(ascii: "\\"), index + 1 < line.count {
        result.append(contentsOf: line[index...(index + 1)])
        index += 2
        continue
      }
      if byte == UInt8(ascii: "\"") { isInString.toggle() }
      if !isInString, let word = words.first(where: { line[index...].starts(with: $0) }) {
        result.append(UInt8(ascii: "\""))
        result.append(contentsOf: word)
        result.append(UInt8(ascii: "\""))
        index += word.count
      } else {
        result.append(byte)
        index += 1
      }
    }
    return result
  }
}
