import OpenAIWire

/// Takes spans and log records out of documents: OTLP/JSON as exporters send it and collectors' files have it a line,
/// an array of spans, and the single spans that SDKs print.
struct OTLPReader {
  private let limits: ImportLimits
  private var contents = OTLPContents()
  private var resourceIndex: [[String: JSONValue]: Int] = [:]
  private var taken: [OTLPContents.SpanKey: Int] = [:]
  private var duplicates = 0
  private var contradicting = 0

  static func read(_ files: [ImportFile], _ limits: ImportLimits) throws(ImportError) -> OTLPContents {
    var reader = OTLPReader(limits: limits)
    for file in files {
      var found = false
      let notes = try JSONDocuments(file, limits).forEach { document throws(ImportError) in
        if try reader.take(document.value, file: file.name) { found = true }
      }
      guard found else {
        throw .notOfForm(
          file: file.name, form: .openTelemetry,
          expected: "OTLP/JSON with resourceSpans (one document or one a line), or an array of spans")
      }
      reader.contents.notes += notes
    }
    return reader.finished()
  }

  private init(limits: ImportLimits) { self.limits = limits }

  private func finished() -> OTLPContents {
    var contents = contents
    if duplicates > 0 { contents.notes.append("\(duplicates) spans stood twice; each was counted once.") }
    if contradicting > 0 {
      contents.notes.append(
        "\(contradicting) spans came again with other contents; the one that has an end, else the first, was taken.")
    }
    if contents.withoutID > 0 {
      contents.notes.append("\(contents.withoutID) spans without a valid trace id and span id were left out.")
    }
    return contents
  }

  /// - Returns: Whether the document is of a form that is known.
  private mutating func take(_ document: JSONValue, file: String) throws(ImportError) -> Bool {
    switch document {
    case .array(let elements):
      var found = elements.isEmpty
      for element in elements where try take(element, file: file) { found = true }
      return found
    case .object(let object):
      let spans = OTLPValue.member(object, "resourceSpans", "resource_spans")
      let logs = OTLPValue.member(object, "resourceLogs", "resource_logs")
      // A collector writes each signal to lines of its own; measurements are not read.
      let others = OTLPValue.member(object, "resourceMetrics", "resource_metrics")
      if spans ?? logs ?? others != nil {
        for group in spans?.array ?? [] { try takeSpans(of: group, file: file) }
        for group in logs?.array ?? [] { takeLogs(of: group) }
        return true
      }
      // What is empty is left out in this JSON, also the list itself.
      if object.members.isEmpty { return true }
      return try takeSingle(object, file: file)
    default: return false
    }
  }

  private mutating func resource(_ value: JSONValue?) -> Int {
    let attributes = OTLPValue.attributes(value?.object?["attributes"])
    if let known = resourceIndex[attributes] { return known }
    contents.resources.append(attributes)
    resourceIndex[attributes] = contents.resources.count - 1
    return contents.resources.count - 1
  }

  private mutating func takeSpans(of group: JSONValue, file: String) throws(ImportError) {
    guard let group = group.object else { return }
    let resource = resource(group["resource"])
    let scopes =
      OTLPValue.member(group, "scopeSpans", "scope_spans")
      ?? OTLPValue.member(group, "instrumentationLibrarySpans", "instrumentation_library_spans")
    for scope in scopes?.array ?? [] {
      for span in scope.object?["spans"]?.array ?? [] {
        guard let object = span.object else { continue }
        try add(Self.span(object, resource: resource), file: file)
      }
    }
  }

  /// A span that stands by itself: with OTLP's members, or as the Python SDK prints it.
  private mutating func takeSingle(_ object: JSONObject, file: String) throws(ImportError) -> Bool {
    let isOTLP = OTLPValue.member(object, "traceId", "trace_id") != nil
    guard isOTLP || object["context"]?.object?["trace_id"] != nil else { return false }
    let resource = resource(object["resource"])
    try add(isOTLP ? Self.span(object, resource: resource) : Self.printedSpan(object, resource: resource), file: file)
    return true
  }

  private mutating func add(_ span: OTLPSpan?, file: String) throws(ImportError) {
    guard let span else {
      contents.withoutID += 1
      return
    }
    let key = OTLPContents.SpanKey(trace: span.traceID, span: span.spanID)
    if let index = taken[key] {
      let known = contents.spans[index]
      if known.end == span.end, known.attributes == span.attributes, known.name == span.name {
        duplicates += 1
      } else {
        contradicting += 1
        if known.end == nil, span.end != nil { contents.spans[index] = span }
      }
      return
    }
    guard contents.spans.count < limits.spans else { throw .tooMuch(file: file, what: "spans", limit: limits.spans) }
    taken[key] = contents.spans.count
    contents.spans.append(span)
  }

