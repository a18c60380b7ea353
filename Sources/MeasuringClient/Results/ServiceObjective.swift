/// What a request has to keep to count as good service (its share is the goodput): bounds on its own figures.
public struct ServiceObjective: Sendable, Hashable, CustomStringConvertible {
  public enum Figure: String, Sendable, Hashable, CaseIterable {
    /// Time to first token.
    case ttft
    /// Mean time per output token.
    case tpot
    /// The longest gap between two chunks.
    case itl
    /// From when it was due to its end.
    case latency
  }

  public struct Bound: Sendable, Hashable {
    public var figure: Figure
    public var nanoseconds: Double
  }

  public var bounds: [Bound] = []

  /// No bound: every request that succeeds is good.
  public init() {}

  /// Reads bounds such as `ttft<=500ms,tpot<=50ms`; units are us, ms and s.
  /// - Throws: ``ClientError/objective(_:reason:)``.
  public init(_ text: String) throws(ClientError) {
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let part = part.filter { !$0.isWhitespace }
      let sides: [Substring]
      if let range = part.firstRange(of: "<=") {
        sides = [part[..<range.lowerBound], part[range.upperBound...]]
      } else if let index = part.firstIndex(of: "<") {
        sides = [part[..<index], part[part.index(after: index)...]]
      } else {
        throw .objective(text, reason: "there is no <= in \"\(part)\"")
      }
      guard let figure = Figure(rawValue: sides[0].lowercased()) else {
        let known = Figure.allCases.map(\.rawValue).joined(separator: ", ")
        throw .objective(text, reason: "\"\(sides[0])\" is none of \(known)")
      }
      guard !bounds.contains(where: { $0.figure == figure }) else {
        throw .objective(text, reason: "\(figure.rawValue) stands twice")
      }
      guard let nanoseconds = Self.nanoseconds(sides[1]) else {
        throw .objective(text, reason: "\"\(sides[1])\" is no time")
      }
      bounds.append(Bound(figure: figure, nanoseconds: nanoseconds))
    }
  }

  private static func nanoseconds(_ text: Substring) -> Double? {
    for (unit, scale) in [("us", 1e3), ("ms", 1e6), ("s", 1e9)] where text.hasSuffix(unit) {
      guard let number = Double(text.dropLast(unit.count)), number.isFinite, number > 0, number <= 1e9 else {
        return nil
      }
      return number * scale
    }
    return nil
  }

  /// Whether the request succeeded and keeps every bound. A figure that a request does not have - a single token has no time
  /// per token - breaks no bound, but for the time to first token of a stream, which an answer without content misses.
  public func isMet(by observation: Observation) -> Bool {
    guard observation.succeeded else { return false }
    return bounds.allSatisfy { bound in
      switch bound.figure {
      case .ttft: observation.timeToFirstToken.map { Double($0) <= bound.nanoseconds } ?? false
      case .tpot: observation.timePerOutputToken.map { $0 <= bound.nanoseconds } ?? true
      case .itl: observation.final?.longestGap.map { Double($0) <= bound.nanoseconds } ?? true
      case .latency: observation.latency.map { Double($0) <= bound.nanoseconds } ?? false
      }
    }
  }

  public var description: String {
    bounds.map { "\($0.figure.rawValue)<=\($0.nanoseconds / 1e6)ms" }.joined(separator: ",")
  }
}

extension AttemptTimeline {
  /// The longest time between two arrivals, in nanoseconds.
  var longestGap: UInt64? {
    guard arrivals.count > 1 else { return nil }
    var longest: UInt64 = 0
    for index in 1..<arrivals.count { longest = max(longest, arrivals[index] &- arrivals[index - 1]) }
    return longest
  }
}
