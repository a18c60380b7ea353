/// What can be wrong with a corpus or with the cache of its tokens. Every message names the thing and the mend.
public enum CorpusError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Neither a known corpus that has been obtained nor a path that exists.
  case notFound(corpus: String, mend: String)
  case unreadable(path: String, reason: String)
  /// A line of a JSONL corpus is not an object with a "text" string.
  case badLine(path: String, line: Int, reason: String)
  case tooLarge(path: String, bytes: Int, limit: Int)
  case tooFewDocuments(corpus: String, documents: Int)
  case tooFewTokens(tokens: Int, needed: Int, purpose: String)
  /// The training text has too few distinct pairs for a vocabulary of the wanted size.
  case vocabularyTooLarge(requested: Int, reachable: Int)
  case vocabularyTooSmall(requested: Int, minimum: Int)
  case badHeldOutFraction(Double)
  case badSequenceLength(Int)
  case cannotWrite(path: String, reason: String)
  case damagedTokens(path: String, reason: String)

  /// Whether the user has to say something different, rather than something having failed.
  public var isUsageError: Bool {
    switch self {
    case .notFound, .badLine, .tooLarge, .tooFewDocuments, .tooFewTokens, .vocabularyTooLarge, .vocabularyTooSmall,
      .badHeldOutFraction, .badSequenceLength:
      return true
    case .unreadable, .cannotWrite, .damagedTokens:
      return false
    }
  }

  public var description: String {
    switch self {
    case .notFound(let corpus, let mend):
      return "there is no corpus \"\(corpus)\": \(mend)"
    case .unreadable(let path, let reason):
      return "cannot read \(path): \(reason)"
    case .badLine(let path, let line, let reason):
      return "\(path), line \(line): \(reason); each line has to be a JSON object with a \"text\" string"
    case .tooLarge(let path, let bytes, let limit):
      return "\(path) is \(bytes) bytes, more than the \(limit) that are read: cut it into smaller files"
    case .tooFewDocuments(let corpus, let documents):
      return
        "\(corpus) has \(documents) distinct document(s): a split by document needs at least 2, so give more text, "
        + "or cut it into documents (JSONL, one object with a \"text\" string a line)"
    case .tooFewTokens(let tokens, let needed, let purpose):
      return "\(purpose) needs at least \(needed) tokens and has \(tokens): give more text or a shorter sequence length"
    case .vocabularyTooLarge(let requested, let reachable):
      return
        "the training text has too few pairs for a vocabulary of \(requested): it reaches \(reachable), so ask for that "
        + "or less, or give more text"
    case .vocabularyTooSmall(let requested, let minimum):
      return "a byte-level vocabulary needs at least \(minimum) entries, not \(requested)"
    case .badHeldOutFraction(let fraction):
      return "the held-out fraction has to lie between 0 and 1, not at \(fraction): 0.1 is usual"
    case .badSequenceLength(let length):
      return "the sequence length has to be at least 1, not \(length)"
    case .cannotWrite(let path, let reason):
      return "cannot write \(path): \(reason); nothing half-written was left, free some space or choose another place"
    case .damagedTokens(let path, let reason):
      return "\(path) is damaged (\(reason)): delete it and it is made again"
    }
  }
}
