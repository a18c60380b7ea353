internal import Foundation

/// How rotary frequencies are changed for contexts longer than those trained on.
public enum RotaryScaling: Sendable, Codable, Hashable {
  /// Positions divided by a factor (arXiv 2306.15595).
  case linear(factor: Double)
  /// Llama 3.1's: low frequencies divided, high ones kept, those between blended (arXiv 2407.21783, section 3.4.2, and
  /// the published code).
  case llama3(factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, originalPositions: Int)
  /// YaRN (arXiv 2309.00071). `attentionFactor` multiplies cosines and sines; nil: worked out from the factor.
  /// `scoreScale` multiplies attention's scale, as DeepSeek-V2's `mscale_all_dim` does. `truncates` rounds the ends of
  /// the blended range to whole pairs.
  case yarn(
    factor: Double, originalPositions: Int, betaFast: Double, betaSlow: Double, attentionFactor: Double?,
    scoreScale: Double, truncates: Bool)
  /// LongRoPE (arXiv 2402.13753): one factor a frequency, for short and for long contexts, as in Phi-3. nil
  /// `attentionFactor`: worked out from the context's growth.
  case longrope(shortFactors: [Double], longFactors: [Double], originalPositions: Int, attentionFactor: Double?)
  /// Every frequency divided by a factor of its own: what a GGUF file keeps of Llama 3's scaling.
  case divided(factors: [Double])
}

extension RotaryScaling {
  /// Frequencies in radians a position, one a pair of features: for contexts up to `originalPositions`, and beyond.
  struct Frequencies {
    var short: [Double]
    /// nil: the same ones.
    var long: [Double]?
    /// What cosines and sines are multiplied with.
    var factor: Double
    /// The longest context that takes the short ones.
    var originalPositions = Int.max
  }

  /// The frequencies of `features` turned features, without and with a scaling.
  static func frequencies(
    features: Int, base: Double, scaling: RotaryScaling?, maximumPositions: Int
  ) -> Frequencies {
    let plain = (0..<(features / 2)).map { Foundation.pow(base, -2 * Double($0) / Double(features)) }
    guard let scaling else { return Frequencies(short: plain, factor: 1) }
    switch scaling {
    case .linear(let factor):
      return Frequencies(short: plain.map { $0 / factor }, factor: 1)
    case .divided(let factors):
      return Frequencies(short: divide(plain, factors), factor: 1)
    case .llama3(let factor, let low, let high, let original):
      return Frequencies(
        short: plain.map { frequency in
          // How often the pair turns within the original context.
          let turns = Double(original) * frequency / (2 * .pi)
          if turns > high { return frequency }
          if turns < low { return frequency / factor }
          let smooth = (turns - low) / (high - low)
          return (1 - smooth) * frequency / factor + smooth * frequency
        }, factor: 1)
    case .yarn(let factor, let original, let fast, let slow, let attentionFactor, _, let truncates):
      /// The pair, as a fraction, that turns `rotations` times within the original context.
      func pair(rotations: Double) -> Double {
        Double(features) * Foundation.log(Double(original) / (rotations * 2 * .pi)) / (2 * Foundation.log(base))
      }
      var (low, high) = (pair(rotations: fast), pair(rotations: slow))
      if truncates { (low, high) = (low.rounded(.down), high.rounded(.up)) }
      (low, high) = (max(low, 0), min(high, Double(features - 1)))
      if low == high { high += 0.001 }
      let blended = plain.enumerated().map { index, frequency in
        // 0: turns often enough to be kept, 1: positions are interpolated.
        let ramp = min(max((Double(index) - low) / (high - low), 0), 1)
        return frequency / factor * ramp + frequency * (1 - ramp)
      }
      return Frequencies(short: blended, factor: attentionFactor ?? Self.yarnFactor(factor))
    case .longrope(let short, let long, let original, let attentionFactor):
      let growth = Double(maximumPositions) / Double(original)
      let worked = growth <= 1 ? 1 : (1 + Foundation.log(growth) / Foundation.log(Double(original))).squareRoot()
      return Frequencies(
        short: divide(plain, short), long: divide(plain, long), factor: attentionFactor ?? worked,
        originalPositions: original)
    }
  }

  /// YaRN's factor for attention, `0.1 m ln(s) + 1` (arXiv 2309.00071, equation 22).
  public static func yarnFactor(_ scale: Double, weight: Double = 1) -> Double {
    scale <= 1 ? 1 : 0.1 * weight * Foundation.log(scale) + 1
  }

  /// What attention's scale is multiplied with.
  public var scoreScale: Double {
    if case .yarn(_, _, _, _, _, let scoreScale, _) = self { scoreScale } else { 1 }
  }

  /// How many factors it lists, for those that list one a pair.
  public var factorCounts: [Int] {
    switch self {
    case .longrope(let short, let long, _, _): [short.count, long.count]
    case .divided(let factors): [factors.count]
    case .linear, .llama3, .yarn: []
    }
  }

  private static func divide(_ frequencies: [Double], _ factors: [Double]) -> [Double] {
    precondition(factors.count == frequencies.count, "a rotary scaling needs one factor a pair of features")
    return zip(frequencies, factors).map { $0 / $1 }
  }
}
