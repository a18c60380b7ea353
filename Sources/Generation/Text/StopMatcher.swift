/// Finds the first stop string in text that comes in pieces, and keeps back what could yet become one.
///
/// Strings are compared byte by byte in UTF-8, without any normalisation: a stop string matches the characters it is made
/// of, even when a combining mark follows.
struct StopMatcher: Sendable {
  private let stops: [(bytes: [UInt8], failure: [Int])]
  /// For each stop string, how many of its bytes the text ends with.
  private var matched: [Int]
  /// The text that is kept back.
  private var pending: [UInt8] = []

  init(_ stops: [String]) {
    self.stops = stops.map { stop in
      let bytes = Array(stop.utf8)
      return (bytes, Self.failure(of: bytes))
    }
    matched = Array(repeating: 0, count: stops.count)
  }

  /// For each length of a prefix, the longest shorter prefix that it ends with (Knuth, Morris and Pratt 1977).
  private static func failure(of bytes: [UInt8]) -> [Int] {
    var failure = [Int](repeating: 0, count: bytes.count + 1)
    var length = 0
    for index in bytes.indices.dropFirst() {
      while length > 0, bytes[index] != bytes[length] { length = failure[length] }
      if bytes[index] == bytes[length] { length += 1 }
      failure[index + 1] = length
    }
    return failure
  }

  /// Adds text.
  /// - Returns: what may be shown, and the index of the stop string that ends it, if one does: the one complete first, and
  ///   of those that end together the longest. Nothing may be added after that.
  mutating func append(_ text: String) -> (text: String, stop: Int?) {
    guard !stops.isEmpty else { return (text, nil) }
    for byte in text.utf8 {
      pending.append(byte)
      var complete: Int?
      for (index, stop) in stops.enumerated() {
        var length = matched[index]
        while length > 0, stop.bytes[length] != byte { length = stop.failure[length] }
        if stop.bytes[length] == byte { length += 1 }
        matched[index] = length
        if length == stop.bytes.count, length > complete.map({ stops[$0].bytes.count }) ?? 0 { complete = index }
      }
      if let complete {
        let shown = pending.dropLast(stops[complete].bytes.count)
        pending = []
        return (String(decoding: shown, as: UTF8.self), complete)
      }
    }
    let kept = matched.max() ?? 0
    let shown = String(decoding: pending.dropLast(kept), as: UTF8.self)
    pending.removeFirst(pending.count - kept)
    return (shown, nil)
  }

  /// What was kept back: no stop string came of it.
  mutating func finish() -> String {
    defer { pending = [] }
    return String(decoding: pending, as: UTF8.self)
  }
}
