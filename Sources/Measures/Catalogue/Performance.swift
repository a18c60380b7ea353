import Foundation

/// Performance: how well the model predicts text it has not seen.
///
/// The published metric is perplexity, loss, FID or a mean task score, whichever the axis calls for. Here it is held-out
/// perplexity, so less is better. Perplexity hangs on the tokenizer; bits per byte do not.
enum Performance {
  static let all = [perplexity, loss, bitsPerByte, unigramRatio]

  static let perplexity = Measure(
    "Performance", "held-out perplexity", .dimensionless, .lowerIsBetter, .published,
    formula: "exp(sum of negative log-likelihoods / tokens); BCa bootstrap interval over documents",
    needs: [.heldOutDocuments]
  ) { evidence throws(MissingEvidence) in
    try overDocuments(evidence) { exp(lossPerToken($0)) }
  }

  static let loss = Measure(
    "Performance.loss", "held-out loss", .natsPerToken, .lowerIsBetter, .published,
    formula: "sum of negative log-likelihoods / tokens; BCa bootstrap interval over documents",
    needs: [.heldOutDocuments]
  ) { evidence throws(MissingEvidence) in
    try overDocuments(evidence, lossPerToken)
  }

  static let bitsPerByte = Measure(
    "Performance.bitsPerByte", "held-out bits per byte", .bitsPerByte, .lowerIsBetter, .corrected,
    formula: "sum of negative log-likelihoods / ln 2 / UTF-8 bytes; BCa bootstrap interval over documents",
    needs: [.heldOutDocuments]
  ) { evidence throws(MissingEvidence) in
    let documents = evidence.heldOut?.documents ?? []
    if documents.contains(where: { ($0.bytes ?? 0) <= 0 }) {
      throw MissingEvidence("the trial did not report the bytes of every held-out document")
    }
    return try overDocuments(evidence) { resample in
      let bytes = resample.reduce(0) { $0 + ($1.bytes ?? 0) }
      return resample.reduce(0) { $0 + $1.negativeLogLikelihood } / log(2) / Double(bytes)
    }
  }

  static let unigramRatio = Measure(
    "Performance.unigramRatio", "perplexity over the unigram baseline's", .fraction, .lowerIsBetter, .corrected,
    formula: "held-out perplexity / perplexity of the training split's unigram distribution on the same documents",
    needs: [.heldOutDocuments]
  ) { evidence throws(MissingEvidence) in
    let baseline = try evidence.heldOut?.unigramPerplexity.needed("the trial reported no unigram perplexity")
    guard let baseline, baseline > 0 else { throw MissingEvidence("the trial reported no unigram perplexity") }
    return try overDocuments(evidence) { exp(lossPerToken($0)) / baseline }
  }

  /// Documents, not tokens, are what was drawn: tokens of one document hang together.
  private static func overDocuments(
    _ evidence: TrialEvidence, _ statistic: ([HeldOutEvidence.Document]) -> Double
  ) throws(MissingEvidence) -> Quantity {
    let documents = (evidence.heldOut?.documents ?? []).filter { $0.tokens > 0 }
    if documents.isEmpty { throw MissingEvidence("the trial reported no held-out documents") }
    if let wrong = documents.first(where: { !$0.negativeLogLikelihood.isFinite }) {
      throw MissingEvidence("the negative log-likelihood of held-out document \(wrong.id) is no finite number")
    }
    let interval = ConfidenceInterval.biasCorrected(
      documents, resamples: resamples(of: documents.count), seed: intervalSeed, statistic: statistic)
    return Quantity(statistic(documents), interval: interval, count: documents.count)
  }

  /// Fewer resamples for very many documents: their interval is narrow, and the work stays bounded.
  private static func resamples(of documents: Int) -> Int {
    max(200, min(ConfidenceInterval.defaultResamples, 20_000_000 / documents))
  }

  /// Fixed, so that the same evidence has the same interval wherever it is computed again.
  private static let intervalSeed: UInt64 = 20_250_513_840

  private static func lossPerToken(_ documents: [HeldOutEvidence.Document]) -> Double {
    documents.reduce(0) { $0 + $1.negativeLogLikelihood } / Double(documents.reduce(0) { $0 + $1.tokens })
  }
}
