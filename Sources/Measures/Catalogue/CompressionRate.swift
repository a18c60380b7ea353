/// MCR, model compression rate: how much smaller, times how much of the score is left.
///
/// Published: with the nominal bits a weight, which claims 3.9x where memory falls by 1.1x to 1.5x, because scales, zero
/// points and the layers left uncompressed are not counted. Beside it: with the bytes that were measured.
enum CompressionRate {
  static let all = [nominal, measured]

  static let nominal = Measure(
    "MCR", "nominal compression rate", .dimensionless, .higherIsBetter, .published,
    formula: "reference bits a weight / bits a weight x score / reference score",
    needs: [.modelAccount, .compressedModel]
  ) { evidence throws(MissingEvidence) in
    guard let bits = evidence.model?.bitsPerWeight, let reference = evidence.model?.referenceBitsPerWeight, bits > 0
    else { throw MissingEvidence("the trial names no bits a weight to compare: its model is not a compressed one") }
    return Quantity(reference / bits * (try scoreKept(evidence)), count: 1)
  }

  static let measured = Measure(
    "MCR.measured", "measured compression rate", .dimensionless, .higherIsBetter, .corrected,
    formula: "reference weight bytes / weight bytes x score / reference score", needs: [.compressedModel]
  ) { evidence throws(MissingEvidence) in
    guard let bytes = evidence.compression?.weightBytes, let reference = evidence.compression?.referenceWeightBytes,
      bytes > 0
    else { throw MissingEvidence("the bytes of the compressed model and of its reference were not measured") }
    return Quantity(Double(reference) / Double(bytes) * (try scoreKept(evidence)), count: 1)
  }

  private static func scoreKept(_ evidence: TrialEvidence) throws(MissingEvidence) -> Double {
    guard let score = evidence.compression?.score, let reference = evidence.compression?.referenceScore, reference > 0
    else { throw MissingEvidence("there is no score of this model and of its uncompressed reference to compare") }
    return score / reference
  }
}
