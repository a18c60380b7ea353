import OpenAIWire

/// A span as it stood in a file, with what is needed of it.
struct OTLPSpan {
  enum Status { case unset, ok, error }

  /// What happened at a moment of a span, or in a log record that names the span.
  struct Event {
    var name: String
    var time: UInt64?
    var attributes: [String: JSONValue]
    /// Of a log record; nil for an event of the span itself.
    var body: JSONValue?
  }

  /// Lower-case hexadecimal digits.
  var traceID: String
  var spanID: String
  var parentID: String?
  var name: String
  /// Nanoseconds since 1970; nil where the span never says it.
  var start: UInt64?
  var end: UInt64?
  var attributes: [String: JSONValue]
  var events: [Event]
  var status: Status
  var statusMessage: String?
  /// Index into ``OTLPContents/resources``.
  var resource: Int

  /// Seconds from start to end; nil where one is missing or they stand the wrong way round.
  var seconds: Double? {
    guard let start, let end, end >= start, attributes["efficientllm.duration.absent"]?.boolean != true else {
      return nil
    }
    return Double(end - start) / 1e9
  }

  /// The first attribute of these names that there is.
  func attribute(_ names: String...) -> JSONValue? {
    for name in names { if let value = attributes[name], !value.isNull { return value } }
    return nil
  }

  func text(_ names: String...) -> String? {
    for name in names { if let text = attributes[name]?.string, !text.isEmpty { return text } }
    return nil
  }

  /// A whole number, also where it stands in a string.
  func count(_ names: String...) -> Int? {
    for name in names {
      if let number = attributes[name]?.integer ?? attributes[name]?.string.flatMap({ Int($0) }) { return number }
    }
    return nil
  }

  func number(_ names: String...) -> Double? {
    for name in names { if let number = attributes[name]?.double, number.isFinite { return number } }
    return nil
  }
}

/// What was in the files: spans of all traces, and what log records say of them.
struct OTLPContents {
  var spans: [OTLPSpan] = []
  var resources: [[String: JSONValue]] = []
  /// Of log records, by the trace and span that they name.
  var logs: [SpanKey: [OTLPSpan.Event]] = [:]
  /// Spans that have no usable id.
  var withoutID = 0
  var notes: [String] = []

  struct SpanKey: Hashable {
    var trace: String
    var span: String
  }
}
