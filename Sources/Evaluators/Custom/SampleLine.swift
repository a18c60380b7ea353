public import OpenAIWire

/// A sample as a program reads it: one JSON object in one line.
///
/// `id`, `input` (a text) or `messages` (OpenAI's form), `output` (null where there is no answer), `expected`, `context`,
/// `metadata`, `trajectory`, `references` (lists of steps) and `model`, the one that answered. What is empty is left out; `output` never is.
public enum SampleLine {
  public static let limits = JSONLimits(bytes: 32 << 20, depth: 64, values: 1_000_000)

  private static let members: Set<String> = [
    "id", "input", "messages", "output", "expected", "context", "metadata", "trajectory", "references",
    "model",
  ]

  /// Without the line feed.
  public static func encode(_ sample: EvaluationSample) -> [UInt8] {
    func list(_ values: [JSONValue]) -> JSONValue? { values.isEmpty ? nil : .array(values) }
    var text: String?
    var messages: [ChatMessage] = []
    switch sample.input {
    case .text(let asked): text = asked
    case .messages(let conversation): messages = conversation
    }
    var metadata = JSONObject()
    for (name, value) in sample.metadata.sorted(by: { $0.key < $1.key }) { metadata.append(name, value) }
    return JSONValue.members([
      "id": sample.id.map { .string($0) }, "input": text.map { .string($0) },
      "messages": text == nil ? .array(messages.map(\.json)) : nil,
      "output": sample.output.map { .string($0) } ?? .null,
      "expected": list(sample.expected.map { .string($0) }), "context": list(sample.context.map { .string($0) }),
      "metadata": sample.metadata.isEmpty ? nil : .object(metadata), "trajectory": list(sample.trajectory.map(\.json)),
      "references": list(sample.references.map { .array($0.map(\.json)) }),
      "model": sample.model.map { .string($0) },
    ]).bytes
  }

  /// What ``encode(_:)`` wrote.
  /// - Throws: ``EvaluationError/malformedSample(place:reason:)``.
  public static func decode(_ line: some Collection<UInt8>) throws(EvaluationError) -> EvaluationSample {
    do throws(WireError) {
      let field = JSONField(try JSONReader.value(of: line, limits: limits))
      for member in try field.object().members where !members.contains(member.name) {
        throw .unknown(param: String(member.name.prefix(64)))
      }
      var sample = EvaluationSample(input: try input(field), output: try field.member("output")?.string())
      sample.id = try field.member("id")?.string()
      sample.model = try field.member("model")?.string()
      sample.expected = try texts(field, "expected")
      sample.context = try texts(field, "context")
      for member in try field.member("metadata")?.object().members ?? [] { sample.metadata[member.name] = member.value }
      let steps = try field.member("trajectory")?.elements() ?? []
      let references = try field.member("references")?.elements() ?? []
      do throws(EvaluationError) {
        for step in steps { sample.trajectory.append(try TrajectoryStep(step)) }
        for reference in references { sample.references.append(try Self.steps(reference)) }
      } catch {
        throw .invalid(param: "trajectory", reason: "\(error)")
      }
      return sample
    } catch {
      throw .malformedSample(place: error.param ?? "", reason: error.description)
    }
  }

  private static func input(_ field: JSONField) throws(WireError) -> EvaluationSample.Input {
    let text = try field.member("input")
    let messages = try field.member("messages")
    if let text, messages == nil { return .text(try text.string()) }
    guard let messages, text == nil else {
      throw .invalid(param: "input", reason: "there is either input, a text, or messages")
    }
    var conversation: [ChatMessage] = []
    for message in try messages.elements() { conversation.append(try ChatMessage(message)) }
    return .messages(conversation)
  }

  private static func texts(_ field: JSONField, _ name: String) throws(WireError) -> [String] {
    var texts: [String] = []
    for element in try field.member(name)?.elements() ?? [] { texts.append(try element.string()) }
    return texts
  }

  private static func steps(_ field: JSONField) throws(EvaluationError) -> [TrajectoryStep] {
    let elements: [JSONField]
    do throws(WireError) { elements = try field.elements() } catch {
      throw .malformedSample(place: field.path, reason: error.description)
    }
    var steps: [TrajectoryStep] = []
    for element in elements { steps.append(try TrajectoryStep(element)) }
    return steps
  }
}
