import OpenAIWire

/// Puts tool calls together from the pieces of a stream, or takes whole ones as they are.
///
/// A piece says by `index` to which call it belongs; where a server leaves that out, one with an `id` begins a call and
/// others go on with the last. Arguments are text that comes in pieces and is only joined here, never read.
struct ToolCallAssembly: Sendable {
  struct TooLarge: Error {}

  private struct Call: Sendable {
    var index: Int?
    var id: String?
    var type: String?
    var name = ""
    var arguments: [UInt8] = []
  }

  /// Calls of one answer at most, and bytes of all their texts.
  static let mostCalls = 256
  static let mostBytes = 4 << 20

  private var parts: [Call] = []
  private var bytes = 0

  /// - Throws: ``TooLarge``.
  mutating func add(_ piece: JSONValue) throws(TooLarge) {
    guard let piece = piece.object else { return }
    let place = try place(index: piece["index"]?.integer, id: piece["id"]?.string)
    let function = piece["function"]?.object
    let texts = [piece["id"]?.string, piece["type"]?.string, function?["name"]?.string, function?["arguments"]?.string]
    for text in texts { bytes += text?.utf8.count ?? 0 }
    guard bytes <= Self.mostBytes else { throw TooLarge() }
    if let id = texts[0], parts[place].id == nil { parts[place].id = id }
    if let type = texts[1], parts[place].type == nil { parts[place].type = type }
    // Some servers repeat the name with every piece; none cuts it.
    if let name = texts[2], parts[place].name.isEmpty { parts[place].name = name }
    if let arguments = texts[3] { parts[place].arguments.append(contentsOf: arguments.utf8) }
  }

  private mutating func place(index: Int?, id: String?) throws(TooLarge) -> Int {
    if let index, let place = parts.firstIndex(where: { $0.index == index }) { return place }
    if index == nil, let last = parts.indices.last, id == nil || parts[last].id == id { return last }
    guard parts.count < Self.mostCalls else { throw TooLarge() }
    parts.append(Call(index: index))
    return parts.count - 1
  }

  /// The calls as OpenAI writes them, in the order in which they began.
  var calls: [JSONValue] {
    parts.map { call in
      .members([
        "id": call.id.map { .string($0) }, "type": .string(call.type ?? "function"),
        "function": .members([
          "name": .string(call.name), "arguments": .string(String(decoding: call.arguments, as: UTF8.self)),
        ]),
      ])
    }
  }
}
