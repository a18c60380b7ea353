import Pricing
import Testing

@Suite struct UsageDocumentTests {
  private func read(_ json: String, _ form: UsageForm? = nil) throws -> UsageDocument {
    try UsageDocument(json: json.utf8, form: form)
  }

  @Test func chatPartsAreTakenOutOfTheirWhole() throws {
    let document = try read(
      """
      {"prompt_tokens":9126,"completion_tokens":3197,"total_tokens":12323,
       "prompt_tokens_details":{"cached_tokens":4864,"audio_tokens":0},
       "completion_tokens_details":{"reasoning_tokens":2944,"accepted_prediction_tokens":0}}
      """)
    #expect(document.form == .chat)
    #expect(document.usage == (try Usage(input: 4262, cachedInput: 4864, output: 253, outputReasoning: 2944)))
    #expect(document.usage.totalInput == 9126)
    #expect(document.usage.totalOutput == 3197)
  }

  @Test func responsesPartsAreTakenOutOfTheirWhole() throws {
    let document = try read(
      """
      {"input_tokens":100,"input_tokens_details":{"cached_tokens":40},"output_tokens":20,
       "output_tokens_details":{"reasoning_tokens":20},"total_tokens":120}
      """)
    #expect(document.form == .responses)
    #expect(document.usage == (try Usage(input: 60, cachedInput: 40, outputReasoning: 20)))
  }

