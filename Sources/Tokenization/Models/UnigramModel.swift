/// A unigram language model (Kudo 2018, arXiv 1804.10959): of all ways to cut a text into tokens the one whose scores,
/// logarithms of probabilities, sum up highest (Viterbi).
final class UnigramModel: Sendable {
  /// What an unknown character costs more than the rarest token.
  private static let unknownPenalty = 10.0

  let vocabulary: Vocabulary
  private let scores: [Double]
  private let trie: ByteTrie
  private let unknownScore: Double
  let unknownToken: UInt32?
  private let fallbackTokens: [UInt32?]?
  /// Whether sums are rounded to 32 bits, as the SentencePiece library keeps them.
  private let rounds: Bool

  /// - Parameters:
  ///   - scores: by id; nothing for what is never found in text, such as control tokens.
  ///   - lowestScore: of the tokens that count for what an unknown character costs.
  /// - Throws: `TokenizerError.malformed`, without an unknown token.
  init(
    vocabulary: Vocabulary, scores: [Double?], lowestScore: Double, unknownToken: UInt32?, usesByteFallback: Bool,
    rounds: Bool
  ) throws {
    guard let unknownToken else { throw TokenizerError.malformed("a unigram model needs an unknown token") }
    self.vocabulary = vocabulary
    self.scores = scores.map { $0 ?? 0 }
    self.rounds = rounds
    self.unknownToken = unknownToken
    unknownScore = rounds ? Double(Float(lowestScore) - Float(Self.unknownPenalty)) : lowestScore - Self.unknownPenalty
    let bytes = vocabulary.byteTokens
    fallbackTokens = usesByteFallback && bytes.allSatisfy { $0 != nil } ? bytes : nil
    trie = ByteTrie(
      (0..<scores.count).compactMap { id in
        guard scores[id] != nil, let bytes = vocabulary.bytes(of: UInt32(id)), !bytes.isEmpty else { return nil }
        return (bytes, UInt32(id))
      })
  }

  /// The best way to each position: its score, and the last token on it.
  struct Lattice {
    fileprivate var scores: [Double] = []
    fileprivate var starts: [Int32] = []
    fileprivate var tokens: [UInt32] = []
    fileprivate var path: [(start: Int, end: Int, token: UInt32)] = []
  }

  /// Appends the tokens of a piece.
  func encode(_ piece: UnsafeBufferPointer<UInt8>, into tokens: inout [UInt32], _ lattice: inout Lattice) {
    guard !piece.isEmpty, piece.count < Int(Int32.max), let unknownToken else { return }
    reset(&lattice, piece.count + 1)
    var start = 0
    while start < piece.count {
      let next = piece.scalar(at: start).next
      let scoreHere = lattice.scores[start]
      var hasSingle = false
      var node = ByteTrie.root
      var end = start
      while end < piece.count, let child = trie.next(node, piece[end]) {
        node = child
        end += 1
        guard let token = trie.value(node) else { continue }
        improve(&lattice, start, end, scoreHere + scores[Int(token)], token)
        if end == next { hasSingle = true }
      }
      if !hasSingle { improve(&lattice, start, next, scoreHere + unknownScore, unknownToken) }
      start = next
    }
    append(piece, to: &tokens, &lattice, unknownToken)
  }

  private func reset(_ lattice: inout Lattice, _ count: Int) {
    lattice.scores.removeAll(keepingCapacity: true)
    lattice.starts.removeAll(keepingCapacity: true)
    lattice.tokens.removeAll(keepingCapacity: true)
    lattice.path.removeAll(keepingCapacity: true)
    lattice.scores.append(contentsOf: repeatElement(0, count: count))
    lattice.starts.append(contentsOf: repeatElement(-1, count: count))
    lattice.tokens.append(contentsOf: repeatElement(0, count: count))
  }

  @inline(__always)
  private func improve(_ lattice: inout Lattice, _ start: Int, _ end: Int, _ score: Double, _ token: UInt32) {
    guard lattice.starts[end] < 0 || score > lattice.scores[end] else { return }
    lattice.scores[end] = rounds ? Double(Float(score)) : score
    lattice.starts[end] = Int32(start)
    lattice.tokens[end] = token
  }

  private func append(
    _ piece: UnsafeBufferPointer<UInt8>, to tokens: inout [UInt32], _ lattice: inout Lattice, _ unknownToken: UInt32
  ) {
    var end = piece.count
    while end > 0 {
      let start = Int(lattice.starts[end])
      let token = lattice.tokens[end]
      // Neighbouring unknown characters are one.
      if token == unknownToken, let last = lattice.path.last, last.token == token {
        lattice.path[lattice.path.count - 1].start = start
      } else {
        lattice.path.append((start, end, token))
      }
      end = start
    }
    for part in lattice.path.reversed() {
      guard part.token == unknownToken else {
        tokens.append(part.token)
        continue
      }
      let bytes = UnsafeBufferPointer(rebasing: piece[part.start..<part.end])
      if let token = vocabulary.id(of: bytes) {
        tokens.append(token)
      } else if let fallbackTokens {
        for byte in bytes { if let token = fallbackTokens[Int(byte)] { tokens.append(token) } }
      } else {
        tokens.append(unknownToken)
      }
    }
  }
}
