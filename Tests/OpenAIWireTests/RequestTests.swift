import OpenAIWire
import Testing

@Suite struct RequestTests {
  private func field(_ text: String) throws -> JSONField { JSONField(try JSONReader.value(of: Array(text.utf8))) }

  private func chat(_ more: String, messages: String = #"[{"role":"user","content":"a"}]"#) throws
    -> ChatCompletionRequest
  {
    try ChatCompletionRequest(field(#"{"model":"m","messages":\#(messages)\#(more.isEmpty ? "" : "," + more)}"#))
  }

  private func chatError(_ more: String) -> WireError? {
    do { _ = try chat(more) } catch { return error as? WireError }
    return nil
  }

  private func messageError(_ messages: String) -> WireError? {
    do { _ = try chat("", messages: messages) } catch { return error as? WireError }
    return nil
  }

  private func completion(_ more: String) throws -> CompletionRequest {
    try CompletionRequest(field(#"{"model":"m",\#(more)}"#))
  }

  @Test func whatIsLeftOutHasItsDefault() throws {
    let request = try chat(#""temperature":null,"stop":null,"n":null"#)
    #expect(request.options == GenerationOptions())
    #expect(request.options.choices == 1)
    #expect(!request.logprobs && request.tools.isEmpty)
  }

  @Test func stopIsATextOrAList() throws {
    #expect(try chat(#""stop":"x""#).options.stop == ["x"])
    #expect(try chat(#""stop":["x","yy"]"#).options.stop == ["x", "yy"])
    #expect(try chat(#""stop":"""#).options.stop == [])
    #expect(chatError(#""stop":["x",3]"#)?.param == "stop[1]")
    #expect(chatError(#""stop":[""]"#)?.param == "stop[0]")
    let many = (0..<17).map { "\"\($0)\"" }.joined(separator: ",")
    #expect(chatError(#""stop":[\#(many)]"#)?.description == "stop must be at most 16 strings")
  }

  @Test func limitsOfTokensHaveTwoNames() throws {
    #expect(try chat(#""max_tokens":5"#).options.maximumTokens == 5)
    #expect(try chat(#""max_completion_tokens":6"#).options.maximumTokens == 6)
    #expect(try chat(#""max_tokens":6,"max_completion_tokens":6"#).options.maximumTokens == 6)
    #expect(chatError(#""max_tokens":5,"max_completion_tokens":6"#)?.description.contains("contradict") == true)
    #expect(chatError(#""max_tokens":0"#)?.description == "max_tokens must be 1 or more")
    #expect(try completion(#""prompt":"a","echo":true,"max_tokens":0"#).options.maximumTokens == 0)
    #expect(throws: WireError.self) { try completion(#""prompt":"a","max_tokens":0"#) }
  }

  @Test(arguments: [
    (#""temperature":2.1"#, "temperature"), (#""temperature":"1""#, "temperature"), (#""top_p":0"#, "top_p"),
    (#""top_p":1.5"#, "top_p"), (#""top_k":-2"#, "top_k"), (#""top_k":1.5"#, "top_k"), (#""min_p":2"#, "min_p"),
    (#""repetition_penalty":0"#, "repetition_penalty"), (#""presence_penalty":3"#, "presence_penalty"),
    (#""frequency_penalty":-3"#, "frequency_penalty"), (#""seed":1e30"#, "seed"), (#""n":0"#, "n"), (#""n":129"#, "n"),
    (#""n":true"#, "n"), (#""max_tokens":-1"#, "max_tokens"), (#""max_tokens":99999999999"#, "max_tokens"),
    (#""stream":1"#, "stream"), (#""stream_options":{}"#, "stream_options"),
    (#""stream":true,"stream_options":{"x":1}"#, "stream_options.x"),
    (#""stream":true,"stream_options":{"include_usage":1}"#, "stream_options.include_usage"),
    (#""top_logprobs":2"#, "top_logprobs"), (#""logprobs":true,"top_logprobs":21"#, "top_logprobs"),
    (#""logprobs":5"#, "logprobs"), (#""user":5"#, "user"), (#""ignore_eos":"no""#, "ignore_eos"),
    (#""tools":{}"#, "tools"), (#""tools":[{}]"#, "tools[0].type"),
    (#""tools":[{"type":"function"}]"#, "tools[0].function"),
    (#""tools":[{"type":"function","function":{}}]"#, "tools[0].function.name"),
    (#""chat_template_kwargs":[]"#, "chat_template_kwargs"),
  ])
  func aWrongValueNamesItsField(_ more: String, _ param: String) {
    #expect(chatError(more)?.param == param)
  }

  @Test(arguments: [
    (#""response_format":{"type":"json_object"}"#, "response_format"), (#""tool_choice":"required""#, "tool_choice"),
    (#""tool_choice":{"type":"function","function":{"name":"a"}}"#, "tool_choice"), (#""functions":[]"#, "functions"),
    (#""logit_bias":{"5":1}"#, "logit_bias"), (#""best_of":2"#, "best_of"), (#""service_tier":"flex""#, "service_tier"),
    (#""modalities":["audio"]"#, "modalities"), (#""audio":{}"#, "audio"), (#""prediction":{}"#, "prediction"),
    (#""reasoning_effort":"low""#, "reasoning_effort"), (#""web_search_options":{}"#, "web_search_options"),
    (#""tools":[{"type":"custom"}]"#, "tools[0].type"), (#""guided_json":{}"#, "guided_json"),
  ])
  func whatIsNotDoneIsRefusedByName(_ more: String, _ param: String) {
    guard case .unsupported(let refused, _) = chatError(more) else {
      Issue.record("\(more) was not refused as unsupported")
      return
    }
    #expect(refused == param)
  }

  @Test(arguments: [
    #""user":"u""#, #""metadata":{"a":"b"}"#, #""store":true"#, #""service_tier":"auto""#, #""logit_bias":{}"#,
    #""parallel_tool_calls":true"#, #""response_format":{"type":"text"}"#, #""tool_choice":"none""#, #""best_of":1"#,
    #""modalities":["text"]"#, #""safety_identifier":"s""#, #""prompt_cache_key":"k""#, #""functions":null"#,
    #""top_k":-1"#, #""top_k":0"#, #""seed":-5"#, #""max_tokens":5.0"#,
  ])
  func whatIsHarmlessIsTaken(_ more: String) {
    #expect(chatError(more) == nil)
  }

  @Test func whatIsUnknownIsRefused() {
    #expect(chatError(#""tempreature":1"#) == .unknown(param: "tempreature"))
    let hostile = String(repeating: "é\\n", count: 500)
    #expect((chatError(#""\#(hostile)":1"#)?.description.utf8.count ?? 9999) < 200)
  }

  @Test(arguments: [
    ("[]", "messages"), ("5", "messages"), ("[5]", "messages[0]"), ("[{}]", "messages[0].role"),
    (#"[{"role":"king","content":"a"}]"#, "messages[0].role"), (#"[{"role":"user"}]"#, "messages[0].content"),
    (#"[{"role":"user","content":5}]"#, "messages[0].content"),
    (#"[{"role":"user","content":"a"},{"role":"user","content":[{"type":"image_url"}]}]"#, "messages[1].content[0]"),
    (#"[{"role":"user","content":[{"type":"text"}]}]"#, "messages[0].content[0].text"),
    (#"[{"role":"user","content":[{"type":"poem","text":"a"}]}]"#, "messages[0].content[0].type"),
    (#"[{"role":"user","content":"a","mood":"good"}]"#, "messages[0].mood"),
    (#"[{"role":"user","content":"a","tool_calls":[]}]"#, "messages[0].tool_calls"),
    (#"[{"role":"tool","content":"a"}]"#, "messages[0].tool_call_id"),
    (#"[{"role":"assistant"}]"#, "messages[0].content"),
    (
      #"[{"role":"assistant","tool_calls":[{"function":{"name":"f"}}]}]"#,
      "messages[0].tool_calls[0].function.arguments"
    ),
    (#"[{"role":"assistant","function_call":{}}]"#, "messages[0].function_call"),
  ])
  func aWrongMessageNamesItsPlace(_ messages: String, _ param: String) {
    #expect(messageError(messages)?.param == param)
  }

  @Test func kindsAreSaid() {
    #expect(
      messageError(#"[{"role":"user","content":"a"},{"role":"user","content":{}}]"#)?.description
        == "messages[1].content must be a string or an array of text parts, not an object")
    #expect(throws: WireError.invalid(param: "", reason: "the request body must be an object, not an array")) {
      try ChatCompletionRequest(field("[]"))
    }
    #expect(throws: WireError.missing(param: "model")) { try ChatCompletionRequest(field("{}")) }
  }

  @Test func promptsThatAreNone() throws {
    let wrong = [
      (#""prompt":[]"#, "prompt"), (#""prompt":5"#, "prompt"), (#""prompt":[1,"a"]"#, "prompt[1]"),
      (#""prompt":[-1]"#, "prompt[0]"), (#""prompt":[4294967296]"#, "prompt[0]"), (#""prompt":[[]]"#, "prompt[0]"),
      (#""prompt":["a",true]"#, "prompt[1]"), (#""prompt":"a","suffix":"b""#, "suffix"),
      (#""prompt":["a","b"],"n":100"#, "n"), (#""prompt":"a","logprobs":true"#, "logprobs"),
      (#""prompt":"a","logprobs":21"#, "logprobs"), (#""prompt":"a","messages":[]"#, "messages"),
    ]
    for (more, param) in wrong {
      #expect { try completion(more) } throws: { ($0 as? WireError)?.param == param }
    }
    #expect(try completion(#""prompt":"a","suffix":"""#).prompts == [.text("a")])
    #expect(throws: WireError.self) {
      try EmbeddingRequest(field(#"{"model":"m","input":"a","encoding_format":"int8"}"#))
    }
  }

  @Test func requestsAreWrittenAsTheyAreRead() throws {
    var options = GenerationOptions()
    options.choices = 2
    options.maximumTokens = 7
    options.stop = ["a", "b"]
    options.streams = true
    options.includesUsage = true
    options.ignoresEnd = true
    options.user = "u"
    options.sampling.temperature = 0
    options.sampling.topP = 0.5
    options.sampling.topK = 3
    options.sampling.minP = 0.25
    options.sampling.repetitionPenalty = 1.5
    options.sampling.presencePenalty = 1
    options.sampling.frequencyPenalty = -1
    options.sampling.seed = -9
    let call = try JSONReader.value(
      of: Array(#"{"id":"c","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}"#.utf8))
    let tool = try JSONReader.value(of: Array(#"{"type":"function","function":{"name":"f"}}"#.utf8))
    let chat = ChatCompletionRequest(
      model: "m",
      messages: [
        ChatMessage(role: .system, content: "s"), ChatMessage(role: .user, content: "u\n\"", name: "n"),
        ChatMessage(role: .assistant, content: nil, toolCalls: [call]),
        ChatMessage(role: .tool, content: "r", toolCallID: "c"),
      ], options: options, logprobs: true, topLogprobs: 4, tools: [tool],
      templateVariables: JSONObject(["thinks": .boolean(false)]))
    #expect(try ChatCompletionRequest(JSONField(JSONReader.value(of: chat.json.bytes))) == chat)
    for prompts in [[Prompt.text("a")], [.tokens([1, 2])], [.text("a"), .tokens([3])]] {
      let completion = CompletionRequest(model: "m", prompts: prompts, options: options, echoes: true, logprobs: 3)
      #expect(try CompletionRequest(JSONField(JSONReader.value(of: completion.json.bytes))) == completion)
      let embedding = EmbeddingRequest(model: "m", inputs: prompts, encoding: .base64, dimensions: 12)
      #expect(try EmbeddingRequest(JSONField(JSONReader.value(of: embedding.json.bytes))) == embedding)
    }
  }
}
