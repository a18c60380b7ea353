import NIOCore
import OpenAIWire

/// The bytes of answers, made once: a token costs no more than a write.
struct MockAnswers {
  static let model = "mock"
  static let text = " token"

  /// A form of the interface.
  enum Form { case chat, completion }

  let streamHead: ByteBuffer
  private let roles: ByteBuffer
  private let chat: ByteBuffer
  private let completion: ByteBuffer
  let malformed: ByteBuffer
  let errorEvent: ByteBuffer

  init() {
    streamHead = ByteBuffer(
      string: "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n")
    roles = Self.event(Self.chunk([.init(index: 0, role: .assistant, content: "")]))
    chat = Self.event(Self.chunk([.init(index: 0, content: Self.text)]))
    completion = Self.event(Self.piece(Self.text, nil))
    malformed = Self.framed("data: {\"choices\": [{\"delta\": {\"content\": \"to\n\n")
    errorEvent = Self.framed(
      "data: \(APIError(status: 500, message: "the mock was told to fail", type: "server_error").json.text)\n\n")
  }

  /// What stands before the first token.
  func opening(_ form: Form) -> ByteBuffer { form == .chat ? roles : ByteBuffer() }

  func token(_ form: Form) -> ByteBuffer { form == .chat ? chat : completion }

  /// The finish reason, the usage where it was asked for, `[DONE]`, and the end of the body.
  func closing(_ form: Form, usage: Usage, saysUsage: Bool) -> ByteBuffer {
    var buffer: ByteBuffer
    switch form {
    case .chat:
      buffer = Self.event(Self.chunk([.init(index: 0, finishReason: .length)]))
      if saysUsage { buffer.writeImmutableBuffer(Self.event(Self.chunk([], usage))) }
    case .completion:
      buffer = Self.event(Self.piece("", .length))
      if saysUsage { buffer.writeImmutableBuffer(Self.event(Self.piece(nil, nil, usage))) }
    }
    buffer.writeImmutableBuffer(Self.framed("data: [DONE]\n\n"))
    buffer.writeString("0\r\n\r\n")
    return buffer
  }

  /// A whole answer that is no stream.
  func document(_ form: Form, tokens: Int, usage: Usage) -> ByteBuffer {
    let text = String(repeating: Self.text, count: tokens)
    let body =
      switch form {
      case .chat:
        ChatCompletion(
          id: "chatcmpl-mock", created: 0, model: Self.model,
          choices: [
            .init(
              index: 0, message: ChatMessage(role: .assistant, content: text), logprobs: nil, finishReason: .length)
          ], usage: usage
        ).json.text
      case .completion:
        Completion(
          id: "cmpl-mock", created: 0, model: Self.model,
          choices: [.init(index: 0, text: text, logprobs: nil, finishReason: .length)], usage: usage
        ).json.text
      }
    return plain(status: "200 OK", body: body)
  }

  func plain(status: String, body: String, header: String = "") -> ByteBuffer {
    ByteBuffer(
      string:
        "HTTP/1.1 \(status)\r\ncontent-type: application/json\r\n\(header)content-length: \(body.utf8.count)\r\n\r\n\(body)"
    )
  }

  func refusal(_ error: APIError, reason: String) -> ByteBuffer {
    let header = error.retryAfterSeconds.map { "retry-after: \($0)\r\n" } ?? ""
    return plain(status: "\(error.status) \(reason)", body: error.json.text, header: header)
  }

  private static func chunk(_ choices: [ChatCompletionChunk.Choice], _ usage: Usage? = nil) -> JSONValue {
    ChatCompletionChunk(id: "chatcmpl-mock", created: 0, model: model, choices: choices, usage: usage).json
  }

  private static func piece(_ text: String?, _ reason: FinishReason?, _ usage: Usage? = nil) -> JSONValue {
    let choices = text.map { [Completion.Choice(index: 0, text: $0, logprobs: nil, finishReason: reason)] } ?? []
    return Completion(id: "cmpl-mock", created: 0, model: model, choices: choices, usage: usage).json
  }

  private static func event(_ value: JSONValue) -> ByteBuffer { framed("data: \(value.text)\n\n") }

  /// A chunk of a chunked body.
  private static func framed(_ text: String) -> ByteBuffer {
    ByteBuffer(string: "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n")
  }
}
