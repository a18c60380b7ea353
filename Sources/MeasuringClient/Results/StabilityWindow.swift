/// How the endpoint did over one stretch of the run, by when requests were due.
public struct StabilityWindow: Sendable, Hashable, Codable {
  /// Seconds from the beginning of what is measured.
  public var beginsSeconds: Double
  public var endsSeconds: Double
  /// Requests that were due, a second.
  public var offeredPerSecond: Double
  /// Those of them that succeeded, a second.
  public var succeededPerSecond: Double
  /// Those of them that succeeded and kept the objective, a second.
  public var goodPerSecond: Double
  public var errorRate: Double
  public var ttftP50Milliseconds: Double?
  public var ttftP99Milliseconds: Double?
  public var latencyP50Milliseconds: Double?
  public var latencyP99Milliseconds: Double?
}

/// Gathers windows. Their number is bounded: when there would be too many, each two become one.
struct StabilityWindows: Sendable {
  private struct Window: Sendable {
    var offered = 0
    var succeeded = 0
    var good = 0
    var ttft = LatencyHistogram()
    var latency = LatencyHistogram()

    mutating func merge(_ other: Window) {
      offered += other.offered
      succeeded += other.succeeded
      good += other.good
      ttft.merge(other.ttft)
      latency.merge(other.latency)
    }
  }

  static let most = 240
  private var windows: [Window] = []
  /// Nanoseconds.
  private(set) var width: UInt64

  init(seconds: Double) { width = max(1, UInt64(seconds * 1e9)) }

  /// - Parameter due: nanoseconds from the beginning of what is measured.
  mutating func add(_ observation: Observation, due: UInt64, isGood: Bool) {
    while due / width >= UInt64(Self.most) { halve() }
    let index = Int(due / width)
    while windows.count <= index { windows.append(Window()) }
    windows[index].offered += 1
    if observation.succeeded { windows[index].succeeded += 1 }
    if isGood { windows[index].good += 1 }
    if let ttft = observation.timeToFirstToken, observation.succeeded { windows[index].ttft.record(ttft) }
    if let latency = observation.latency { windows[index].latency.record(latency) }
  }

  private mutating func halve() {
    var halved: [Window] = []
    for index in stride(from: 0, to: windows.count, by: 2) {
      var window = windows[index]
      if index + 1 < windows.count { window.merge(windows[index + 1]) }
      halved.append(window)
    }
    windows = halved
    width *= 2
  }

  /// - Parameter lasted: nanoseconds in which requests were due; the last window may be shorter than the others.
  func summary(lasted: UInt64) -> [StabilityWindow] {
    windows.enumerated().map { index, window in
      let begins = UInt64(index) * width
      let ends = max(begins + 1, min(begins + width, max(lasted, begins + 1)))
      let seconds = Double(ends - begins) / 1e9
      func milliseconds(_ histogram: LatencyHistogram, _ percent: Double) -> Double? {
        histogram.percentile(percent).map { Double($0) / 1e6 }
      }
      return StabilityWindow(
        beginsSeconds: Double(begins) / 1e9, endsSeconds: Double(ends) / 1e9,
        offeredPerSecond: Double(window.offered) / seconds, succeededPerSecond: Double(window.succeeded) / seconds,
        goodPerSecond: Double(window.good) / seconds,
        errorRate: window.offered == 0 ? 0 : Double(window.offered - window.succeeded) / Double(window.offered),
        ttftP50Milliseconds: milliseconds(window.ttft, 50), ttftP99Milliseconds: milliseconds(window.ttft, 99),
        latencyP50Milliseconds: milliseconds(window.latency, 50),
        latencyP99Milliseconds: milliseconds(window.latency, 99))
    }
  }

  /// The highest rate that was offered before service broke down: before the first window whose error rate is above 1 %,
  /// whose median latency is more than twice the lowest before it, or, where there is an objective, of whose requests
  /// fewer than 99 % keep it. Nil where the first window is broken already, or none is.
  static func knee(_ windows: [StabilityWindow], hasObjective: Bool) -> Double? {
    var lowest: Double?
    var highest: Double?
    for window in windows where window.offeredPerSecond > 0 {
      let isBroken =
        window.errorRate > 0.01
        || (lowest.map { (window.latencyP50Milliseconds ?? .infinity) > 2 * $0 } ?? false)
        || (hasObjective && window.goodPerSecond < 0.99 * window.offeredPerSecond)
      if isBroken { return highest }
      if let latency = window.latencyP50Milliseconds { lowest = min(lowest ?? latency, latency) }
      highest = max(highest ?? 0, window.offeredPerSecond)
    }
    return nil
  }
}
