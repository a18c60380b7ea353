import Foundation
public import OpenAIWire

/// A key for an endpoint. It goes into one header, or into the environment of a program that it is meant for, and nowhere else: whatever prints, encodes or mirrors it says
/// `[redacted]`, and texts that came from a server are cleaned of it before they are kept.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  private let value: String
  /// The ways in which it may be written, and which of them begin with a byte: the longest first.
  private let forms: [[UInt8]]
  private let byFirst: [[Int]]

  /// - Parameter source: where it comes from, as an error may name it.
  /// - Throws: ``ClientError/key(source:reason:)``.
  public init(_ value: String, source: String) throws(ClientError) {
    guard !value.isEmpty else { throw .key(source: source, reason: "it is empty") }
    guard value.utf8.count <= 8192, value.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw .key(source: source, reason: "it has to be one line of visible ASCII characters")
    }
    self.value = value
    forms = Self.forms(of: value)
    var byFirst = [[Int]](repeating: [], count: 256)
    for (index, form) in forms.enumerated() {
      for byte in Set([form[0], Self.isLetter(form[0]) ? form[0] ^ 0x20 : form[0]]) { byFirst[Int(byte)].append(index) }
    }
    self.byFirst = byFirst
  }

  /// The key as it may be written, longest first. Forms other than its own are left out where they are too short to be told
  /// from chance.
  private static func forms(of value: String) -> [[UInt8]] {
    let bytes = Array(value.utf8)
    var forms: Set<[UInt8]> = []
    for allowed in ["", "-._~", "-._~!$&'()*+,;=:@/", "-._~!$&'()*,;=:@/?"] {
      forms.insert(
        bytes.flatMap { byte -> [UInt8] in
          isLetterOrDigit(byte) || allowed.utf8.contains(byte) ? [byte] : Array("%\(hexadecimal(byte))".utf8)
        })
    }
    // JSON's escapes, of which a server may write more than it has to.
    for escaped in ["\"\\", "\"\\/"] {
      forms.insert(bytes.flatMap { escaped.utf8.contains($0) ? [UInt8(ascii: "\\"), $0] : [$0] })
    }
    forms.insert(bytes.flatMap { Array(hexadecimal($0).utf8) })
    for lead in 0..<3 {
      // Behind so many bytes of other text: the letters that hold nothing but the key are always the same.
      let text = Array(Data([UInt8](repeating: 0, count: lead) + bytes).base64EncodedData())
      let core = Array(text[(lead * 8 + 5) / 6..<(lead + bytes.count) * 8 / 6])
      forms.insert(core)
      forms.insert(
        core.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: "-") : $0 == UInt8(ascii: "/") ? UInt8(ascii: "_") : $0 })
    }
    forms = forms.filter { $0.count >= 8 }
    forms.insert(bytes)
    return forms.sorted { $0.count > $1.count }
  }

  /// Whether it is too long to stand in a text by chance.
  public var isToldFromWords: Bool { value.utf8.count >= 8 }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || isLetter(byte) }

  private static func hexadecimal(_ byte: UInt8) -> String { String(format: "%02X", byte) }

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

  /// Puts the key into the environment of a program that is about to be started. Not to be kept.
  public func give(to environment: inout [String: String], as name: String) { environment[name] = value }

  /// The text with every place where the key stands blotted out, also where a server has written it as JSON, as part of an
  /// address, in base64 (alone or behind other text) or in hexadecimal digits.
  public func redacting(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var cleaned: [UInt8] = []
    var copied = 0
    var position = 0
    while position < bytes.count {
      let beginners = byFirst[Int(bytes[position])]
      if !beginners.isEmpty, let form = beginners.first(where: { Self.matches(forms[$0], bytes, at: position) }) {
        cleaned += bytes[copied..<position]
        cleaned += description.utf8
        position += forms[form].count
        copied = position
      } else {
        position += 1
      }
    }
    return copied == 0 ? text : String(decoding: cleaned + bytes[copied...], as: UTF8.self)
  }

  /// Letters match in either case: a server may write a percent-encoding's or a header's letters as it likes.
  private static func matches(_ form: [UInt8], _ bytes: [UInt8], at place: Int) -> Bool {
    guard bytes.count - place >= form.count else { return false }
    for offset in form.indices {
      let (ours, theirs) = (form[offset], bytes[place + offset])
      if ours != theirs {
        guard ours ^ theirs == 0x20, isLetter(ours) else { return false }
      }
    }
    return true
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
