/// What is wrong with a reply, so that no verdict can be read in it. Each kind is counted apart.
public struct JudgeProblem: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Nothing was said.
    case empty
    /// The judge, or the server for it, would not answer.
    case refused
    /// The reply was cut at its limit of tokens.
    case truncated
    /// It is no JSON, or JSON with something around it.
    case unreadable
    /// It is JSON of another form: a member is missing, is not known, or has another kind.
    case form
    /// A score is not on its scale.
    case range
    /// A list of verdicts has none.
    case emptyList = "empty-list"
    /// It says two things that cannot both be.
    case contradiction
    /// What is to be in the judge's own words is copied out of the prompt: nothing was judged.
    case echo
  }

  public let kind: Kind
  /// One sentence without its full stop, fit to be told to the judge.
  public let detail: String

  public init(_ kind: Kind, _ detail: String) {
    self.kind = kind
    self.detail = detail.shown
  }

  public var description: String { "\(kind.rawValue): \(detail)" }
}
