public import OpenAIWire

/// One answer of a candidate, with what it was asked and what it is held against.
public struct EvaluationSample: Sendable, Hashable {
  /// What the candidate was asked.
  public enum Input: Sendable, Hashable {
    case text(String)
    case messages([ChatMessage])

    /// The text, or what the last message of a user says.
    public var question: String {
      switch self {
      case .text(let text): text
      case .messages(let messages): (messages.last { $0.role == .user } ?? messages.last)?.content ?? ""
      }
    }
  }

  public var id: String?
  public var input: Input
  /// What the candidate answered; nil where it gave no answer.
  public var output: String?
  /// Answers that are right: none, one or several.
  public var expected: [String]
  /// Passages that the answer has to rest on.
  public var context: [String]
  public var metadata: [String: JSONValue]
  /// What an agent did, in order.
  public var trajectory: [TrajectoryStep]
  /// Ways to do the same task that are known to work.
  public var references: [[TrajectoryStep]]
  /// The model that answered, where it is known: a judge that is the same model is said to be.
  public var model: String?

  public init(
    id: String? = nil, input: Input, output: String?, expected: [String] = [], context: [String] = [],
    metadata: [String: JSONValue] = [:], trajectory: [TrajectoryStep] = [], references: [[TrajectoryStep]] = [],
    model: String? = nil
  ) {
    self.id = id
    self.input = input
    self.output = output
    self.expected = expected
    self.context = context
    self.metadata = metadata
    self.trajectory = trajectory
    self.references = references
    self.model = model
  }

  /// Bytes of text, over all fields, that an evaluator takes.
  public static let largestText = 8 << 20
  /// Steps, expected answers and passages, together.
  public static let mostEntries = 100_000
}

extension EvaluationSample {
  /// The answer.
  /// - Throws: ``NothingToScore`` for one that is not there or has nothing but spaces.
  public func answer() throws(NothingToScore) -> String {
    guard let output else { throw NothingToScore("the candidate gave no answer", cause: .noAnswer) }
    guard output.unicodeScalars.contains(where: { !$0.isSpace }) else {
      throw NothingToScore("the answer is empty", cause: .noAnswer)
    }
    return output
  }

  /// The expected answers.
  /// - Throws: ``NothingToScore`` where there is none, or one is blank.
  public func expectations() throws(NothingToScore) -> [String] {
    guard !expected.isEmpty else {
      throw NothingToScore(
        "the row has no expected value; map a column of the dataset to it", cause: .noExpectation)
    }
    guard expected.allSatisfy({ $0.unicodeScalars.contains { !$0.isSpace } }) else {
      throw NothingToScore("an expected value of the row is empty", cause: .noExpectation)
    }
    return expected
  }

  /// - Throws: ``EvaluationError/tooLarge(what:limit:)``.
  func checkSize() throws(EvaluationError) {
    let entries = expected.count + context.count + trajectory.count + references.reduce(0) { $0 + $1.count }
    guard entries <= Self.mostEntries else {
      throw .tooLarge(what: "the sample has \(entries) entries", limit: "\(Self.mostEntries)")
    }
    var bytes = output?.utf8.count ?? 0
    for text in expected { bytes += text.utf8.count }
    for text in context { bytes += text.utf8.count }
    for step in trajectory + references.joined() {
      bytes += (step.text?.utf8.count ?? 0) + (step.result?.utf8.count ?? 0)
    }
    switch input {
    case .text(let text): bytes += text.utf8.count
    case .messages(let messages): for message in messages { bytes += message.content?.utf8.count ?? 0 }
    }
    guard bytes <= Self.largestText else {
      throw .tooLarge(what: "the sample has \(bytes) bytes of text", limit: "\(Self.largestText)")
    }
  }
}
