import Testing

@testable import Tokenization

struct BytePairTrainerTests {
  private struct Oracle: Decodable {
    struct Training: Decodable {
      var pattern: TextPattern
      var vocabularySize: Int
      var reached: Int
      var merges: [String]
    }
    var texts: [String]
    var trainings: [Training]
  }

  @Test func learnsTheMergesThePackageLearns() throws {
    let oracle = try Fixture.decode("training.json", as: Oracle.self)
    for training in oracle.trainings {
      let trainer = BytePairTrainer(vocabularySize: training.vocabularySize, pattern: training.pattern)
      let tokenizer = try trainer.train(oracle.texts)
      let merges = tokenizer.model.merges.map { left, right in
        "\(tokenizer.model.token(of: left) ?? "") \(tokenizer.model.token(of: right) ?? "")"
      }
      #expect(merges == training.merges, "\(training.pattern), \(training.vocabularySize)")
      #expect(tokenizer.vocabularySize == training.reached)
    }
  }

  @Test func theOrderOfTheTextsDoesNotMatter() throws {
    let oracle = try Fixture.decode("training.json", as: Oracle.self)
    let trainer = BytePairTrainer(vocabularySize: 400)
    #expect(try trainer.train(oracle.texts).json() == trainer.train(oracle.texts.reversed()).json())
  }

  @Test func equalCountsGoToTheSmallerPair() throws {
    // "ab", "cd" and "ef" each twice: the pair of the smaller ids comes first.
    let tokenizer = try BytePairTrainer(vocabularySize: 259).train(["ef cd ab", "ab cd ef"])
    #expect(tokenizer.token(of: 257) == "ab")
    #expect(tokenizer.token(of: 258) == "cd")
  }

  @Test func aVocabularyMayRunOutOfPairs() throws {
    let tokenizer = try BytePairTrainer(vocabularySize: 1000).train(["abc"])
    #expect(tokenizer.vocabularySize == 257 + 2)
  }

  @Test func rarePairsAreLeftOut() throws {
    let trainer = BytePairTrainer(vocabularySize: 1000, minimumFrequency: 2)
    #expect(try trainer.train(["abab xy"]).vocabularySize == 257 + 1)
  }

  @Test func specialTokensComeFirst() throws {
    let trainer = BytePairTrainer(vocabularySize: 258, specialTokens: ["<a>", "<b>"])
    let tokenizer = try trainer.train([""])
    #expect(tokenizer.encode("<b><a>!") == [1, 0, 2])
    #expect(tokenizer.vocabularySize == 258)
  }

  @Test func refusesAVocabularyWithoutTheBytes() {
    #expect(throws: TokenizerError.vocabularyTooSmall(requested: 256, minimum: 257)) {
      try BytePairTrainer(vocabularySize: 256).train(["a"])
    }
    #expect(throws: TokenizerError.duplicateToken("<a>", ids: [0, 1])) {
      try BytePairTrainer(vocabularySize: 300, specialTokens: ["<a>", "<a>"]).train(["a"])
    }
    #expect(throws: TokenizerError.self) {
      try BytePairTrainer(vocabularySize: 1 << 30).train(["a"])
    }
  }
}
