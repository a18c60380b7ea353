/// What can be wrong with a tokenizer's file or with what is asked of it.
public enum TokenizerError: Error, Equatable, Sendable, CustomStringConvertible {
  case unreadable(path: String, reason: String)
  case cannotWrite(path: String, reason: String)
  case tooLarge(what: String, size: Int, limit: Int)
  /// Not JSON, or not of the shape a `tokenizer.json` has.
  case malformed(String)
  /// A part this program does not run: the place in the file and the name it gives.
  case unsupported(component: String, name: String)
  case duplicateToken(String, ids: [Int])
  case duplicateID(Int, tokens: [String])
  case idOutOfRange(token: String, id: Int, limit: Int)
  /// A merge whose parts, or whose result, the vocabulary lacks.
  case badMerge(rank: Int, merge: String, reason: String)
  case unknownID(Int)
  case vocabularyTooSmall(requested: Int, minimum: Int)

  public var description: String { "" }
}
