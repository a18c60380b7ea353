/// Log-probabilities in nats of the distribution that the model gives, before penalties, temperature and filters.
struct LogProbabilities {
  private let row: UnsafeBufferPointer<Float>
  private let logSumExp: Double

  /// - Parameter row: logits [V].
  /// - Returns: nil when no logit is finite.
  init?(_ row: UnsafeBufferPointer<Float>) {
    guard let best = LogitRow.best(row) else { return nil }
    self.row = row
    logSumExp = LogitRow.logSumExp(row, maximum: row[best])
  }

  /// nil for an id that the row doesn't reach.
  subscript(id: UInt32) -> Float? {
    Int(id) < row.count ? Float(Double(row[Int(id)]) - logSumExp) : nil
  }

  /// The best tokens, best first.
  func top(_ count: Int) -> [TokenLogProbability] {
    LogitRow.largest(row, count: count).map {
      TokenLogProbability(id: UInt32($0), logProbability: Float(Double(row[$0]) - logSumExp))
    }
  }
}
