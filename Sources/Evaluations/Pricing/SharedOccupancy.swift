/// Shares a server's time out among the requests that it served at the same time.
///
/// At each moment every request under way has an equal part of it: a request that has the server to itself holds it
/// whole, one of eight that are served together holds an eighth. So the parts of all requests add up to the time in
/// which the server had any, and time in which it had none is nobody's.
enum SharedOccupancy {
  /// From when a request was sent until it ended, in nanoseconds of one clock.
  struct Span: Hashable {
    var begin: UInt64
    var end: UInt64
  }

  /// The parts of each span.
  /// - Parameter weight: of a stretch between two moments, such as its length or the energy that was drawn in it.
  static func shares(of spans: [Span], weight: (_ begin: UInt64, _ end: UInt64) -> Double) -> [Double] {
    var shares = [Double](repeating: 0, count: spans.count)
    let events = spans.indices.flatMap { index -> [(time: UInt64, index: Int, begins: Bool)] in
      spans[index].end > spans[index].begin
        ? [(spans[index].begin, index, true), (spans[index].end, index, false)] : []
    }.sorted { $0.time < $1.time }
    // What one request's part has come to since the beginning; a span's share is what it grew by in its time.
    var level = 0.0
    var underWay = 0
    var previous: UInt64 = 0
    for event in events {
      if underWay > 0, event.time > previous { level += weight(previous, event.time) / Double(underWay) }
      previous = event.time
      if event.begins {
        underWay += 1
        shares[event.index] = -level
      } else {
        underWay -= 1
        shares[event.index] += level
      }
    }
    return shares
  }

  /// The seconds of the server that each span holds.
  static func seconds(of spans: [Span]) -> [Double] {
    shares(of: spans) { Double($1 - $0) / 1e9 }
  }

  /// The joules that each span holds, of a counter that was read now and then; between two readings the power is taken
  /// to be even. Nil where the readings do not reach over all spans.
  static func joules(of spans: [Span], readings: [(nanoseconds: UInt64, joules: Double)]) -> [Double]? {
    let occupied = spans.filter { $0.end > $0.begin }
    guard let first = readings.first, let last = readings.last, readings.count > 1,
      let begin = occupied.map(\.begin).min(), let end = occupied.map(\.end).max(),
      first.nanoseconds <= begin, last.nanoseconds >= end
    else { return nil }
    func joules(at time: UInt64) -> Double {
      var low = 0
      var high = readings.count - 1
      while high - low > 1 {
        let middle = (low + high) / 2
        if readings[middle].nanoseconds <= time { low = middle } else { high = middle }
      }
      let (before, after) = (readings[low], readings[high])
      guard after.nanoseconds > before.nanoseconds else { return before.joules }
      let part = Double(time - min(time, before.nanoseconds)) / Double(after.nanoseconds - before.nanoseconds)
      return before.joules + (after.joules - before.joules) * part
    }
    return shares(of: spans) { joules(at: $1) - joules(at: $0) }
  }
}
