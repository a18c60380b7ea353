/// Texts to points in a space where texts of like meaning lie near each other.
///
/// What an evaluator says depends on the weights behind this, to the last digit that is shown, so an encoder has an
/// identity that results can name.
public protocol SentenceEncoder: Sendable {
  var identity: EncoderIdentity { get }

  /// One vector a text, in the order of the texts, all of the same width. Each has length 1 (within rounding in single
  /// precision), so that the product of two is the cosine of the angle between them. A text that is longer than the
  /// encoder takes is cut at its end.
  /// - Throws: what running the encoder throws. An encoder never answers with fewer vectors.
  func embeddings(of texts: [String]) async throws -> [[Float]]
}

/// Which encoder, exactly.
public struct EncoderIdentity: Sendable, Hashable, CustomStringConvertible {
  /// Such as `minilm`.
  public let name: String
  /// SHA-256 of the weights' file, in lower-case hexadecimal.
  public let weights: String

  public init(name: String, weights: String) {
    self.name = name
    self.weights = weights
  }

  public var description: String { "\(name)@sha256:\(weights.prefix(12))" }
}

/// A text's vector, held to what the protocol promises.
struct Embedding: Sendable {
  let values: [Float]

  /// The cosine, in -1...1.
  func cosine(_ other: Embedding) -> Double {
    let sum = values.withUnsafeBufferPointer { first in
      other.values.withUnsafeBufferPointer { second in
        var sum: Float = 0
        for index in 0..<min(first.count, second.count) { sum += first[index] * second[index] }
        return sum
      }
    }
    return Double(max(-1, min(1, sum)))
  }
}

/// What an encoder said of several texts, by text. Each text is encoded once.
struct Embeddings: Sendable {
  private let byText: [String: Embedding]

  /// - Throws: what the encoder throws, and ``EvaluationError/malformedVerdict(by:reason:)`` where its vectors are not what
  ///   the protocol says.
  init(_ texts: some Sequence<String>, by encoder: any SentenceEncoder) async throws {
    var seen: Set<String> = []
    let distinct = texts.filter { seen.insert($0).inserted }
    let vectors = distinct.isEmpty ? [] : try await encoder.embeddings(of: distinct)
    guard vectors.count == distinct.count else {
      throw EvaluationError.malformedVerdict(
        by: encoder.identity.description, reason: "\(vectors.count) vectors for \(distinct.count) texts")
    }
    let width = vectors.first?.count ?? 0
    for vector in vectors {
      let square = vector.reduce(0) { $0 + $1 * $1 }
      guard vector.count == width, width > 0, abs(square - 1) < 0.01 else {
        throw EvaluationError.malformedVerdict(
          by: encoder.identity.description, reason: "a vector of \(vector.count) numbers and squared length \(square)")
      }
    }
    byText = Dictionary(
      zip(distinct, vectors.map { Embedding(values: $0) }), uniquingKeysWith: { first, _ in first })
  }

  private init(_ byText: [String: Embedding]) { self.byText = byText }

  subscript(text: String) -> Embedding {
    guard let embedding = byText[text] else { preconditionFailure("a text was not given to the encoder") }
    return embedding
  }

  func merging(_ other: Embeddings) -> Embeddings {
    Embeddings(byText.merging(other.byText) { first, _ in first })
  }
}
