import Synchronization

@testable import Evaluators

/// A bag of words as an encoder: texts that share stems are near each other. Deterministic, and knows no meaning.
final class HashingEncoder: SentenceEncoder {
  let identity = EncoderIdentity(name: "hashing", weights: "0123456789abcdef")
  private let encoded = Mutex(0)
  static let width = 256

  /// How many texts were encoded.
  var count: Int { encoded.withLock { $0 } }

  func embeddings(of texts: [String]) async throws -> [[Float]] {
    encoded.withLock { $0 += texts.count }
    return texts.map(Self.vector)
  }

  private static func vector(_ text: String) -> [Float] {
    var vector = [Float](repeating: 0, count: width)
    for word in AnswerText.tokens(Array(text.unicodeScalars)).compactMap(\.word) {
      // Grammar weighs little, as it does for a real encoder.
      let weight: Float = EnglishWords.shared.isFunction(word) ? 0.1 : 1
      var choice = AttackChoice(EnglishWords.stem(word))
      for _ in 0..<4 { vector[choice.below(width)] += weight }
    }
    let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard length > 0 else {
      vector[0] = 1
      return vector
    }
    return vector.map { $0 / length }
  }
}

/// An encoder that does not keep its promise.
struct BrokenEncoder: SentenceEncoder {
  enum Fault { case tooFew, notUnit, notNumbers, ragged, fails }
  struct Failure: Error {}

  let identity = EncoderIdentity(name: "broken", weights: "")
  let fault: Fault

  func embeddings(of texts: [String]) async throws -> [[Float]] {
    switch fault {
    case .tooFew: return Array(repeating: [1, 0], count: max(0, texts.count - 1))
    case .notUnit: return Array(repeating: [1, 1], count: texts.count)
    case .notNumbers: return Array(repeating: [.nan, 0], count: texts.count)
    case .ragged: return texts.indices.map { $0 == 0 ? [1, 0] : [1] }
    case .fails: throw Failure()
    }
  }
}
