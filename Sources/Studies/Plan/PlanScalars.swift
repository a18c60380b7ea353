import Foundation

/// What the scalars of a plan may look like. Only `true` and `false` are booleans, so that a method called `no` or `on`
/// keeps its name.
package enum PlanScalars {
  package static func setting(_ text: String, isQuoted: Bool) -> SettingValue? {
    if isQuoted { return .string(text) }
    if text == "true" { return .boolean(true) }
    if text == "false" { return .boolean(false) }
    if text.wholeMatch(of: #/[-+]?[0-9][0-9_]*/#) != nil {
      return Int(text.replacing("_", with: "")).map { .integer($0) }
    }
    if text.wholeMatch(of: #/[-+]?([0-9][0-9_]*\.?[0-9_]*|\.[0-9]+)([eE][-+]?[0-9]+)?/#) != nil {
      guard let number = Double(text.replacing("_", with: "")), number.isFinite else { return nil }
      return .number(number)
    }
    if text.lowercased().wholeMatch(of: #/[-+]?\.(inf|nan)/#) != nil { return nil }
    return .string(text)
  }

  /// A whole count, plain or with underscores or a decimal suffix: `120000`, `120_000`, `120k`, `1.5M`, `2G`.
  package static func count(_ text: String) -> Int? {
    guard let match = text.wholeMatch(of: #/([0-9][0-9_]*)(\.[0-9]+)?([kKMGB])?/#) else { return nil }
    let scale: Double
    switch match.3 {
    case "k", "K": scale = 1e3
    case "M": scale = 1e6
    case "G", "B": scale = 1e9
    default: scale = 1
    }
    let digits = match.1.replacing("_", with: "") + (match.2 ?? "")
    guard let number = Double(digits) else { return nil }
    let product = number * scale
    // Beyond 2^53 a double no longer holds every whole number, and no study gets there.
    guard product <= 9e15 else { return nil }
    let whole = product.rounded()
    return abs(product - whole) < 1e-6 * max(1, product) && (match.3 != nil || match.2 == nil) ? Int(whole) : nil
  }

  /// A duration with its unit: `500us`, `20ms`, `1.5s`, `15min`, `2h`.
  package static func duration(_ text: String) -> Duration? {
    guard let match = text.wholeMatch(of: #/([0-9]+(?:\.[0-9]+)?)\s*(us|ms|s|min|m|h)/#),
      let number = Double(match.1), number <= 1e9
    else { return nil }
    switch match.2 {
    case "us": return .microseconds(number)
    case "ms": return .milliseconds(number)
    case "s": return .seconds(number)
    case "m", "min": return .seconds(number * 60)
    default: return .seconds(number * 3600)
    }
  }
}
