internal import Studies

/// Reads a cell's settings by name and type, and in the end holds that none is left over.
struct SettingsReader {
  private let settings: Settings
  private var known: [String] = []

  init(_ settings: Settings) { self.settings = settings }

  private mutating func value(_ name: String) -> SettingValue? {
    known.append(name)
    return settings[name]
  }

  mutating func string(_ name: String, default standard: String) throws -> String {
    switch value(name) {
    case nil: return standard
    case .string(let text): return text
    case .integer(let number): return String(number)
    case .some(let other): throw SettingError.wrongType(name: name, value: other.text, expected: "text")
    }
  }

  mutating func optionalString(_ name: String) throws -> String? {
    value(name) == nil ? nil : try string(name, default: "")
  }

  mutating func integer(_ name: String) throws -> Int? {
    switch value(name) {
    case nil: return nil
    case .integer(let number): return number
    case .some(let other): throw SettingError.wrongType(name: name, value: other.text, expected: "a whole number")
    }
  }

  mutating func number(_ name: String, default standard: Double) throws -> Double {
    switch value(name) {
    case nil: return standard
    case .integer(let number): return Double(number)
    case .number(let number): return number
    // YAML 1.2 reads 1e-3 as a number, 1.1 as text.
    case .some(.string(let text)):
      guard let number = Double(text) else {
        throw SettingError.wrongType(name: name, value: text, expected: "a number")
      }
      return number
    case .some(let other): throw SettingError.wrongType(name: name, value: other.text, expected: "a number")
    }
  }

  mutating func boolean(_ name: String) throws -> Bool? {
    switch value(name) {
    case nil: return nil
    case .boolean(let truth): return truth
    case .some(let other): throw SettingError.wrongType(name: name, value: other.text, expected: "true or false")
    }
  }

  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, default standard: Choice
  ) throws -> Choice where Choice.RawValue == String {
    let text = try string(name, default: standard.rawValue)
    guard let choice = Choice(rawValue: text.lowercased()) else {
      throw SettingError.unknownChoice(name: name, value: text, choices: Choice.allCases.map(\.rawValue))
    }
    return choice
  }

  /// - Throws: ``SettingError/unknown(name:known:)`` for a setting nobody asked for.
  func finish() throws {
    guard let stranger = settings.keys.sorted().first(where: { !known.contains($0) }) else { return }
    throw SettingError.unknown(name: stranger, known: known.sorted())
  }
}

/// A setting of a workload that makes no sense.
public enum SettingError: Error, Hashable, CustomStringConvertible {
  case unknown(name: String, known: [String])
  case wrongType(name: String, value: String, expected: String)
  case unknownChoice(name: String, value: String, choices: [String])
  case impossible(name: String, value: String, reason: String)

  public var description: String {
    switch self {
    case .unknown(let name, let known):
      "the workload has no setting '\(name)'; it knows \(known.joined(separator: ", "))"
    case .wrongType(let name, let value, let expected):
      "the setting \(name) is '\(value)'; it must be \(expected)"
    case .unknownChoice(let name, let value, let choices):
      "the setting \(name) is '\(value)'; choose one of \(choices.joined(separator: ", "))"
    case .impossible(let name, let value, let reason):
      "the setting \(name) is '\(value)': \(reason)"
    }
  }
}
