/// What the client took of the machine and of the figures, and whether that could have coloured them.
public struct ClientWatch: Sendable, Hashable, Codable {
  /// Where a delay lies that does not belong into a figure.
  public enum Cause: String, Sendable, Hashable, Codable {
    /// The client came late to what had arrived, or to what was to be sent.
    case client
    /// An endpoint on the client's machine had not read requests that were there, while fewer than one core was free: the
    /// server may be slow of itself, or because the client and the server crowd each other.
    case sharedMachine = "shared_machine"
  }

  /// Who stamped what arrived.
  public enum Stamps: String, Sendable, Hashable, Codable {
    /// The kernel, when it arrived.
    case kernel
    /// The client, when it had read it: the system notes no arrivals.
    case client
  }

  /// A figure that a delay of the client or of its machine may have changed by more than a stated share.
  public struct Colouring: Sendable, Hashable, Codable, CustomStringConvertible {
    public var figure: String
    public var percentile: Double
    public var milliseconds: Double
    /// The client's delay at the same percentile.
    public var delayMilliseconds: Double
    /// The delay's share of the figure.
    public var share: Double
    public var cause = Cause.client

    public var description: String {
      let percent = (share * 1000).rounded() / 10
      return "p\(percentile == percentile.rounded() ? "\(Int(percentile))" : "\(percentile)") of \(figure): up to "
        + "\((delayMilliseconds * 1000).rounded() / 1000) ms of \((milliseconds * 1000).rounded() / 1000) ms, \(percent) %"
        + (cause == .sharedMachine ? ", unread at the endpoint, which shares this full machine" : "")
    }
  }

  /// Seconds of processor time the client took, and their share of the run.
  public var cpuSeconds: Double
  public var cpuShare: Double
  public var cpuMillisecondsPerRequest: Double
  /// The share of the run in which the event loop was ready and had no core; nil where the system does not say.
  public var queuedShare: Double?
  /// Cores of the machine that were free on average, and the share of the run in which fewer than one was.
  public var freeCores: Double?
  public var crowdedShare: Double?
  /// How long requests lay unread at an endpoint on this machine, on average, while fewer than one core was free; nil
  /// where none was seen to.
  public var unreadMilliseconds: Double?
  public var stamps: Stamps
  /// Reads that the client stamped all the same, since the kernel's note of them could not be used.
  public var unnotedReads: Int
  /// How long arrivals lay there before they were read, by the kernel's stamps. It is in no figure, but for chunks that came
  /// in one read.
  public var readDelayMilliseconds: Distribution?
  /// How late the event loop came to timers that were due, where the client stamps: an arrival waits as long for it. In
  /// milliseconds.
  public var loopDelayMilliseconds: Distribution?
  /// How late requests were begun against their schedule, before anything of the network; open loads only.
  public var launchLatenessMilliseconds: Distribution?
  /// How late they were sent, the wait for a connection included.
  public var sendLatenessMilliseconds: Distribution?
  /// Chunks that shared a read with the one before, so that their distance is unknown, and all chunks.
  public var sharedStamps: Int
  public var chunks: Int
  /// The share of a figure above which it counts as coloured, and the delay below which nothing does.
  public var colouredAboveShare: Double
  public var colouredAboveMilliseconds: Double
  public var colourings: [Colouring]

  /// Whether the delay of the client or of its machine could explain more than the stated share of any figure.
  public var isColoured: Bool { !colourings.isEmpty }

  /// Delays below this are within what the clock's own bar allows.
  static let floorNanoseconds = 300_000.0
  static let share = 0.02

  /// The percentiles of a figure that the client's delays could explain a stated share of.
  static func colourings(
    figure name: String, _ histogram: LatencyHistogram, delays: [LatencyHistogram]
  ) -> [Colouring] {
    [50.0, 99.0].compactMap { percent in
      guard let figure = histogram.percentile(percent), figure > 0 else { return nil }
      let delay = Double(delays.compactMap { $0.percentile(percent) }.max() ?? 0)
      let share = delay / Double(figure)
      guard delay > floorNanoseconds, share > Self.share else { return nil }
      return Colouring(
        figure: name, percentile: percent, milliseconds: Double(figure) / 1e6, delayMilliseconds: delay / 1e6,
        share: share)
    }
  }

  /// The percentiles of a figure that the time in which requests lay unread could explain a stated share of.
  /// - Parameter unread: that time at a percentile, in nanoseconds.
  static func colourings(
    figure name: String, _ histogram: LatencyHistogram, unread: (Double) -> Double
  ) -> [Colouring] {
    [50.0, 99.0].compactMap { percent in
      guard let figure = histogram.percentile(percent), figure > 0 else { return nil }
      // No request lies there longer than its first token takes.
      let delay = min(unread(percent), Double(figure))
      let share = delay / Double(figure)
      guard delay > floorNanoseconds, share > Self.share else { return nil }
      return Colouring(
        figure: name, percentile: percent, milliseconds: Double(figure) / 1e6, delayMilliseconds: delay / 1e6,
        share: share, cause: .sharedMachine)
    }
  }
}
