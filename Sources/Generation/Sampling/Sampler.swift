// V vocabulary.

/// What samplers need room for while they look at a row. One for all that run on a thread.
final class SamplingScratch {
  fileprivate var logits: [Float] = []
  fileprivate var weights: [Float] = []

  init() {}

  fileprivate func reserve(_ count: Int) {
    if weights.count < count { weights = [Float](repeating: 0, count: count) }
  }
}

/// Chooses one request's tokens. A value: what it knows is the parameters, the tokens it was told of and how many it drew.
struct Sampler: Sendable {
  let parameters: SamplingParameters
  private let randomNumbers: RandomNumbers
  private var drawn = 0
  /// How often each token was generated; 0 for those of the prompt. Empty without penalties.
  private var counts: [UInt32: Int] = [:]

  /// - Parameter randomSeed: taken when the parameters name none.
  init(_ parameters: SamplingParameters, prompt: [UInt32], randomSeed: UInt64) {
    self.parameters = parameters
    randomNumbers = RandomNumbers(seed: parameters.seed ?? randomSeed)
    if parameters.repetitionPenalty != 1 {
      counts.reserveCapacity(prompt.count)
      for token in prompt { counts[token] = 0 }
    }
  }

  /// Whether the best logit is all that is asked for, so that the row itself need not be seen.
  var wantsBestOnly: Bool { parameters.isGreedy && !parameters.hasPenalties }

  /// Chooses the next token from a row of logits [V].
  /// - Returns: nil when no logit is finite, or one is plus infinity.
  mutating func choose(from row: UnsafeBufferPointer<Float>, _ scratch: SamplingScratch) -> UInt32? {
    let token: UInt32?
    if parameters.isGreedy {
      token = withPenalties(row, scratch) { LogitRow.best($0).map(UInt32.init) }
    } else {
      let place = drawn
      token = withDistribution(of: row, scratch) { $0.draw(randomNumbers[place]) } ?? nil
    }
    if let token { record(token) }
    return token
  }

  /// Takes note of a token that was chosen, here or from the model's own choice of the best.
  mutating func record(_ token: UInt32) {
    drawn += 1
    if parameters.hasPenalties { counts[token, default: 0] += 1 }
  }

  /// The row as the penalties leave it.
  private func withPenalties<Result>(
    _ row: UnsafeBufferPointer<Float>, _ scratch: SamplingScratch, _ body: (UnsafeBufferPointer<Float>) -> Result
  ) -> Result {
    guard parameters.hasPenalties, !counts.isEmpty else { return body(row) }
    scratch.logits.removeAll(keepingCapacity: true)
    scratch.logits.append(contentsOf: row)
    let repetition = Float(parameters.repetitionPenalty)
    let presence = Float(parameters.presencePenalty)
    let frequency = Float(parameters.frequencyPenalty)
    scratch.logits.withUnsafeMutableBufferPointer { logits in
      for (token, count) in counts where Int(token) < logits.count {
        var logit = logits[Int(token)]
        // A tiny penalty must not make an infinity of a number, which would read as a model that failed.
        let largest: Float = logit.isFinite ? .greatestFiniteMagnitude : .infinity
        logit = logit > 0 ? min(logit / repetition, largest) : logit * repetition
        if count > 0 { logit = logit - frequency * Float(count) - presence }
        logits[Int(token)] = logit
      }
    }
    return scratch.logits.withUnsafeBufferPointer(body)
  }

  /// The distribution that a token is drawn from. nil when there is none.
  func withDistribution<Result>(
    of row: UnsafeBufferPointer<Float>, _ scratch: SamplingScratch, _ body: (Distribution) -> Result
  ) -> Result? {
    withPenalties(row, scratch) { row in
      guard let best = LogitRow.best(row) else { return nil }
      scratch.reserve(row.count)
      let filter = Filter(
        row: row, maximum: row[best], scale: Float(1 / parameters.temperature), parameters: parameters)
      return scratch.weights.withUnsafeMutableBufferPointer { weights in
        body(filter.distribution(UnsafeMutableBufferPointer(rebasing: weights[..<row.count])))
      }
    }
  }
}

/// The tokens that are left after every filter, with their weights, which need not sum to one.
enum Distribution {
  /// All tokens by their ids.
  case all(weights: UnsafeBufferPointer<Float>, sum: Double)
  case some([(id: UInt32, weight: Float)])

  /// The token at a place between 0 and 1 of the line that the weights make when laid end to end.
  func draw(_ place: Double) -> UInt32? {
    switch self {
    case .all(let weights, let sum):
      let target = place * sum
      var passed = 0.0
      var last: UInt32?
      for (id, weight) in weights.enumerated() where weight > 0 {
        passed += Double(weight)
        last = UInt32(id)
        if passed > target { break }
      }
      return last
    case .some(let tokens):
      let target = place * tokens.reduce(0) { $0 + Double($1.weight) }
      var passed = 0.0
      var last: UInt32?
      for (id, weight) in tokens where weight > 0 {
        passed += Double(weight)
        last = id
        if passed > target { break }
      }
      return last
    }
  }

  /// The probabilities of all tokens that have any, by id.
  var probabilities: [UInt32: Double] {
    var result: [UInt32: Double] = [:]
    switch self {
    case .all(let weights, let sum):
      for (id, weight) in weights.enumerated() where weight > 0 { result[UInt32(id)] = Double(weight) / sum }
    case .some(let tokens):
      let sum = tokens.reduce(0) { $0 + Double($1.weight) }
      for (id, weight) in tokens where weight > 0 { result[id] = Double(weight) / sum }
    }
    return result
  }
}
