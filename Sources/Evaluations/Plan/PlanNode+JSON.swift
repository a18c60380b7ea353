import OpenAIWire
import Studies

extension PlanNode {
  /// The node as JSON: what YAML 1.2's core schema says of plain words, except that only `true` and `false` are
  /// booleans.
  var json: JSONValue {
    switch self {
    case .scalar(let text, let isQuoted, _):
      if !isQuoted, text.isEmpty || text == "~" || text == "null" { return .null }
      switch PlanScalars.setting(text, isQuoted: isQuoted) {
      case .integer(let value): return .integer(value)
      case .number(let value): return .number(value)
      case .boolean(let value): return .boolean(value)
      case .string(let value): return .string(value)
      case nil: return .string(text)
      }
    case .list(let items, _): return .array(items.map(\.json))
    case .map(let entries, _):
      var object = JSONObject()
      for entry in entries { object.append(entry.key, entry.value.json) }
      return .object(object)
    }
  }
}

extension JSONObject {
  /// Both, the other's members in place of those of the same name.
  func overlaid(with other: JSONObject) -> JSONObject {
    var result = JSONObject()
    for member in members { result.append(member.name, other[member.name] ?? member.value) }
    for member in other.members where self[member.name] == nil { result.append(member.name, member.value) }
    return result
  }
}
