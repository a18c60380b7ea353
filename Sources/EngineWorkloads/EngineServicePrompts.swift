internal import ChatTemplates
internal import Checkpoints
internal import Dispatch
internal import Foundation
internal import OpenAIWire
internal import Serving
internal import Tokenization

/// Makes the tokens of prompts: conversations through the checkpoint's template, texts through its tokenizer.
struct PromptMaker: Sendable {
  private let tokenizer: any Tokenizer
  private let template: ChatTemplate?
  private let toolTemplate: ChatTemplate?
  private let beginToken: String?
  private let endToken: String?

  init(_ checkpoint: Checkpoint, tokenizer: any Tokenizer) throws {
    self.tokenizer = tokenizer
    template = try checkpoint.chatTemplate()
    toolTemplate = try checkpoint.chatTemplate(forTools: true)
    beginToken = checkpoint.beginTokenText
    endToken = checkpoint.endTokenText
  }

  var chats: Bool { template != nil }

  /// The same, on a queue of its own when it may take long: threads that answer requests must not wait for it.
  func preparedPrompt(_ input: InferenceRequest.Input) async throws -> (tokens: [UInt32], text: String) {
    guard Self.isLong(input) else { return try prompt(input) }
    return try await withCheckedThrowingContinuation { done in
      Self.queue.async { done.resume(with: Result { try prompt(input) }) }
    }
  }

  /// Long prompts are prepared one after the other, so that they take one core at most.
  private static let queue = DispatchQueue(label: "prompts")

  private static func isLong(_ input: InferenceRequest.Input) -> Bool {
    let longest = 1 << 15
    switch input {
    case .prompt(.text(let text)): return text.utf8.count > longest
    case .prompt(.tokens(let tokens)): return tokens.count > longest
    // Tools and variables may be large too, and a conversation without them is short as a rule.
    case .chat(let messages, let tools, let variables):
      guard tools.isEmpty, variables.members.isEmpty else { return true }
      return messages.reduce(0) { $0 + ($1.content?.utf8.count ?? 0) + 64 + ($1.toolCalls.isEmpty ? 0 : longest) }
        > longest
    }
  }

  /// - Returns: the tokens, and the text that comes back where the prompt is echoed.
  /// - Throws: ``Serving/ServiceError/invalid(_:param:)`` where the template refuses the conversation.
  func prompt(_ input: InferenceRequest.Input) throws(ServiceError) -> (tokens: [UInt32], text: String) {
    switch input {
    case .prompt(.text(let text)): return (tokenizer.encode(text, addingSpecialTokens: true), text)
    case .prompt(.tokens(let tokens)): return (tokens, tokenizer.decode(tokens, skippingSpecialTokens: false))
    case .chat(let messages, let tools, let variables):
      let text = try conversation(messages, tools, variables)
      // The template writes the special tokens itself.
      return (tokenizer.encode(text, addingSpecialTokens: false), text)
    }
  }

  private func conversation(
    _ messages: [OpenAIWire.ChatMessage], _ tools: [JSONValue], _ variables: JSONObject
  ) throws(ServiceError) -> String {
    guard let template = tools.isEmpty ? template : toolTemplate ?? template else {
      throw .invalid("the model has no chat template", param: "model")
    }
    var extra: [String: TemplateValue] = [:]
    for member in variables.members where !Self.own.contains(member.name) {
      extra[member.name] = TemplateValue(member.value)
    }
    do {
      return try template.render(
        messages: messages.map(Self.message), tools: tools.isEmpty ? nil : .array(tools.map(TemplateValue.init)),
        addsGenerationPrompt: true, beginToken: beginToken, endToken: endToken, extra: extra)
    } catch {
      throw .invalid("the model's chat template refuses this conversation: \(error)", param: "messages")
    }
  }

  /// Variables of a template that are the server's to give.
  private static let own: Set<String> = ["messages", "tools", "add_generation_prompt", "bos_token", "eos_token"]

  private static func message(_ message: OpenAIWire.ChatMessage) -> ChatTemplates.ChatMessage {
    var extra: [String: TemplateValue] = [:]
    if message.content == nil { extra["content"] = TemplateValue.none }
    extra["name"] = message.name.map(TemplateValue.string)
    extra["tool_call_id"] = message.toolCallID.map(TemplateValue.string)
    if !message.toolCalls.isEmpty { extra["tool_calls"] = .array(message.toolCalls.map(call)) }
    // Templates were written before developers had a role of their own.
    let role = message.role == .developer ? ChatMessage.Role.system : message.role
    return ChatTemplates.ChatMessage(role: role.rawValue, content: message.content ?? "", extra: extra)
  }

  /// A call with its arguments as templates want them: the object, where the text of the protocol is one.
  private static func call(_ call: JSONValue) -> TemplateValue {
    guard case .object(let object) = call else { return TemplateValue(call) }
    return .object(
      object.members.map { member in
        guard member.name == "function", case .object(let function) = member.value else {
          return TemplateMember(member.name, TemplateValue(member.value))
        }
        return TemplateMember(
          member.name,
          .object(
            function.members.map { member in
              guard member.name == "arguments", let text = member.value.string,
                let arguments = try? JSONReader.value(of: Array(text.utf8)), case .object = arguments
              else { return TemplateMember(member.name, TemplateValue(member.value)) }
              return TemplateMember(member.name, TemplateValue(arguments))
            }))
      })
  }

  private typealias ChatMessage = OpenAIWire.ChatMessage
}

extension TemplateValue {
  init(_ value: JSONValue) {
    switch value {
    case .null: self = .none
    case .boolean(let flag): self = .bool(flag)
    case .integer(let number): self = .integer(number)
    case .number(let number): self = .float(number)
    case .string(let text): self = .string(text)
    case .array(let elements): self = .array(elements.map(TemplateValue.init))
    case .object(let object):
      self = .object(object.members.map { TemplateMember($0.name, TemplateValue($0.value)) })
    }
  }
}
