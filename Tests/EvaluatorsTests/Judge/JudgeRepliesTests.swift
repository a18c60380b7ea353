import Measures
import OpenAIWire
import Testing

@testable import Evaluators

@Suite("A judge's replies")
struct JudgeRepliesTests {
  private func relevancy(_ judge: ScriptedJudge, attempts: Int = 3) -> JudgedAnswerRelevancy {
    JudgedAnswerRelevancy(judge: judge, settings: JudgeSettings(attempts: attempts))
  }

  @Test("a verdict in the form is a score, with all it took", arguments: 0...4)
  func marks(point: Int) async throws {
    let judge = ScriptedJudge(texts: mark(point))
    let evaluation = try await relevancy(judge).evaluate(asked("In 5 days."))
    #expect(evaluation.score == Double(point) / 4)
    #expect(evaluation.passed == (point >= 2))
    #expect(evaluation.reason == "\(point) of 4: because")
    #expect(evaluation.cost == JudgeReply.cent)
    #expect(evaluation.engine == "judge judge-1")
    let work = try #require(evaluation.work)
    #expect(work.requests == 1)
    #expect(work.problems.isEmpty)
    #expect(work.models == ["judge-1-2026-01-01"])
    #expect(work.latency == .milliseconds(20))
    #expect(work.usage.count == 1)
    #expect(!work.isSelfJudged)
  }

  @Test(
    "JSON is taken whole or as one fence, after what a model thinks",
    arguments: [
      "\n " + mark(4) + "\n", "```json\n\(mark(4))\n```", "```\n\(mark(4))\n```\n", "```JSON\r\n\(mark(4))\r\n```",
      "<think>The text says </think> {\"mark\": 0} and so on.</think>\n\(mark(4))",
      #"{"mark": 4.0, "reason": "because", "cannot_tell": ""}"#, #"{"mark": 4, "reason": "because"}"#,
      #"{"mark": 4, "reason": "because", "cannot_tell": "None"}"#,
      #"{"mark": 4, "reason": "It answers all that was asked, directly and specifically."}"#,
    ])
  func forms(reply: String) async throws {
    let judge = ScriptedJudge(texts: reply)
    #expect(try await relevancy(judge).score(asked("In 5 days.")) == 1)
    #expect(judge.requests.count == 1)
  }

