/// WordPiece (Schuster and Nakajima 2012) as BERT uses it: from the left, always the longest token a word goes on with;
/// tokens within a word are marked by a prefix.
final class WordPieceModel: Sendable {
  let vocabulary: Vocabulary
  let unknownToken: UInt32
  /// Longer words are unknown as a whole, which also bounds the work on a word.
  private let maximumWordScalars: Int
  private let trie: ByteTrie
  /// Where the walk starts within a word: at the node of the prefix.
  private let continuation: UInt32?

  /// - Throws: `TokenizerError.malformed`, when the vocabulary lacks the unknown token.
  init(vocabulary: Vocabulary, unknownToken: String, continuingPrefix: String, maximumWordScalars: Int) throws {
    guard let unknown = vocabulary.id(of: unknownToken) else {
      throw TokenizerError.malformed("the unknown token \"\(unknownToken)\" is not in the vocabulary")
    }
    self.vocabulary = vocabulary
    self.unknownToken = unknown
    self.maximumWordScalars = maximumWordScalars
    let trie = ByteTrie(
      (0..<vocabulary.ids.count).compactMap { index in
        let bytes = vocabulary.tokens[index]
        return bytes.isEmpty ? nil : (bytes, vocabulary.ids[index])
      })
    self.trie = trie
    var node: UInt32? = ByteTrie.root
    for byte in continuingPrefix.utf8 { node = node.flatMap { trie.next($0, byte) } }
    continuation = node
  }

  /// Appends the tokens of a word.
  func encode(_ word: UnsafeBufferPointer<UInt8>, into tokens: inout [UInt32]) {
    let scalars = word.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
    guard scalars <= maximumWordScalars else { return tokens.append(unknownToken) }
    let count = tokens.count
    var start = 0
    while start < word.count {
      guard let (token, end) = longest(in: word, from: start) else {
        tokens.removeLast(tokens.count - count)
        return tokens.append(unknownToken)
      }
      tokens.append(token)
      start = end
    }
  }

  private func longest(in word: UnsafeBufferPointer<UInt8>, from start: Int) -> (token: UInt32, end: Int)? {
    guard var node = start == 0 ? ByteTrie.root : continuation else { return nil }
    var found: (UInt32, Int)?
    var position = start
    while position < word.count, let next = trie.next(node, word[position]) {
      node = next
      position += 1
      if let token = trie.value(node) { found = (token, position) }
    }
    return found
  }
}
