/// One text of a corpus.
public struct Document: Sendable, Hashable {
  /// Such as "emma/12".
  public var id: String
  public var text: String

  public init(id: String, text: String) {
    self.id = id
    self.text = text
  }
}
