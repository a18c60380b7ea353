/// Texts that answers are held against, encoded once.
struct SemanticAnchors: Sendable {
  struct Group: Sendable {
    let texts: [String]
    let embeddings: [Embedding]

    /// The cosine to the nearest.
    func nearest(_ embedding: Embedding) -> Double { embeddings.map { $0.cosine(embedding) }.max() ?? -1 }

    /// Where a cosine stands among those to all texts but one, in their standard deviations.
    func standing(of cosine: Double, _ embedding: Embedding, without own: String) -> Double {
      var count = 0.0
      var sum = 0.0
      var squares = 0.0
      for (text, other) in zip(texts, embeddings) where text != own {
        let value = other.cosine(embedding)
        count += 1
        sum += value
        squares += value * value
      }
      guard count > 1 else { return 0 }
      let mean = sum / count
      // Below this a spread is an accident of few texts.
      return (cosine - mean) / (max(0, squares / count - mean * mean).squareRoot() + 0.02)
    }
  }

  let refusals: Group
  let courtesies: Group
  let neutral: Group
  /// Questions that are not the one at hand.
  let cohort: Group
}

/// Encodes the anchors when they are first needed.
actor SemanticAnchorStore {
  private let encoder: any SentenceEncoder
  private var task: Task<SemanticAnchors, any Error>?

  init(encoder: any SentenceEncoder) { self.encoder = encoder }

  func anchors() async throws -> SemanticAnchors {
    if let task {
      do {
        return try await task.value
      } catch {
        self.task = nil
        throw error
      }
    }
    let encoder = encoder
    let made = Task {
      let words = EnglishWords.shared
      let all = try await Embeddings(words.refusals + words.courtesies + words.neutral + words.cohort, by: encoder)
      func group(_ texts: [String]) -> SemanticAnchors.Group {
        SemanticAnchors.Group(texts: texts, embeddings: texts.map { all[$0] })
      }
      return SemanticAnchors(
        refusals: group(words.refusals), courtesies: group(words.courtesies), neutral: group(words.neutral),
        cohort: group(words.cohort))
    }
    task = made
    return try await made.value
  }
}
