import Foundation

/// Cumulative distributions and their inverses, as far as intervals need them.
enum StandardNormal {
  static func cumulative(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

  /// The inverse of ``cumulative(_:)``, by bisection: it is called a handful of times for an interval.
  static func quantile(_ probability: Double) -> Double {
    if probability <= 0 { return -.infinity }
    if probability >= 1 { return .infinity }
    return inverse(of: cumulative, at: probability, within: -40...40)
  }
}

/// Student's t distribution.
enum StudentT {
  /// The probability of a value at most `t`.
  static func cumulative(_ t: Double, degreesOfFreedom: Double) -> Double {
    let tail = 0.5 * regularizedBeta(degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5)
    return t > 0 ? 1 - tail : tail
  }

  /// The value that is not exceeded with `probability`.
  static func quantile(_ probability: Double, degreesOfFreedom: Double) -> Double {
    if probability == 0.5 { return 0 }
    // The lower tail keeps its digits where 1 - tail would lose them.
    if probability > 0.5 { return -quantile(1 - probability, degreesOfFreedom: degreesOfFreedom) }
    var low = -1.0
    while cumulative(low, degreesOfFreedom: degreesOfFreedom) > probability { low *= 2 }
    return inverse(of: { cumulative($0, degreesOfFreedom: degreesOfFreedom) }, at: probability, within: low...0)
  }
}

/// Bisection of a rising function down to neighbouring numbers.
private func inverse(
  of function: (Double) -> Double, at target: Double, within bounds: ClosedRange<Double>
) -> Double {
  var low = bounds.lowerBound
  var high = bounds.upperBound
  while true {
    let middle = low + (high - low) / 2
    if middle <= low || middle >= high { return middle }
    if function(middle) < target { low = middle } else { high = middle }
  }
}

/// Counts of successes in independent trials.
enum Binomial {
  /// The probability of at most `successes`.
  static func cumulative(_ successes: Int, of trials: Int, probability: Double) -> Double {
    if successes < 0 { return 0 }
    if successes >= trials { return 1 }
    return regularizedBeta(1 - probability, Double(trials - successes), Double(successes + 1))
  }
}

/// The regularised incomplete beta function, by its continued fraction with Lentz's method (DLMF 8.17.22).
func regularizedBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
  if x <= 0 { return 0 }
  if x >= 1 { return 1 }
  // The fraction converges fast only below the mean; the other side is its mirror image.
  if x > (a + 1) / (a + b + 2) { return 1 - regularizedBeta(1 - x, b, a) }
  let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
  let tiny = 1e-300
  var c = 1.0
  var d = 1 - (a + b) * x / (a + 1)
  d = 1 / (abs(d) < tiny ? tiny : d)
  var fraction = d
  // The steps it takes grow with the square root of the parameters: this is enough for many millions of rows.
  for step in 1...20_000 {
    let m = Double(step)
    for term in [
      m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
      -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
    ] {
      d = 1 + term * d
      d = 1 / (abs(d) < tiny ? tiny : d)
      c = 1 + term / c
      if abs(c) < tiny { c = tiny }
      fraction *= c * d
    }
    if abs(c * d - 1) < 1e-15 { break }
  }
  return front * fraction
}
