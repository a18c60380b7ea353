import Foundation
public import OpenAIWire

/// A key for an endpoint. It goes into one header and nowhere else: whatever prints, encodes or mirrors it says
/// `[redacted]`, and texts that came from a server are cleaned of it before they are kept.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  private let value: String

  /// - Parameter source: where it comes from, as an error may name it.
  /// - Throws: ``ClientError/key(source:reason:)``.
  public init(_ value: String, source: String) throws(ClientError) {
    guard !value.isEmpty else { throw .key(source: source, reason: "it is empty") }
    guard value.utf8.count <= 8192, value.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw .key(source: source, reason: "it has to be one line of visible ASCII characters")
    }
    self.value = value
  }

  /// The key in a variable of the environment.
  /// - Throws: ``ClientError/key(source:reason:)``.
  public init(environment name: String) throws(ClientError) {
    guard let value = ProcessInfo.processInfo.environment[name] else {
      throw .key(source: name, reason: "there is no such variable in the environment")
    }
    try self.init(value, source: name)
  }

  /// The key on the first line of a file.
  /// - Throws: ``ClientError/key(source:reason:)``.
  public init(file path: String) throws(ClientError) {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw .key(source: path, reason: "the file cannot be read as text")
    }
    let line = text.split(whereSeparator: \.isNewline).first.map { $0.trimmingCharacters(in: .whitespaces) }
    try self.init(line ?? "", source: path)
  }

  /// The `Authorization` header. Not to be kept.
  var authorization: String { "Bearer \(value)" }

  /// The key alone, for a header of its own. Not to be kept.
  var bare: String { value }

  /// The text with every place where the key stands blotted out.
  public func redacting(_ text: String) -> String {
    text.contains(value) ? text.replacingOccurrences(of: value, with: description) : text
  }

  /// The value with every text and every name in it cleaned.
  public func redacting(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): return .string(redacting(text))
    case .array(let elements): return .array(elements.map(redacting))
    case .object(let object):
      var cleaned = JSONObject()
      for member in object.members { cleaned.append(redacting(member.name), redacting(member.value)) }
      return .object(cleaned)
    case .null, .boolean, .integer, .number: return value
    }
  }

  public var description: String { "[redacted]" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(reflecting: description) }
}