  private static func span(_ object: JSONObject, resource: Int) -> OTLPSpan? {
    guard let trace = OTLPValue.identifier(OTLPValue.member(object, "traceId", "trace_id"), bytes: 16),
      let span = OTLPValue.identifier(OTLPValue.member(object, "spanId", "span_id"), bytes: 8)
    else { return nil }
    let status = object["status"]?.object
    let code = status?["code"]
    let events = (object["events"]?.array ?? []).compactMap { event -> OTLPSpan.Event? in
      guard let event = event.object, let name = event["name"]?.string else { return nil }
      return OTLPSpan.Event(
        name: name, time: OTLPValue.time(OTLPValue.member(event, "timeUnixNano", "time_unix_nano")),
        attributes: OTLPValue.attributes(event["attributes"]))
    }
    return OTLPSpan(
      traceID: trace, spanID: span,
      parentID: OTLPValue.identifier(OTLPValue.member(object, "parentSpanId", "parent_span_id"), bytes: 8),
      name: object["name"]?.string ?? "",
      start: OTLPValue.time(OTLPValue.member(object, "startTimeUnixNano", "start_time_unix_nano")),
      end: OTLPValue.time(OTLPValue.member(object, "endTimeUnixNano", "end_time_unix_nano")),
      attributes: OTLPValue.attributes(object["attributes"]), events: events,
      status: code?.integer == 2 || code?.string == "STATUS_CODE_ERROR"
        ? .error : code?.integer == 1 || code?.string == "STATUS_CODE_OK" ? .ok : .unset,
      statusMessage: status?["message"]?.string, resource: resource)
  }

  private static func printedSpan(_ object: JSONObject, resource: Int) -> OTLPSpan? {
    let context = object["context"]?.object
    guard let trace = OTLPValue.identifier(context?["trace_id"], bytes: 16),
      let span = OTLPValue.identifier(context?["span_id"], bytes: 8)
    else { return nil }
    let status = object["status"]?.object
    let events = (object["events"]?.array ?? []).compactMap { event -> OTLPSpan.Event? in
      guard let event = event.object, let name = event["name"]?.string else { return nil }
      return OTLPSpan.Event(
        name: name, time: OTLPValue.time(event["timestamp"]), attributes: OTLPValue.attributes(event["attributes"]))
    }
    return OTLPSpan(
      traceID: trace, spanID: span, parentID: OTLPValue.identifier(object["parent_id"], bytes: 8),
      name: object["name"]?.string ?? "", start: OTLPValue.time(object["start_time"]),
      end: OTLPValue.time(object["end_time"]), attributes: OTLPValue.attributes(object["attributes"]), events: events,
      status: status?["status_code"]?.string == "ERROR"
        ? .error : status?["status_code"]?.string == "OK" ? .ok : .unset,
      statusMessage: status?["description"]?.string, resource: resource)
  }

  private mutating func takeLogs(of group: JSONValue) {
    guard let group = group.object else { return }
    for scope in OTLPValue.member(group, "scopeLogs", "scope_logs")?.array ?? [] {
      for record in OTLPValue.member(scope.object ?? JSONObject(), "logRecords", "log_records")?.array ?? [] {
        guard let record = record.object,
          let trace = OTLPValue.identifier(OTLPValue.member(record, "traceId", "trace_id"), bytes: 16),
          let span = OTLPValue.identifier(OTLPValue.member(record, "spanId", "span_id"), bytes: 8)
        else { continue }
        let attributes = OTLPValue.attributes(record["attributes"])
        guard let name = OTLPValue.member(record, "eventName", "event_name")?.string ?? attributes["event.name"]?.string
        else { continue }
        contents.logs[OTLPContents.SpanKey(trace: trace, span: span), default: []].append(
          OTLPSpan.Event(
            name: name,
            time: OTLPValue.time(OTLPValue.member(record, "timeUnixNano", "time_unix_nano"))
              ?? OTLPValue.time(OTLPValue.member(record, "observedTimeUnixNano", "observed_time_unix_nano")),
            attributes: attributes, body: OTLPValue.plain(record["body"])))
      }
    }
  }
}
