/// What can be wrong with a tokenizer's file or with what is asked of it. Every message names the thing and the mend.
public enum TokenizerError: Error, Equatable, Sendable, CustomStringConvertible {
  case unreadable(path: String, reason: String)
  case cannotWrite(path: String, reason: String)
  case tooLarge(what: String, size: Int, limit: Int)
  /// Not JSON, or not of the shape a `tokenizer.json` has.
  case malformed(String)
  /// A part this program does not run: its place in the file and the name it gives.
  case unsupported(component: String, name: String)
  case duplicateToken(String, ids: [Int])
  case duplicateID(Int, tokens: [String])
  case idOutOfRange(token: String, id: String, limit: Int)
  /// A merge that is no pair, comes twice, or whose parts or result the vocabulary lacks.
  case badMerge(rank: Int, merge: String, reason: String)
  case unknownID(Int)
  case vocabularyTooSmall(requested: Int, minimum: Int)

  /// Whether the user has to say something different, rather than something having failed.
  public var isUsageError: Bool {
    switch self {
    case .unreadable, .cannotWrite: return false
    default: return true
    }
  }

  public var description: String {
    switch self {
    case .unreadable(let path, let reason):
      return "cannot read the tokenizer \(path): \(reason)"
    case .cannotWrite(let path, let reason):
      return "cannot write the tokenizer \(path): \(reason); nothing half-written was left"
    case .tooLarge(let what, let size, let limit):
      return "\(what) is \(size), more than the \(limit) that are read: is this a tokenizer.json?"
    case .malformed(let reason):
      return "this is no tokenizer.json: \(reason)"
    case .unsupported(let component, let name):
      return
        "the tokenizer's \(component) is \(name), which is not supported; docs/models.md lists what is"
    case .duplicateToken(let token, let ids):
      return "the token \(quoted(token)) stands twice in the tokenizer, as \(listed(ids)): keep one"
    case .duplicateID(let id, let tokens):
      return "the id \(id) belongs to \(tokens.map(quoted).joined(separator: " and ")): give one of them another"
    case .idOutOfRange(let token, let id, let limit):
      return "the token \(quoted(token)) has the id \(id): ids are whole numbers from 0 to \(limit - 1)"
    case .badMerge(let rank, let merge, let reason):
      return "merge \(rank) (\(quoted(merge))) \(reason)"
    case .unknownID(let id):
      return "the tokenizer has no token \(id): was the text encoded with another one?"
    case .vocabularyTooSmall(let requested, let minimum):
      return
        "a byte-level vocabulary needs at least \(minimum) entries (256 bytes and the special tokens), not \(requested)"
    }
  }

  private func quoted(_ text: String) -> String {
    "\"" + (text.count > 80 ? text.prefix(80) + "..." : text[...]) + "\""
  }

  private func listed(_ ids: [Int]) -> String { ids.map(String.init).joined(separator: " and ") }
}
