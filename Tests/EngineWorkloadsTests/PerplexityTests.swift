import Foundation
import Testing

@testable import EngineWorkloads

struct PerplexityTests {
  private let tokens = (1...10).map(UInt32.init)

  private func shown(_ cut: PerplexityWindows, prefix: [UInt32]) -> [String] {
    cut.windows(of: tokens, prefix: prefix).map {
      "\($0.given.map(String.init).joined(separator: " ")) / \($0.predicted)"
    }
  }

  @Test func separateWindowsPredictEachTokenOnce() {
    #expect(shown(.separate(length: 5), prefix: [0]) == ["0 1 2 3 4 / 4", "0 5 6 7 8 / 4", "0 9 10 / 2"])
    // Without a begin token nothing stands before the first of a window; one that stands alone cannot be predicted.
    #expect(shown(.separate(length: 4), prefix: []) == ["1 2 3 4 / 3", "5 6 7 8 / 3", "9 10 / 1"])
    #expect(shown(.separate(length: 3), prefix: []) == ["1 2 3 / 2", "4 5 6 / 2", "7 8 9 / 2"])
    #expect(shown(.separate(length: 100), prefix: [0]) == ["0 1 2 3 4 5 6 7 8 9 10 / 10"])
  }

  @Test func stridedWindowsAreTransformers() {
    #expect(
      shown(.strided(length: 6, stride: 2), prefix: [])
        == ["1 2 3 4 5 6 / 5", "3 4 5 6 7 8 / 2", "5 6 7 8 9 10 / 2"])
    #expect(
      shown(.strided(length: 6, stride: 4), prefix: [0])
        == ["0 1 2 3 4 5 / 5", "4 5 6 7 8 9 / 4", "8 9 10 / 1"])
    #expect(shown(.strided(length: 6, stride: 6), prefix: []) == ["1 2 3 4 5 6 / 5", "7 8 9 10 / 3"])
  }

  @Test func aResultIsItsWindowsTogether() throws {
    let sums = [
      WindowSum(tokens: 10, nats: 20, bytes: 40), WindowSum(tokens: 10, nats: 30, bytes: 40),
      WindowSum(tokens: 5, nats: 10, bytes: 20),
    ]
    let result = PerplexityRun.result(sums, seconds: 1)
    // 60 nats over 25 tokens and 100 bytes.
    #expect(abs(result.perplexity - exp(2.4)) < 1e-12)
    #expect(try abs(#require(result.bitsPerByte) - 0.6 / log(2)) < 1e-12)
    #expect((result.tokens, result.windows, result.bytes) == (25, 3, 100))
    // Differences from 2.4 a token: -4, 6 and -2; squares 56 over 2 and 3; 25 / 3 tokens a window.
    let expected: Double = (56.0 / 6).squareRoot() * 3 / 25
    #expect(abs(try #require(result.standardError) - expected) < 1e-12)
    let interval = try #require(result.interval)
    #expect(interval.lower < result.perplexity && result.perplexity < interval.upper)
    #expect(PerplexityRun.result([sums[0]], seconds: 1).interval == nil)
  }
}
