/// How long requests lie at an endpoint on the same machine until it has read them, from looking at its connections now
/// and then, while fewer than one core is free.
///
/// A request that lies unread for a time `D` is seen with an age that is evenly spread from 0 to `D`. So where requests come
/// at a rate `r`, those seen with an age above `a` are on average `r E[max(0, D - a)]` (Little's law for the time beyond
/// `a`), and the slope of that over `a` is `r P(D > a)`, from which percentiles follow.
///
/// While a whole core is free the endpoint had somewhere to run untouched by the client: what lies unread then is its own
/// doing, and is not counted.
struct UnreadMeter: Sendable {
  /// Below so many looks that saw something there is no estimate: a single burst seen once says little.
  static let fewestLooks = 3
  private static let bins = 24

  /// Ages in nanoseconds with the seconds that their look stands for.
  private var ages: [(age: UInt64, seconds: Double)] = []
  private var looks = 0
  /// Seconds that were watched, and those with fewer than one core free.
  private(set) var watched = 0.0
  private(set) var crowded = 0.0
  private var freeCoreSeconds = 0.0

  /// Cores that were free on average; nil where nothing was watched.
  var freeCores: Double? { watched > 0 ? freeCoreSeconds / watched : nil }

  /// - Parameters:
  ///   - seconds: since the look before.
  ///   - freeCores: in that time.
  ///   - unread: for how long each request that lies unread has done so, in nanoseconds.
  ///   - scale: how many requests each of them stands for.
  mutating func look(seconds: Double, freeCores: Double, unread: [UInt64], scale: Double = 1) {
    watched += seconds
    freeCoreSeconds += freeCores * seconds
    guard freeCores < 1 else { return }
    crowded += seconds
    guard !unread.isEmpty else { return }
    looks += 1
    // A day of looks that all see as much as can be seen in one.
    if ages.count < 60_000_000 { ages += unread.map { ($0, seconds * scale) } }
  }

  /// The mean, and the time that a share of all requests did not exceed, in nanoseconds; nil where too little was seen.
  /// - Parameter sent: the requests that were sent while it was watched.
  func estimate(sent: Int) -> (mean: Double, percentile: (Double) -> Double)? {
    guard looks >= Self.fewestLooks, watched > 0, sent > 0, let oldest = ages.map(\.age).max(), oldest > 0 else {
      return nil
    }
    // Nanoseconds of waiting a request: seconds of requests that lay there, by requests.
    let mean = ages.reduce(0) { $0 + $1.seconds } / Double(sent) * 1e9
    let width = Double(oldest) / Double(Self.bins)
    var seen = [Double](repeating: 0, count: Self.bins)
    for (age, seconds) in ages { seen[min(Self.bins - 1, Int(Double(age) / width))] += seconds }
    // P(D > a) in the middle of each bin. It falls with a: what noise lifts, lifts what is before it.
    var beyond = seen.map { min(1, $0 / (width / 1e9) / Double(sent)) }
    for bin in beyond.indices.dropLast().reversed() { beyond[bin] = max(beyond[bin], beyond[bin + 1]) }
    return (
      mean,
      { percent in
        let bin = beyond.lastIndex { $0 > 1 - percent / 100 }
        return bin.map { Double($0 + 1) * width } ?? 0
      }
    )
  }
}
