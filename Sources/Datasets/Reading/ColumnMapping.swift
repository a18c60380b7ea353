/// Which column of a file becomes which part of a row.
///
/// A part that is not mapped is taken from the first column, in the order of ``Target/automaticColumns``, that the row
/// has. The choice depends on the row alone, so that a row means the same whatever stands around it.
public struct ColumnMapping: Sendable, Hashable {
  /// A part of a row.
  public enum Target: Sendable, Hashable, CustomStringConvertible {
    case id, input, messages, expected, context, trajectory, labels, judged, metadata
    /// One name of the metadata; a kind makes the value that kind, or refuses it.
    case metadataField(String, MetadataValue.Kind?)
    /// The people's labels of one evaluator.
    case labelField(String)

    private static let plain: [String: Target] = [
      "id": .id, "input": .input, "messages": .messages, "expected": .expected, "context": .context,
      "trajectory": .trajectory, "labels": .labels, "judged": .judged, "metadata": .metadata,
    ]

    /// Nil for a name that is no part of a row.
    init?(_ text: String) {
      if let target = Self.plain[text] {
        self = target
      } else if text.hasPrefix("metadata.") {
        var name = text.dropFirst("metadata.".count)
        var kind: MetadataValue.Kind?
        if let colon = name.lastIndex(of: ":"),
          let named = MetadataValue.Kind(rawValue: String(name[colon...].dropFirst()))
        {
          kind = named
          name = name[..<colon]
        }
        guard !name.isEmpty else { return nil }
        self = .metadataField(String(name), kind)
      } else if text.hasPrefix("labels."), text.utf8.count > "labels.".utf8.count {
        self = .labelField(String(text.dropFirst("labels.".count)))
      } else {
        return nil
      }
    }

    public var description: String {
      switch self {
      case .metadataField(let name, let kind): "metadata.\(name)\(kind.map { ":" + $0.rawValue } ?? "")"
      case .labelField(let name): "labels.\(name)"
      default: Self.plain.first { $0.value == self }?.key ?? ""
      }
    }

    /// Whether several columns may be mapped to it.
    var takesSeveral: Bool { self == .expected || self == .context }

    /// The columns it is taken from where no mapping says otherwise, the first that a row has. Capital letters and blanks
    /// make no difference: `User Input` is `user_input`.
    public var automaticColumns: [String] {
      switch self {
      case .id: ["id"]
      case .input: ["input", "prompt", "question", "query", "instruction", "user_input"]
      case .messages: ["messages"]
      case .expected:
        [
          "expected", "expected_output", "reference", "reference_answer", "ideal", "answer", "answers", "output",
          "target", "ground_truth",
        ]
      case .context: ["context", "contexts", "passages", "retrieved_contexts"]
      case .trajectory: ["trajectory"]
      case .labels: ["labels"]
      case .judged: ["judged"]
      case .metadata: ["metadata"]
      case .metadataField, .labelField: []
      }
    }
  }

  public struct Entry: Sendable, Hashable {
    public let target: Target
    /// A column of a CSV file; a member of a JSONL row, or a path of members (`meta.lang`).
    public let column: String
  }

  public private(set) var entries: [Entry] = []
  /// Whether every column that is nothing else becomes metadata of its name, as far as it is text, a number or a boolean.
  public var restIsMetadata = false

  /// Nothing is mapped by hand.
  public static let automatic = ColumnMapping()

  private init() {}

  /// - Parameter pairs: texts such as `input=question` and `metadata.zip:text=postcode`.
  /// - Throws: ``DatasetError/badMapping(_:reason:)``.
  public init(_ pairs: [String], restIsMetadata: Bool = false) throws(DatasetError) {
    self.restIsMetadata = restIsMetadata
    for pair in pairs {
      guard let sign = pair.firstIndex(of: "="), pair.index(after: sign) < pair.endIndex else {
        throw .badMapping(pair, reason: "write PART=COLUMN, such as input=question")
      }
      guard let target = Target(String(pair[..<sign])) else {
        throw .badMapping(
          pair,
          reason: "a row has id, input, messages, expected, context, trajectory, labels, labels.NAME, judged, metadata "
            + "and metadata.NAME (perhaps with :text, :number or :boolean)")
      }
      let entry = Entry(target: target, column: String(pair[pair.index(after: sign)...]))
      guard !entries.contains(entry) else { throw .badMapping(pair, reason: "it is given twice") }
      guard target.takesSeveral || !entries.contains(where: { $0.target == target }) else {
        throw .badMapping(pair, reason: "\(target) is mapped already; only expected and context take several columns")
      }
      entries.append(entry)
    }
    let targets = Set(entries.map(\.target))
    if targets.isSuperset(of: [.input, .messages]) {
      throw .badMapping("messages", reason: "a row has either an input or messages: map one of them")
    }
  }

  func columns(for target: Target) -> [String] { entries.filter { $0.target == target }.map(\.column) }
}
