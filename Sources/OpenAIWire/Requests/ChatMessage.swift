/// One message of a conversation.
public struct ChatMessage: Sendable, Hashable {
  public enum Role: String, Sendable, CaseIterable {
    case system, developer, user, assistant, tool
  }

  public var role: Role
  /// The text; parts of text are joined by a line feed, as vLLM does. Nil where an assistant only called tools.
  public var content: String?
  public var name: String?
  /// The tools an assistant called, as OpenAI writes them: `[{"id", "type": "function", "function": {"name",
  /// "arguments"}}]`, the arguments as JSON in a string.
  public var toolCalls: [JSONValue]
  /// Which call a tool's message answers.
  public var toolCallID: String?

  public init(
    role: Role, content: String?, name: String? = nil, toolCalls: [JSONValue] = [], toolCallID: String? = nil
  ) {
    self.role = role
    self.content = content
    self.name = name
    self.toolCalls = toolCalls
    self.toolCallID = toolCallID
  }

  private static let fields: Set<String> = [
    "role", "content", "name", "tool_calls", "tool_call_id",
    // Answers bring it, and come back as part of the conversation.
    "annotations",
  ]
  private static let refused = [
    "function_call": "functions are called through tools", "audio": "messages are text",
    "refusal": "give what was said as content",
  ]

  /// - Throws: ``WireError``.
  public init(_ field: JSONField) throws(WireError) {
    try field.refuseUnknown(beside: Self.fields, refused: Self.refused)
    let roleField = try field.required("role")
    guard let role = Role(rawValue: try roleField.string()) else {
      throw roleField.outside("one of \(Role.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    self.role = role
    name = try field.member("name")?.string()
    toolCallID = try field.member("tool_call_id")?.string()
    toolCalls = []
    if let calls = try field.member("tool_calls") {
      guard role == .assistant else { throw calls.outside("left out: only an assistant calls tools") }
      for call in try calls.elements() {
        try Self.check(call)
        toolCalls.append(call.value)
      }
    }
    content = try field.member("content").map { (content) throws(WireError) in try Self.text(content) }
    if content == nil, role != .assistant || toolCalls.isEmpty { throw .missing(param: "\(field.path).content") }
    if role == .tool, toolCallID == nil { throw .missing(param: "\(field.path).tool_call_id") }
  }

  private static func check(_ call: JSONField) throws(WireError) {
    if let type = try call.member("type"), try type.string() != "function" { throw type.outside("\"function\"") }
    let function = try call.required("function")
    _ = try call.member("id")?.string()
    _ = try function.required("name").string()
    _ = try function.required("arguments").string()
  }

  private static func text(_ content: JSONField) throws(WireError) -> String {
    if case .string(let text) = content.value { return text }
    guard case .array = content.value else { throw content.mustBe("a string or an array of text parts") }
    var texts: [String] = []
    for part in try content.elements() {
      let type = try part.required("type")
      switch try type.string() {
      case "text":
        try part.refuseUnknown(beside: ["type", "text"])
        texts.append(try part.required("text").string())
      case "image_url", "input_image", "input_audio", "file", "video_url", "refusal":
        throw .unsupported(param: part.path, reason: "parts of type \(type.value.text) cannot be read, only text")
      default: throw type.outside("\"text\"")
      }
    }
    return texts.joined(separator: "\n")
  }

  public var json: JSONValue {
    .members([
      "role": .string(role.rawValue), "content": .orNull(content), "name": .optional(name),
      "tool_calls": toolCalls.isEmpty ? nil : .array(toolCalls), "tool_call_id": .optional(toolCallID),
    ])
  }
}
