internal import Foundation

/// Linear warm-up, then a cosine down to a share of the peak (SGDR, arXiv 1608.03983, as used by GPT-3).
public struct LearningRateSchedule: Sendable, Hashable, Codable {
  public var peak: Double
  /// The share of the peak at the last step.
  public var floor: Double
  public var warmupSteps: Int
  public var steps: Int

  public init(peak: Double, floor: Double = 0.1, warmupSteps: Int? = nil, steps: Int) {
    self.peak = peak
    self.floor = floor
    // A tenth of the run, at least 10 and at most 100 steps.
    self.warmupSteps = warmupSteps ?? min(max(10, steps / 10), 100)
    self.steps = steps
  }

  /// The rate of step 0, 1, ...
  public func rate(at step: Int) -> Double {
    if step < warmupSteps { return peak * Double(step + 1) / Double(warmupSteps) }
    let progress = min(1, Double(step - warmupSteps) / Double(max(1, steps - warmupSteps)))
    let low = peak * floor
    return low + 0.5 * (peak - low) * (1 + cos(.pi * progress))
  }
}
