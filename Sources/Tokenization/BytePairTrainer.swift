import HeapModule

/// Trains a byte-level vocabulary (Sennrich et al. 2016, arXiv 1508.07909, algorithm 1): merges, again and again, the
/// pair that stands most often side by side. Of equals the pair with the smaller ids comes first, so that the same text
/// gives the same tokenizer, and the same as Hugging Face's `BpeTrainer` gives with the byte alphabet.
public struct BytePairTrainer: Sendable {
  /// Entries to reach, the special tokens and the 256 bytes among them.
  public var vocabularySize: Int
  /// Take the first ids, in this order.
  public var specialTokens: [String]
  public var pattern: TextPattern
  /// A pair seen less often is not merged.
  public var minimumFrequency: Int

  public init(
    vocabularySize: Int, specialTokens: [String] = ["<|endoftext|>"], pattern: TextPattern = .gpt2,
    minimumFrequency: Int = 1
  ) {
    self.vocabularySize = vocabularySize
    self.specialTokens = specialTokens
    self.pattern = pattern
    self.minimumFrequency = minimumFrequency
  }

  /// The vocabulary may come out smaller than asked for, when the texts have no more pairs to merge.
  /// - Throws: `TokenizerError.vocabularyTooSmall`, `.duplicateToken` for a special token given twice.
  public func train(_ texts: some Sequence<String>) throws -> BytePairTokenizer {
    let minimum = 256 + specialTokens.count
    guard vocabularySize >= minimum else {
      throw TokenizerError.vocabularyTooSmall(requested: vocabularySize, minimum: minimum)
    }
    guard vocabularySize <= BytePairModel.maximumVocabularySize else {
      throw TokenizerError.tooLarge(
        what: "the vocabulary", size: vocabularySize, limit: BytePairModel.maximumVocabularySize)
    }
    // The bytes follow the special tokens in the order of the characters they are written with.
    let alphabet = ByteAlphabet.scalars.sorted().map { String(Character($0)) }
    var tokens = specialTokens + alphabet
    var byteTokens = [UInt32](repeating: 0, count: 256)
    for (offset, character) in alphabet.enumerated() {
      byteTokens[Int(ByteAlphabet.byte(of: character.unicodeScalars.first!)!)] = UInt32(specialTokens.count + offset)
    }

    var words = WordCounts()
    for text in texts { words.add(text, splitBy: pattern) }
    var merging = PairMerging(words: words, byteTokens: byteTokens)
    let merges = merging.run(tokens: &tokens, vocabularySize: vocabularySize, minimumFrequency: minimumFrequency)

    let model = try BytePairModel(
      vocabulary: tokens.enumerated().map { ($1, $0) },
      merges: merges.map { (tokens[Int($0.left)], tokens[Int($0.right)]) })
    let added = specialTokens.enumerated().map { id, content in
      AddedToken(
        id: UInt32(id), content: content, isSpecial: true, isNormalized: false, stripsLeft: false, stripsRight: false)
    }
    return try BytePairTokenizer(model: model, pipeline: .byteLevel(pattern), addedTokens: added)
  }
}

/// How often each distinct word stands in the texts.
struct WordCounts {
  private(set) var words = ByteStringTable(minimumCapacity: 1 << 14)
  private(set) var counts: [Int] = []

  mutating func add(_ text: String, splitBy pattern: TextPattern) {
    var text = text
    text.withUTF8 { bytes in
      PieceScanner.forEachPiece(of: bytes, by: pattern) { piece in
        let (index, isNew) = words.intern(piece)
        if isNew { counts.append(1) } else { counts[index] += 1 }
      }
    }
  }
}
