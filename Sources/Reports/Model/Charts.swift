public import Measures

/// Training loss over tokens and over seconds.
public struct LossCurves: Sendable, Codable, Hashable {
  public struct Point: Sendable, Codable, Hashable {
    /// Tokens trained on up to the point.
    public var tokens: Double
    /// Seconds of training steps up to the point.
    public var seconds: Double
    /// Nats a token; the mean over `LossCurves.stepsPerPoint` steps.
    public var loss: Double
  }

  public struct Seed: Sendable, Codable, Hashable {
    public var seed: Int
    public var points: [Point]
  }

  public struct Method: Sendable, Codable, Hashable {
    public var method: String
    public var seeds: [Seed]
    /// The mean over the seeds, as far as all of them go.
    public var mean: [Point]
  }

  public var methods: [Method]
  /// How many consecutive steps one point is the mean of.
  public var stepsPerPoint: Int
}

/// Memory over the seconds of a trial, one kind of memory.
public struct MemoryChart: Sendable, Codable, Hashable {
  /// What the bytes are.
  public enum Kind: String, Sendable, Codable, Hashable, CaseIterable {
    case resident, allocated, device
  }

  public struct Trace: Sendable, Codable, Hashable {
    public var method: String
    public var seed: Int
    public var seconds: [Double]
    public var bytes: [Double]
    /// Of all samples, not only of those drawn.
    public var peakBytes: Double
    public var meanBytes: Double
  }

  public var kind: Kind
  public var traces: [Trace]
  /// The most samples that one drawn point stands for; it shows their largest.
  public var samplesPerPoint: Int
}

/// How long steps took, warm-up left out, all seeds of a method together.
public struct LatencyChart: Sendable, Codable, Hashable {
  public struct Method: Sendable, Codable, Hashable {
    public var method: String
    public var count: Int
    public var minimum: Double
    public var p50: Double
    public var p90: Double
    public var p99: Double
    public var maximum: Double
    /// Evenly spaced quantiles with both ends, which keep the distribution's shape.
    public var quantiles: [Double]
  }

  public var methods: [Method]
}

/// Two measures against each other, every method a named point.
public struct FrontierChart: Sendable, Codable, Hashable {
  public struct Axis: Sendable, Codable, Hashable {
    public var measure: MeasureID
    public var title: String
    public var unit: Unit
    public var direction: Direction
    public var isEstimate: Bool
  }

  public struct Point: Sendable, Codable, Hashable {
    public var method: String
    public var x: Double
    public var y: Double
    public var xInterval: Interval?
    public var yInterval: Interval?
    /// True when no other method is at least as good on both and better on one.
    public var isOnFrontier: Bool
  }

  public var x: Axis
  public var y: Axis
  public var points: [Point]
  /// Methods without a value on one of the axes.
  public var left: [String]
}

/// All measures with values beside each other, each from its worst mean to its best.
public struct MeasureProfile: Sendable, Codable, Hashable {
  public struct Axis: Sendable, Codable, Hashable {
    public var measure: MeasureID
    public var title: String
    public var unit: Unit
    public var direction: Direction
    public var definition: Definition
    public var best: Double
    public var worst: Double
  }

  public struct Line: Sendable, Codable, Hashable {
    public var method: String
    /// The means, in the order of the axes.
    public var values: [Double?]
    /// 0 for the worst mean of the axis, 1 for the best, one half when all are the same.
    public var positions: [Double?]
  }

  public var axes: [Axis]
  public var lines: [Line]
}
