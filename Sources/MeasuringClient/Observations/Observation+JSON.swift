public import OpenAIWire

extension Observation {
  /// The observation as one line of a JSONL file. Stamps are nanoseconds of the monotonic clock; a text that was kept is
  /// there, a request's own text never.
  public var json: JSONValue {
    .members([
      "index": .integer(index), "id": .string(identifier), "warmup": isWarmup ? .boolean(true) : nil,
      "scheduled_ns": .stamp(scheduled),
      "attempts": .array(attempts.map(\.json)), "succeeded": .boolean(succeeded),
      "ttft_ns": .optionalStamp(timeToFirstToken), "latency_ns": .optionalStamp(latency),
      "tpot_ns": timePerOutputToken.map { .number($0) },
      "prompt_tokens": promptTokens.map { .integer($0) },
      "completion_tokens": completionTokens.map { .integer($0) },
      "token_source": tokenSource.map { .string($0.rawValue) },
      "answered_by": answeredBy.map { .string($0) }, "usage": usage, "service_tier": serviceTier.map { .string($0) },
      "finish_reason": finishReason.map { .string($0) }, "text": text.map { .string($0) },
      "tool_calls": toolCalls.isEmpty ? nil : .array(toolCalls),
    ])
  }
}

extension AttemptTimeline {
  var json: JSONValue {
    .members([
      "began_ns": .stamp(began), "handshake_began_ns": .optionalStamp(handshakeBegan),
      "connected_ns": .optionalStamp(connected),
      "reused_connection": .boolean(reusedConnection), "sent_ns": .optionalStamp(sent),
      "first_byte_ns": .optionalStamp(firstByte), "token_ns": .array(arrivals.map(JSONValue.stamp)),
      "shared_stamps": .integer(sharedStamps), "end_ns": .optionalStamp(end),
      "status": status.map { .integer($0) }, "error": failure.map { .string($0.kind) },
      "error_message": failure.map { .string($0.description) },
      "retry_after_seconds": failure.flatMap {
        if case .status(_, let seconds?, _) = $0 { .integer(seconds) } else { nil }
      },
      "usage": usage, "answered_by": answeredBy.map { .string($0) },
      "service_tier": serviceTier.map { .string($0) },
    ])
  }
}

extension JSONValue {
  /// A stamp fits: the clock would have to run for 292 years.
  static func stamp(_ nanoseconds: UInt64) -> JSONValue { .integer(Int(clamping: nanoseconds)) }
  static func optionalStamp(_ nanoseconds: UInt64?) -> JSONValue? { nanoseconds.map(stamp) }
}
