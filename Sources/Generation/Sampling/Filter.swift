/// Temperature, top-k, top-p and min-p over a row of logits, without sorting the vocabulary.
struct Filter {
  let row: UnsafeBufferPointer<Float>
  /// The largest logit.
  let maximum: Float
  /// One over the temperature.
  let scale: Float
  let parameters: SamplingParameters

  typealias Weighted = (id: UInt32, weight: Float)

  /// - Parameter weights: room for a weight of every token.
  func distribution(_ weights: UnsafeMutableBufferPointer<Float>) -> Distribution {
    if let topK = parameters.topK, topK < row.count {
      return .some(atLeastMinimum(nucleus(of: ranked(topK))))
    }
    if parameters.topP < 1 {
      return .some(atLeastMinimum(nucleus(weights)))
    }
    if parameters.minP > 0 {
      return .some(atLeastMinimum(near()))
    }
    let sum = LogitRow.weights(row, maximum: maximum, scale: scale, into: weights)
    return .all(weights: UnsafeBufferPointer(weights), sum: sum)
  }

  private func weight(_ id: Int) -> Weighted {
    (UInt32(id), LogitRow.exponential((row[id] - maximum) * scale))
  }

  /// The `count` best tokens and all that equal the last of them, by id.
  private func ranked(_ count: Int) -> [Weighted] {
    let threshold = LogitRow.logit(row, ofRank: count)
    var tokens: [Weighted] = []
    tokens.reserveCapacity(count)
    LogitRow.forEach(row, atLeast: threshold) {
      tokens.append(weight($0))
      return threshold
    }
    return tokens
  }

  /// The tokens that may have `minP` of the best one's probability, by id: a few more than do.
  private func near() -> [Weighted] {
    let threshold = maximum + Float(logarithm(parameters.minP)) / scale - 1e-3 * (1 + abs(maximum))
    var tokens: [Weighted] = []
    LogitRow.forEach(row, atLeast: threshold) {
      tokens.append(weight($0))
      return threshold
    }
    return tokens
  }

  /// The best token's weight is 1.
  private func atLeastMinimum(_ tokens: [Weighted]) -> [Weighted] {
    let least = Float(parameters.minP)
    return least > 0 ? tokens.filter { $0.weight >= least } : tokens
  }

  /// The smallest set of the best tokens that holds `topP` of the weight.
  private func nucleus(of tokens: [Weighted]) -> [Weighted] {
    guard parameters.topP < 1 else { return tokens }
    let sum = tokens.reduce(0) { $0 + Double($1.weight) }
    return nucleus(sorting: tokens, mass: parameters.topP * sum)
  }

  /// The same by sorting, with at least one token. A token stays when those before it have not reached `mass`.
  private func nucleus(sorting tokens: [Weighted], mass: Double) -> [Weighted] {
    let sorted = tokens.sorted { $0.weight > $1.weight || ($0.weight == $1.weight && $0.id < $1.id) }
    var passed = 0.0
    var kept = 0
    for token in sorted where kept == 0 || passed < mass {
      passed += Double(token.weight)
      kept += 1
    }
    return Array(sorted[..<kept])
  }

  private static let binsPerUnit: Float = 16
  private static let bins = 64 * 16 + 1

  /// The same over the whole vocabulary: tokens fall into bins by their logit, bins are summed, and only the bin in which
  /// the mass is reached is sorted.
  private func nucleus(_ weights: UnsafeMutableBufferPointer<Float>) -> [Weighted] {
    let sum = LogitRow.weights(row, maximum: maximum, scale: scale, into: weights)
    let mass = parameters.topP * sum
    var masses = [Double](repeating: 0, count: Self.bins)
    masses.withUnsafeMutableBufferPointer { masses in
      for id in 0..<row.count { masses[bin(id)] += Double(weights[id]) }
    }
    var last = 0
    var before = 0.0
    while last < Self.bins - 1, before + masses[last] < mass {
      before += masses[last]
      last += 1
    }
    var kept: [Weighted] = []
    var border: [Weighted] = []
    // Somewhat below the border, so that rounding cannot lose a token: `bin` decides.
    let threshold =
      last == Self.bins - 1
      ? -Float.greatestFiniteMagnitude
      : maximum - (Float(last + 1) / Self.binsPerUnit) / scale - 1e-3 * (1 + abs(maximum))
    LogitRow.forEach(row, atLeast: threshold) { id in
      let found = bin(id)
      if found < last { kept.append((UInt32(id), weights[id])) }
      if found == last { border.append((UInt32(id), weights[id])) }
      return threshold
    }
    let rest = nucleus(sorting: border, mass: mass - before)
    // The first of a bin stays only if the bins before it have not reached the mass.
    return before < mass || kept.isEmpty ? kept + rest : kept
  }

  /// The bin of a token: 0 for the best, higher for worse.
  @inline(__always)
  private func bin(_ id: Int) -> Int {
    let below = (maximum - row[id]) * scale * Self.binsPerUnit
    return below < Float(Self.bins - 1) ? Int(below) : Self.bins - 1
  }
}
