import OpenAIWire

/// Asks a judge until it gives a verdict that can be read, and keeps the account of it.
struct JudgeAsking: Sendable {
  /// Whom errors name.
  let evaluator: String
  let judge: any JudgeEndpoint
  let settings: JudgeSettings
  /// Draws a boundary; another one in tests.
  var boundary: @Sendable () -> String = JudgeAsking.randomBoundary

  var engine: String { "judge \(judge.model)" }

  /// 96 bits in hexadecimal. Not from a seed: whoever writes an answer must not be able to know it.
  static let randomBoundary: @Sendable () -> String = {
    var generator = SystemRandomNumberGenerator()
    return (0..<3).map { _ in
      let digits = String(UInt32.random(in: .min ... .max, using: &generator), radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  /// Bytes of an unusable reply that the judge is shown again.
  static let longestEcho = 4096

  /// Judges a sample: what cannot be scored becomes an absence, and the verdict gets the account of the asking.
  func verdict(
    of sample: EvaluationSample, _ judge: (inout JudgeWork) async throws -> Verdict
  ) async throws -> Verdict {
    var work = JudgeWork()
    let verdict: Verdict
    do {
      verdict = try await judge(&work)
    } catch let nothing as NothingToScore {
      verdict = .absent(nothing.reason, cause: nothing.cause)
    }
    if work.requests > 0, let candidate = sample.model {
      let judges = work.models.isEmpty ? [self.judge.model] : work.models
      work.isSelfJudged = judges.contains { ModelName.isSame($0, candidate) }
    }
    return verdict.judged(work)
  }

  /// - Throws: ``EvaluationError/judgeFailed(evaluator:judge:reason:work:)`` when no attempt gives a verdict or the
  ///   endpoint fails; ``EvaluationError/tooLarge(what:limit:)``; `CancellationError`.
  func ask<Answer>(
    _ question: JudgeQuestion<Answer>, _ work: inout JudgeWork
  ) async throws -> Ruling<Answer> {
    let opening = try opening(question)
    var request = JudgeRequest(
      messages: opening, maximumTokens: settings.maximumTokens, temperature: settings.temperature,
      responseFormat: responseFormat(question))
    for _ in 0..<settings.attempts {
      try Task.checkCancellation()
      let reply = try await send(request, &work)
      do throws(JudgeProblem) {
        return try Self.read(reply, question)
      } catch {
        work.problems.append(error)
        request.messages =
          opening + [
            ChatMessage(role: .assistant, content: Self.echo(reply, isCut: error.kind == .truncated)),
            ChatMessage(role: .user, content: JudgePrompt.again(error)),
          ]
        if error.kind == .truncated {
          request.maximumTokens = max(
            request.maximumTokens, min(2 * request.maximumTokens, JudgeSettings.mostTokens))
        }
      }
    }
    throw failure(work.problems.last.map(\.description) ?? "it was not asked", work)
  }

  private func opening<Answer>(_ question: JudgeQuestion<Answer>) throws(EvaluationError) -> [ChatMessage] {
    let bytes = question.material.bytes
    guard bytes <= JudgeMaterial.mostBytes else {
      throw .tooLarge(
        what: "\(evaluator.shown) would give the judge \(bytes) bytes to read", limit: "\(JudgeMaterial.mostBytes)")
    }
    var mark = boundary()
    while question.material.contains(mark) { mark = boundary() }
    return [
      ChatMessage(role: .system, content: JudgePrompt.system(question)),
      ChatMessage(role: .user, content: JudgePrompt.user(question.material, boundary: mark)),
    ]
  }

  private func send(_ request: JudgeRequest, _ work: inout JudgeWork) async throws -> JudgeReply {
    do throws(JudgeFailure) {
      let reply = try await judge.ask(request)
      work.add(reply)
      return reply
    } catch {
      work.add(error)
      if error.kind == .cancelled { throw CancellationError() }
      throw failure(error.description, work)
    }
  }

  private func failure(_ reason: String, _ work: JudgeWork) -> EvaluationError {
    .judgeFailed(evaluator: evaluator, judge: judge.model, reason: reason, work: work)
  }

  private func responseFormat<Answer>(_ question: JudgeQuestion<Answer>) -> JSONValue? {
    switch judge.structured {
    case .prompt: nil
    case .jsonObject: .members(["type": .string("json_object")])
    case .jsonSchema:
      .members([
        "type": .string("json_schema"),
        "json_schema": .members([
          "name": .string("verdict"), "strict": .boolean(true), "schema": question.schema,
        ]),
      ])
    }
  }

  /// A message without content is refused by some servers. Of a reply that did not end, its beginning says enough.
  private static func echo(_ reply: JudgeReply, isCut: Bool) -> String {
    let text = [reply.text, reply.refusal].lazy.compactMap { $0 }.first { !$0.isBlank }
    return JudgeMaterial.withoutControlTokens(text ?? "(nothing)").cut(isCut ? longestEcho / 16 : longestEcho)
  }

  static func read<Answer>(
    _ reply: JudgeReply, _ question: JudgeQuestion<Answer>
  ) throws(JudgeProblem) -> Ruling<Answer> {
    if let refusal = reply.refusal, !refusal.isBlank {
      throw JudgeProblem(.refused, "the judge refused: \(refusal)")
    }
    if reply.finishReason == .contentFilter { throw JudgeProblem(.refused, "the server's filter cut the reply") }
    if reply.finishReason == .length { throw JudgeProblem(.truncated, "the reply was cut at its limit of tokens") }
    guard let text = reply.text, !text.isBlank else { throw JudgeProblem(.empty, "the reply is empty") }
    let object = try ReplyField.read(text)
    try object.refuse(PromptEchoes(question))
    if let reason = try object.member(JudgeQuestion<Answer>.abstention)?.textIfAny(),
      !["null", "none"].contains(reason.stripped.lowercased())
    {
      try object.hasNone(of: question.verdicts)
      return .declined(reason)
    }
    return .answer(try question.read(object))
  }
}

extension ReplyField {
  /// A judge that says it cannot tell must not tell all the same.
  fileprivate func hasNone(of verdicts: [String]) throws(JudgeProblem) {
    for name in verdicts {
      guard let given = try member(name), !given.isEmptyList else { continue }
      throw JudgeProblem(.contradiction, "cannot_tell gives a reason, and \(name) gives a verdict all the same")
    }
  }
}

extension Verdict {
  /// The verdict with what it took a judge.
  fileprivate func judged(_ work: JudgeWork) -> Verdict {
    var judged: Verdict
    let reason = work.isSelfJudged ? reason + " (the judge is the model that answered)" : reason
    switch outcome {
    case .score(let score): judged = Verdict(score: score, reason: reason, parts: parts, cost: work.cost)
    case .absent(_, let cause): judged = .absent(reason, cause: cause, parts: parts, cost: work.cost)
    }
    judged.work = work.requests > 0 ? work : nil
    return judged
  }
}
