import Testing

@testable import Tokenization

struct PieceScannerTests {
  private struct Pieces: Decodable {
    var texts: [String]
    var pieceLengths: [String: [[Int]]]
  }

  private func pieces(of text: String, by pattern: TextPattern) -> [String] {
    var text = text
    var pieces: [String] = []
    text.withUTF8 { bytes in
      PieceScanner.forEachPiece(of: bytes, by: pattern) { pieces.append(String(decoding: $0, as: UTF8.self)) }
    }
    return pieces
  }

  @Test(arguments: TextPattern.allCases)
  func cutsWhereTheRegularExpressionCuts(pattern: TextPattern) throws {
    let oracle = try Fixture.decode("pieces.json", as: Pieces.self)
    let expected = try #require(oracle.pieceLengths[pattern.rawValue])
    #expect(expected.count == oracle.texts.count)
    for (text, lengths) in zip(oracle.texts, expected) {
      let found = pieces(of: text, by: pattern)
      #expect(found.map(\.utf8.count) == lengths, "\(pattern) on \(text.debugDescription)")
      #expect(found.joined().utf8.elementsEqual(text.utf8))
    }
  }

  @Test func aPatternKnowsItself() {
    for pattern in TextPattern.allCases {
      #expect(TextPattern(regularExpression: pattern.regularExpression) == pattern)
    }
    #expect(TextPattern(regularExpression: #"\w+"#) == nil)
  }

  @Test func numbersAreCutByPattern() {
    #expect(pieces(of: "12345", by: .gpt2) == ["12345"])
    #expect(pieces(of: "12345", by: .llama3) == ["123", "45"])
    #expect(pieces(of: "12345", by: .qwen2) == ["1", "2", "3", "4", "5"])
  }

  @Test func whiteSpaceGoesWithTheWordAfterIt() {
    #expect(pieces(of: "a   b", by: .gpt2) == ["a", "  ", " b"])
    #expect(pieces(of: "a \n\n  b", by: .qwen2) == ["a", " \n\n", " ", " b"])
    #expect(pieces(of: "a\n\n  ", by: .gpt2) == ["a", "\n\n  "])
  }

  @Test func aMegabyteOfOneKindIsOnePiece() {
    for (character, pattern) in [(" ", TextPattern.gpt2), ("x", .llama3), ("!", .qwen2), ("\n", .qwen2)] {
      #expect(pieces(of: String(repeating: character, count: 1 << 20), by: pattern).count == 1)
    }
  }

  @Test func classesHoldTheirBorders() {
    let table = ScalarClass.table
    #expect(table.count == 0x110000)
    for (scalar, expected) in [
      (0x41, ScalarClass.letter), (0x40, ScalarClass.other), (0x39, ScalarClass.number), (0x20, ScalarClass.space),
      (0x0A, ScalarClass.newline), (0x0D, ScalarClass.newline), (0x0B, ScalarClass.space), (0x3000, ScalarClass.space),
      (0x200B, ScalarClass.other), (0x4E00, ScalarClass.letter), (0x10FFFF, ScalarClass.other),
      (0x300, ScalarClass.other),
    ] as [(Int, UInt8)] {
      #expect(table[scalar] == expected, "U+\(String(scalar, radix: 16))")
    }
  }
}
