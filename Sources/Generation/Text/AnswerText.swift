/// The text of one answer as it grows: tokens become characters, and stop strings end it.
struct AnswerText {
  private var stream: any TextStream
  private var matcher: StopMatcher
  private let stops: [String]

  init(_ stream: any TextStream, stops: [String]) {
    self.stream = stream
    self.stops = stops
    matcher = StopMatcher(stops)
  }

  /// Adds a token's text.
  /// - Returns: what may be shown, and the stop string that ends the answer, if one does.
  mutating func append(_ token: UInt32) -> (text: String, stop: String?) { match(stream.append(token)) }

  /// The end: what was kept back, unless it completes a stop string.
  mutating func finish() -> (text: String, stop: String?) {
    var (text, stop) = match(stream.finish())
    if stop == nil { text += matcher.finish() }
    return (text, stop)
  }

  private mutating func match(_ text: String) -> (text: String, stop: String?) {
    let found = matcher.append(text)
    return (found.text, found.stop.map { stops[$0] })
  }
}
