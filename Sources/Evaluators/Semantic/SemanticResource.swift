internal import OpenAIWire

/// A file that is built in. One that is not what its reader expects is a mistake of ours and stops the program.
struct SemanticResource {
  let name: String
  let value: JSONValue

  static func value(_ name: String, of bytes: [UInt8]) -> SemanticResource {
    do {
      return SemanticResource(name: name, value: try JSONReader.value(of: bytes))
    } catch {
      preconditionFailure("the built-in \(name) cannot be read: \(error)")
    }
  }

  func isWrong(_ what: String) -> Never { preconditionFailure("the built-in \(name): \(what)") }

  subscript(member: String) -> JSONValue {
    guard let found = value.object?[member] else { isWrong("there is no \(member)") }
    return found
  }

  func strings(_ member: String) -> [String] {
    guard let list = self[member].array?.map(\.string), !list.contains(nil) else { isWrong(member) }
    return list.compactMap { $0 }
  }

  func rows(_ member: String) -> [[JSONValue]] {
    guard let list = self[member].array else { isWrong(member) }
    return list.map { $0.array ?? [] }
  }

  func lists(_ member: String) -> [(String, [String])] {
    guard let object = self[member].object else { isWrong(member) }
    return object.members.map { ($0.name, ($0.value.array ?? []).compactMap(\.string)) }
  }
}