  static let malformed: [(reply: JudgeReply, kind: JudgeProblem.Kind)] = [
    (.text(nil), .empty), (.text(""), .empty), (.text(" \n\t\u{A0}"), .empty),
    (.text(mark(4), finish: .length), .truncated), (.text("{\"reason\": \"bec", finish: .length), .truncated),
    (.text(nil, refusal: "I cannot help with that."), .refused), (.text(mark(4), refusal: "No."), .refused),
    (.text("", finish: .contentFilter), .refused),
    (.text("I'm sorry, but I can't judge this."), .unreadable), (.text("4"), .unreadable), (.text("null"), .unreadable),
    (.text("[]"), .unreadable), (.text("[\(mark(4))]"), .unreadable), (.text("{\"reason\": \"because"), .unreadable),
    (.text(mark(4) + mark(4)), .unreadable), (.text("Verdict: " + mark(4)), .unreadable),
    (.text("The answer holds ```json\n\(mark(4))\n``` and tries to cheat."), .unreadable),
    (.text("```json\n\(mark(4))\n```\n```json\n\(mark(0))\n```"), .unreadable),
    (.text("```swift\n\(mark(4))\n```"), .unreadable), (.text("```\(mark(4))```"), .unreadable),
    (.text("<think>\(mark(4))"), .unreadable), (.text(#"{'mark': 4, 'reason': 'x'}"#), .unreadable),
    (.text(#"{"mark": 4, "mark": 0, "reason": "x"}"#), .unreadable),
    (.text(#"{"mark": NaN, "reason": "x"}"#), .unreadable),
    (.text(#"{"mark": 1e999, "reason": "x"}"#), .unreadable),
    (.text(String(repeating: "[", count: 5000)), .unreadable),
    (.text(String(repeating: " ", count: 1 << 20) + mark(4)), .unreadable),
    (.text("{}"), .form), (.text(#"{"mark": 4}"#), .form), (.text(#"{"reason": "x"}"#), .form),
    (.text(#"{"mark": null, "reason": "x", "cannot_tell": null}"#), .form),
    (.text(#"{"mark": "4", "reason": "x"}"#), .form),
    (.text(#"{"mark": true, "reason": "x"}"#), .form), (.text(#"{"mark": 4, "reason": " "}"#), .form),
    (.text(#"{"mark": 4, "reason": 4}"#), .form), (.text(#"{"mark": 4, "reason": "x", "score": 1}"#), .form),
    (.text(#"{"mark": 4, "reason": "x", "cannot_tell": false}"#), .form),
    (.text(#"{"reason": "why this mark and no other", "mark": 0, "cannot_tell": null}"#), .echo),
    (.text(#"{"reason": "The material ends here.", "mark": 4}"#), .echo),
    (.text(#"{"reason": "...", "mark": 4}"#), .form),
    (.text(#"{"cannot_tell": "The material ends here."}"#), .echo),
    (.text(#"{"reason": "When is my refund paid?", "mark": 0}"#), .echo),
    (.text(#"{"reason": "in 5 days. ", "mark": 4}"#), .echo), (.text(mark(5)), .range), (.text(mark(-1)), .range),
    (.text(#"{"mark": 3.5, "reason": "x"}"#), .range),
    (.text(#"{"mark": 100, "reason": "x"}"#), .range),
    (.text(#"{"mark": 4, "reason": "x", "cannot_tell": "no question"}"#), .contradiction),
  ]

  @Test(
    "what is no verdict is asked for again, then an error with what it cost; never a score",
    arguments: malformed.indices)
  func askedAgain(index: Int) async throws {
    let (reply, kind) = Self.malformed[index]
    let judge = ScriptedJudge(reply)
    let error = await #expect(throws: EvaluationError.self) { try await relevancy(judge).evaluate(asked("In 5 days.")) }
    guard case .judgeFailed(evaluator: "AnswerRelevancy", judge: "judge-1", _, let work) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(work.requests == 3)
    #expect(work.problems.map(\.kind) == [kind, kind, kind])
    #expect(work.cost == .charged(try #require(DecimalAmount("0.03")), currency: "USD"))
    #expect(work.latency == .milliseconds(60))
    #expect(error?.isUsageError == false)
    #expect(error?.description.contains("in 3 requests: \(kind.rawValue): ") == true)
    #expect(judge.requests.count == 3)
  }

  @Test("one malformed reply costs a retry, which tells the judge what was wrong", arguments: malformed.indices)
  func retry(index: Int) async throws {
    let (reply, kind) = Self.malformed[index]
    let judge = ScriptedJudge(reply, .text(mark(3), cost: .charged(DecimalAmount("0.02")!, currency: "USD")))
    let evaluation = try await relevancy(judge).evaluate(asked("In 5 days."))
    #expect(evaluation.score == 0.75)
    #expect(evaluation.cost == .charged(try #require(DecimalAmount("0.03")), currency: "USD"))
    #expect(evaluation.work?.retries == 1)
    #expect(evaluation.work?.problems.map(\.kind) == [kind])
    let (first, second) = (judge.requests[0], judge.requests[1])
    #expect(first.messages.map(\.role) == [.system, .user])
    #expect(second.messages.map(\.role) == [.system, .user, .assistant, .user])
    #expect(Array(second.messages.prefix(2)) == first.messages)
    let detail = try #require(evaluation.work?.problems.first?.detail)
    #expect(second.messages[3].content?.hasPrefix("That reply cannot be used: \(detail).") == true)
    for message in second.messages { #expect(message.content?.isBlank == false) }
    #expect((second.messages[2].content ?? "").utf8.count < 5000)
    #expect(second.maximumTokens == (kind == .truncated ? 2 : 1) * first.maximumTokens)
  }

  @Test("a judge that says it cannot tell is an absence, not an error, and was paid for")
  func declined() async throws {
    for reply in [
      #"{"reason": null, "mark": null, "cannot_tell": "the question is in no language"}"#,
      #"{"reason": "unclear", "mark": null, "cannot_tell": "the question is in no language"}"#,
      #"{"cannot_tell": "the question is in no language"}"#,
    ] {
      let evaluation = try await relevancy(ScriptedJudge(texts: reply)).evaluate(asked("In 5 days."))
      #expect(evaluation.score == nil)
      #expect(evaluation.outcome.absence?.reason == "the judge cannot tell: the question is in no language")
      if case .absent(_, let cause) = evaluation.outcome { #expect(cause == .declined) }
      #expect(evaluation.cost == JudgeReply.cent)
    }
  }

  @Test("a failing endpoint is an error at once: whoever sends requests sends them again")
  func failure() async throws {
    let unknown = EvaluationCost.unknown(Absence("the server may have worked"))
    let judge = ScriptedJudge { _, index throws(JudgeFailure) in
      guard index > 0 else { return .text("no verdict") }
      throw JudgeFailure(.timeout, reason: "no whole answer within 60 s", cost: unknown, latency: .seconds(60))
    }
    let error = await #expect(throws: EvaluationError.self) { try await relevancy(judge).evaluate(asked("In 5 days.")) }
    guard case .judgeFailed(_, _, "timeout: no whole answer within 60 s", let work) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(work.requests == 2)
    #expect(work.cost == unknown)
    #expect(work.latency == .seconds(60) + .milliseconds(20))
  }

  @Test("a cancelled task ends, before a request and in one")
  func cancellation() async throws {
    let judge = ScriptedJudge { _, _ throws(JudgeFailure) in
      throw JudgeFailure(.cancelled, reason: "ended with the run", cost: .free)
    }
    await #expect(throws: CancellationError.self) { try await relevancy(judge).evaluate(asked("In 5 days.")) }
    let silent = ScriptedJudge(texts: mark(4))
    let evaluator = relevancy(silent)
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await evaluator.evaluate(asked("In 5 days."))
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(silent.requests.isEmpty)
  }

  @Test("nobody is asked about an empty answer, or a row that asks nothing")
  func empty() async throws {
    let judge = ScriptedJudge(texts: mark(4))
    for answer in [nil, "", " \n"] as [String?] {
      #expect(try await relevancy(judge).cause(asked(answer)) == .noAnswer)
    }
    #expect(try await relevancy(judge).cause(asked("An answer.", question: " ")) == .noExpectation)
    #expect(judge.requests.isEmpty)
    #expect(try await relevancy(judge).verdict(of: asked("")).work == nil)
  }

  @Test("an endpoint is asked in the form it supports")
  func structured() async throws {
    for structured in StructuredOutput.allCases {
      let judge = ScriptedJudge(.text(mark(4)), structured: structured)
      _ = try await relevancy(judge).evaluate(asked("In 5 days."))
      let body = try #require(judge.requests[0].json(model: "m").object)
      let format = body["response_format"]?.object
      #expect(judge.requests[0].system.contains("\"mark\": 0 to 4"))
      switch structured {
      case .prompt: #expect(format == nil)
      case .jsonObject: #expect(format?["type"] == .string("json_object"))
      case .jsonSchema:
        #expect(format?["type"] == .string("json_schema"))
        let schema = try #require(format?["json_schema"]?.object)
        #expect(schema["strict"] == .boolean(true))
        // What strict output asks of a schema: every member required, none beside them.
        #expect(schema["schema"]?.object?["additionalProperties"] == .boolean(false))
        let compiled = try JSONSchema(try #require(schema["schema"]))
        #expect(try compiled.problems(of: json(mark(4))).isEmpty)
        #expect(try !compiled.problems(of: json(mark(5))).isEmpty)
        #expect(try !compiled.problems(of: json("{}")).isEmpty)
      }
      #expect(body["temperature"] == .number(0))
      #expect(body["max_tokens"] == .integer(2048))
      #expect(try #require(judge.requests[0].json(model: "m", limit: .maxCompletionTokens).object)["max_tokens"] == nil)
    }
  }

  @Test("a chat completion's body is read, and its price made from who answered")
  func body() throws {
    let body = try json(
      #"""
      {"model": "gpt-x-2026", "choices": [{"message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
       "usage": {"prompt_tokens": 3}}
      """#)
    let reply = try JudgeReply(body: body, latency: .seconds(1)) { model, usage in
      #expect(model == "gpt-x-2026")
      #expect(usage?.object?["prompt_tokens"] == .integer(3))
      return .unknown(Absence("no price"))
    }
    #expect(reply.text == "hi")
    #expect(reply.finishReason == .stop)
    #expect(reply.cost == .unknown(Absence("no price")))
    for wrong in ["{}", #"{"choices": []}"#, #"{"choices": [{}]}"#, #"{"choices": [{"message": {"content": []}}]}"#] {
      let value = try json(wrong)
      #expect(throws: WireError.self) { try JudgeReply(body: value, latency: .zero) { _, _ in .free } }
    }
  }

  @Test("costs add exactly; unknown stays unknown and two currencies are not mixed")
  func costs() throws {
    let (one, two) = (JudgeReply.cent, EvaluationCost.charged(DecimalAmount("0.25")!, currency: "EUR"))
    let unknown = EvaluationCost.unknown(Absence("no price"))
    #expect(one + .free == one)
    #expect(.free + one == one)
    #expect(EvaluationCost.free + .free == .free)
    #expect(one + one == .charged(try #require(DecimalAmount("0.02")), currency: "USD"))
    #expect(one + unknown == unknown)
    #expect(unknown + one == unknown)
    #expect(unknown + .free == unknown)
    #expect(.free + unknown == unknown)
    guard case .unknown = one + two else {
      Issue.record("two currencies were added")
      return
    }
  }

  @Test("a long reason is cut between characters")
  func reasons() async throws {
    let long = String(repeating: "é", count: 4000)
    let judge = ScriptedJudge(texts: #"{"reason": "a\#(long)", "mark": 4, "cannot_tell": null}"#)
    let reason = try await relevancy(judge).verdict(of: asked("In 5 days.")).reason
    #expect(reason.utf8.count <= VerdictLine.longestReason + 16)
    #expect(!reason.unicodeScalars.contains("\u{FFFD}"))
    #expect("abc".cut(3) == "abc")
    #expect("aéé".cut(2) == "a…")
    #expect("🙂🙂".cut(5) == "🙂…")
  }

  @Test("a judge that is the candidate's own model is said to be")
  func selfJudged() async throws {
    func work(_ candidate: String?, answering: String?) async throws -> Evaluation {
      let judge = ScriptedJudge(.text(mark(4), model: answering))
      return try await relevancy(judge).evaluate(asked("In 5 days.", model: candidate))
    }
    let own = try await work("openai/Judge-1", answering: "judge-1-2026-01-01")
    #expect(own.work?.isSelfJudged == true)
    #expect(own.reason == "4 of 4: because (the judge is the model that answered)")
    #expect(try await work("judge-1", answering: nil).work?.isSelfJudged == true)
    #expect(try await work("judge-2", answering: "judge-1").work?.isSelfJudged == false)
    #expect(try await work("judge-1", answering: "judge-2").work?.isSelfJudged == false)
    #expect(try await work("judge-1-mini", answering: "judge-1").work?.isSelfJudged == false)
    #expect(try await work(nil, answering: "judge-1").work?.isSelfJudged == false)
    #expect(ModelName.isSame("claude-x-20260101", "claude-x"))
    #expect(!ModelName.isSame("", ""))
  }
}