  @Test func realtimeSoundIsTakenApartByItsDetails() throws {
    let usage = try read(
      """
      {"input_tokens":100,"input_token_details":{"cached_tokens":40,"text_tokens":50,"audio_tokens":50,
       "cached_tokens_details":{"text_tokens":30,"audio_tokens":10}},"output_tokens":30,
       "output_token_details":{"text_tokens":10,"audio_tokens":20}}
      """
    ).usage
    #expect(
      usage
        == (try Usage(input: 20, cachedInput: 30, inputAudio: 40, cachedAudio: 10, output: 10, outputAudio: 20)))
  }

  @Test func anthropicsCachesStandBesideTheInput() throws {
    let document = try read(
      """
      {"input_tokens":10,"cache_read_input_tokens":1000,"cache_creation_input_tokens":300,
       "cache_creation":{"ephemeral_5m_input_tokens":100,"ephemeral_1h_input_tokens":200},"output_tokens":50,
       "output_tokens_details":{"thinking_tokens":30},"server_tool_use":{"web_search_requests":2},
       "service_tier":"standard"}
      """)
    #expect(document.form == .anthropic)
    #expect(document.serviceTier == "standard")
    #expect(
      document.usage
        == (try Usage(
          input: 10, cachedInput: 1000, cacheWrite: 100, cacheWrite1h: 200, output: 20, outputReasoning: 30,
          webSearches: 2)))
    #expect(document.usage.totalInput == 1310)
  }

  @Test func anthropicsWritesWithoutTheirTimeAreTheShortOnes() throws {
    let usage = try read(#"{"input_tokens":1,"cache_creation_input_tokens":7,"output_tokens":2}"#).usage
    #expect(usage == (try Usage(input: 1, cacheWrite: 7, output: 2)))
  }

  @Test func googlesThoughtsStandBesideTheCandidates() throws {
    let document = try read(
      """
      {"promptTokenCount":1000,"cachedContentTokenCount":400,"candidatesTokenCount":30,"thoughtsTokenCount":70,
       "toolUsePromptTokenCount":5,"totalTokenCount":1105,
       "promptTokensDetails":[{"modality":"TEXT","tokenCount":900},{"modality":"AUDIO","tokenCount":100}],
       "cacheTokensDetails":[{"modality":"TEXT","tokenCount":340},{"modality":"AUDIO","tokenCount":60}]}
      """)
    #expect(document.form == .google)
    #expect(
      document.usage
        == (try Usage(
          input: 565, cachedInput: 340, inputAudio: 40, cachedAudio: 60, output: 30, outputReasoning: 70)))
  }

  @Test func aWholeResponseNamesTheModelThatAnswered() throws {
    let chat = try read(
      #"{"model":"gpt-5-mini-2025-08-07","service_tier":"flex","usage":{"prompt_tokens":1,"completion_tokens":2}}"#)
    #expect(chat.model == "gpt-5-mini-2025-08-07")
    #expect(chat.serviceTier == "flex")
    let google = try read(#"{"modelVersion":"gemini-2.5-flash","usageMetadata":{"promptTokenCount":3}}"#)
    #expect(google.model == "gemini-2.5-flash")
    #expect(google.usage == (try Usage(input: 3)))
  }

  /// As xAI's chat completions do: 10 + 5 + 20 is the total.
  @Test func reasoningBesideTheOutputIsSeenByTheTotal() throws {
    let usage = try read(
      """
      {"prompt_tokens":10,"completion_tokens":5,"total_tokens":35,"completion_tokens_details":{"reasoning_tokens":20}}
      """
    ).usage
    #expect(usage == (try Usage(input: 10, output: 5, outputReasoning: 20)))
  }

  @Test(arguments: [
    (
      #"{"prompt_tokens":10,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":11}}"#,
      UsageError.exceeds(part: "cached tokens", count: 11, whole: "prompt_tokens", of: 10)
    ),
    (
      #"{"prompt_tokens":10,"completion_tokens":4,"completion_tokens_details":{"reasoning_tokens":5}}"#,
      .exceeds(part: "reasoning", count: 5, whole: "completion_tokens", of: 4)
    ),
    (
      #"{"prompt_tokens":10,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":6,"cache_write_tokens":5}}"#,
      .exceeds(part: "the sum of its parts", count: 11, whole: "prompt_tokens", of: 10)
    ),
    (
      #"{"prompt_tokens":10,"completion_tokens":4,"total_tokens":15}"#,
      .wrongTotal("total_tokens", said: 15, found: 14)
    ),
    (
      #"{"input_tokens":10,"output_tokens":4,"input_tokens_details":{"cached_tokens":11}}"#,
      .exceeds(part: "cached tokens", count: 11, whole: "input_tokens", of: 10)
    ),
    (#"{"prompt_tokens":-1,"completion_tokens":4}"#, .negative("prompt_tokens", -1)),
    (#"{"prompt_tokens":1.5,"completion_tokens":4}"#, .notACount("prompt_tokens")),
    (#"{"prompt_tokens":true,"completion_tokens":4}"#, .notACount("prompt_tokens")),
    (#"{"prompt_tokens":"1","completion_tokens":4}"#, .notACount("prompt_tokens")),
    (#"{"prompt_tokens":1e300,"completion_tokens":4}"#, .notACount("prompt_tokens")),
    (
      #"{"prompt_tokens":9223372036854775807,"completion_tokens":4}"#,
      .tooLarge("prompt_tokens", 9_223_372_036_854_775_807)
    ),
    (
      #"{"prompt_tokens":1,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":-4}}"#,
      .negative("prompt_tokens_details.cached_tokens", -4)
    ),
    (#"{"completion_tokens":4}"#, .missing("prompt_tokens", .chat)),
    (
      #"{"prompt_tokens":9,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":4,"audio_tokens":4}}"#,
      .overlapUnknown("cached tokens", "audio tokens")
    ),
    (
      #"{"input_tokens":1,"output_tokens":4,"cache_creation_input_tokens":9,"cache_creation":{"ephemeral_5m_input_tokens":4}}"#,
      .wrongTotal("cache_creation_input_tokens", said: 9, found: 4)
    ),
    (
      #"{"promptTokenCount":1,"cachedContentTokenCount":2}"#,
      .exceeds(part: "cachedContentTokenCount", count: 2, whole: "promptTokenCount", of: 1)
    ),
    (
      #"{"promptTokenCount":5,"candidatesTokenCount":2,"totalTokenCount":9}"#,
      .wrongTotal("totalTokenCount", said: 9, found: 7)
    ),
    (#"{"prompt_tokens":1,"input_tokens":1}"#, .ambiguousForm([.chat, .responses])),
    (
      #"{"input_tokens":1,"input_tokens_details":{},"cache_read_input_tokens":2}"#,
      .ambiguousForm([.anthropic, .responses])
    ),
    (#"{"tokens":1}"#, .unknownForm), ("{}", .unknownForm), ("[1]", .notJSON), ("{", .notJSON), ("", .notJSON),
    (String(repeating: "[", count: 100_000), .notJSON),
  ])
  func whatContradictsItselfIsRefused(json: String, error: UsageError) {
    #expect(throws: error) { try read(json) }
  }

  @Test func aNamedFormIsTaken() throws {
    let both = #"{"prompt_tokens":1,"completion_tokens":2,"input_tokens":3,"output_tokens":4}"#
    #expect(try read(both, .chat).usage == Usage(input: 1, output: 2))
    #expect(try read(both, .responses).usage == Usage(input: 3, output: 4))
  }

  @Test func countsAreChecked() {
    #expect(throws: UsageError.negative("output", -3)) { try Usage(output: -3) }
    #expect(throws: UsageError.tooLarge("input", Usage.most + 1)) { try Usage(input: Usage.most + 1) }
  }
}
