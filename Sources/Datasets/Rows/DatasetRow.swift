public import OpenAIWire

/// One row of a dataset: what is asked, what is expected, and what is known beside it. Rows never change; two are equal
/// when their bytes in canonical form are.
public struct DatasetRow: Sendable, Hashable {
  /// What a candidate is asked.
  public enum Input: Sendable, Hashable {
    case text(String)
    /// At least one message.
    case messages([ChatMessage])
  }

  /// The row's own name, where its file gave one; unique in its dataset.
  public let id: String?
  public let input: Input
  /// Answers that are right; none, one or several.
  public let expected: [String]
  /// Passages that an answer has to rest on.
  public let context: [String]
  public let metadata: [String: MetadataValue]
  /// The steps of an agent, each a JSON object.
  public let trajectory: [JSONValue]
  /// What people said of ``judged``.
  public let labels: [HumanLabel]
  /// An answer that was given before, which the labels are about.
  public let judged: String?
  /// SHA-256 of ``canonicalJSON``.
  public let hash: ContentHash

  public init(
    id: String? = nil, input: Input, expected: [String] = [], context: [String] = [],
    metadata: [String: MetadataValue] = [:], trajectory: [JSONValue] = [], labels: [HumanLabel] = [],
    judged: String? = nil
  ) {
    self.id = id
    self.input = input
    self.expected = expected
    self.context = context
    self.metadata = metadata
    self.trajectory = trajectory
    self.labels = labels
    self.judged = judged
    let json = Self.json(
      id: id, input: input, expected: expected, context: context, metadata: metadata, trajectory: trajectory,
      labels: labels, judged: judged)
    hash = ContentHash(of: CanonicalJSON.bytes(of: json))
  }

  /// By what results of several candidates and versions are paired: the id, or `sha256:` and the hash.
  public var identity: String { id ?? "sha256:\(hash)" }

  /// The row as an object; what is empty is left out.
  public var json: JSONValue {
    Self.json(
      id: id, input: input, expected: expected, context: context, metadata: metadata, trajectory: trajectory,
      labels: labels, judged: judged)
  }

  /// What is hashed and stored, without a line feed.
  public var canonicalJSON: [UInt8] { CanonicalJSON.bytes(of: json) }

  private static func json(
    id: String?, input: Input, expected: [String], context: [String], metadata: [String: MetadataValue],
    trajectory: [JSONValue], labels: [HumanLabel], judged: String?
  ) -> JSONValue {
    func list(_ elements: [JSONValue]) -> JSONValue? { elements.isEmpty ? nil : .array(elements) }
    var text: String?
    var messages: [ChatMessage] = []
    switch input {
    case .text(let asked): text = asked
    case .messages(let conversation): messages = conversation
    }
    var facts = JSONObject()
    for (name, value) in metadata.sorted(by: { CanonicalJSON.precedes($0.key, $1.key) }) {
      facts.append(name, value.json)
    }
    return .members([
      "id": id.map { .string($0) }, "input": text.map { .string($0) }, "messages": list(messages.map(\.json)),
      "expected": list(expected.map { .string($0) }), "context": list(context.map { .string($0) }),
      "metadata": metadata.isEmpty ? nil : .object(facts), "trajectory": list(trajectory),
      "labels": list(labels.map(\.json)), "judged": judged.map { .string($0) },
    ])
  }

  public static func == (left: DatasetRow, right: DatasetRow) -> Bool { left.hash == right.hash }

  public func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}

extension DatasetRow.Input {
  /// The text, or what the last message of a user says: enough to recognise a row by.
  public var question: String {
    switch self {
    case .text(let text): text
    case .messages(let messages):
      (messages.last { $0.role == .user } ?? messages.last)?.content ?? ""
    }
  }
}
