public import Measures

/// The methods of a study, ranked in one measure over its repeats, with how sure that is.
public struct StudyRanking: Sendable, Hashable, Codable {
  /// A method's mean minus the best method's, over the seeds that both have.
  public struct Difference: Sendable, Hashable, Codable {
    /// The best method.
    public let reference: String
    public let mean: Double
    /// Percentile bootstrap over the paired seeds. Nil under two.
    public let bootstrap: Interval?
    /// Student's t over the paired seeds: the one to judge by when repeats are few. Nil under two.
    public let studentT: Interval?
    public let pairs: Int

    /// Whether the t interval leaves out zero; nil when there is none.
    public var isDistinguishable: Bool? { studentT.map { $0.lower > 0 || $0.upper < 0 } }
  }

  public struct Standing: Sendable, Hashable, Codable {
    public let method: String
    public let mean: Double
    /// Seeds with a value.
    public let repeats: Int
    public let rank: Int
    /// Percentile bootstrap over seeds. Nil under two. With three seeds it is too narrow: see ``studentT``.
    public let bootstrap: Interval?
    /// Student's t interval of the mean. Nil under two seeds.
    public let studentT: Interval?
    /// How often each rank came up over the bootstrap's resamples, by rank. Empty under two seeds.
    public let rankShares: [Int: Double]
    /// Against the best. Nil for the best itself and where no seed is shared.
    public let difference: Difference?

    /// How often the rank held. Nil under two seeds.
    public var stability: Double? { rankShares.isEmpty ? nil : rankShares[rank] ?? 0 }
  }

  public let measure: MeasureID
  public let direction: Direction
  /// By rank, then by name.
  public let standings: [Standing]
  /// What a reader should know, such as methods that have different seeds.
  public let notes: [String]

  /// The number of repeats under which a ranking says so in its notes.
  public static let recommendedRepeats = 3

  /// Ranks every measure that has a value somewhere, in the catalogue's order and then by name.
  ///
  /// Seeds are resampled together: a resample takes the same seeds for every method, as every method saw the same tokens
  /// in the same order under one seed. Where the methods have different seeds, as after failed trials, each is resampled
  /// for itself.
  ///
  /// - Parameters:
  ///   - trials: method to seed to measure to value. A missing value has no entry.
  ///   - directions: for measures that the catalogue does not have. A measure without a direction is left out.
  ///   - seed: of the bootstrap; the same seed gives the same ranking.
  public static func rank(
    _ trials: [String: [Int: [MeasureID: Double]]], directions: [MeasureID: Direction] = [:],
    confidence: Double = 0.95, resamples: Int = ConfidenceInterval.defaultResamples, seed: UInt64 = 1
  ) -> [StudyRanking] {
    let present = Set(trials.values.flatMap { $0.values.flatMap(\.keys) })
    let catalogued = MeasureCatalogue.all.map(\.id).filter(present.contains)
    let others = present.subtracting(catalogued).sorted { $0.rawValue < $1.rawValue }
    return (catalogued + others).compactMap { id in
      guard let direction = directions[id] ?? MeasureCatalogue[id]?.direction else { return nil }
      let values = trials.compactMapValues { seeds -> [Int: Double]? in
        let values = seeds.compactMapValues { $0[id] }.filter { $0.value.isFinite }
        return values.isEmpty ? nil : values
      }
      return StudyRanking(
        id, direction, values, without: Set(trials.keys).subtracting(values.keys).sorted(), confidence: confidence,
        resamples: resamples, seed: seed)
    }
  }
}

extension StudyRanking {
  fileprivate init(
    _ measure: MeasureID, _ direction: Direction, _ values: [String: [Int: Double]], without absent: [String],
    confidence: Double, resamples: Int, seed: UInt64
  ) {
    let methods = values.keys.sorted()
    let samples = methods.map { method in values[method]!.sorted { $0.key < $1.key }.map(\.value) }
    let means = samples.map { Statistics.mean($0)! }
    let ranks = CompetitionRanking.ranks(means, direction).map { $0! }
    let isPaired = Set(methods.map { Set(values[$0]!.keys) }).count <= 1
    let shares = RankShares(samples, direction, isPaired: isPaired, resamples: resamples, seed: seed)
    let best = ranks.firstIndex(of: 1)

    let standings = methods.indices.map { index -> Standing in
      let sample = samples[index]
      return Standing(
        method: methods[index], mean: means[index], repeats: sample.count, rank: ranks[index],
        bootstrap: ConfidenceInterval.percentile(
          sample, confidence: confidence, resamples: resamples, seed: seed, statistic: { Statistics.mean($0)! }),
        studentT: ConfidenceInterval.studentT(sample, confidence: confidence), rankShares: shares[index],
        difference: best.flatMap { best in
          index == best
            ? nil
            : Difference(
              values[methods[index]]!, against: values[methods[best]]!, called: methods[best], confidence: confidence,
              resamples: resamples, seed: seed)
        })
    }

    var notes: [String] = []
    if !absent.isEmpty { notes.append("no value of \(measure): \(absent.joined(separator: ", "))") }
    if !isPaired {
      notes.append(
        "the methods have different seeds: their means and ranks compare different seeds, and ranks are resampled for each "
          + "method by itself, not in pairs")
    }
    if let fewest = samples.map(\.count).min(), fewest < Self.recommendedRepeats {
      notes.append(
        "a method has only \(fewest) of the \(Self.recommendedRepeats) repeats that a ranking should rest on")
    }
    self.measure = measure
    self.direction = direction
    self.standings = standings.sorted { ($0.rank, $0.method) < ($1.rank, $1.method) }
    self.notes = notes
  }
}

extension StudyRanking.Difference {
  /// Nil when the two share no seed.
  fileprivate init?(
    _ values: [Int: Double], against others: [Int: Double], called reference: String, confidence: Double,
    resamples: Int, seed: UInt64
  ) {
    let seeds = Set(values.keys).intersection(others.keys).sorted()
    let differences = seeds.map { values[$0]! - others[$0]! }
    guard let mean = Statistics.mean(differences) else { return nil }
    self.reference = reference
    self.mean = mean
    bootstrap = ConfidenceInterval.pairedDifference(
      seeds.map { (first: values[$0]!, second: others[$0]!) }, confidence: confidence, resamples: resamples, seed: seed)
    studentT = ConfidenceInterval.studentT(differences, confidence: confidence)
    pairs = seeds.count
  }
}

/// How often each method had each rank over resamples of the seeds.
private struct RankShares {
  private var shares: [[Int: Double]]

  subscript(index: Int) -> [Int: Double] { shares[index] }

  init(_ samples: [[Double]], _ direction: Direction, isPaired: Bool, resamples: Int, seed: UInt64) {
    shares = Array(repeating: [:], count: samples.count)
    guard samples.allSatisfy({ $0.count > 1 }) else { return }
    var generator = SeededGenerator(seed: seed)
    var counts = shares.map { _ in [Int: Int]() }
    for _ in 0..<resamples {
      var draw: [Int] = []
      let means = samples.map { sample -> Double? in
        if draw.isEmpty || !isPaired { draw = sample.map { _ in generator.index(below: sample.count) } }
        return Statistics.mean(draw.map { sample[$0] })
      }
      for (index, rank) in CompetitionRanking.ranks(means, direction).enumerated() {
        counts[index][rank!, default: 0] += 1
      }
    }
    shares = counts.map { $0.mapValues { Double($0) / Double(resamples) } }
  }
}
