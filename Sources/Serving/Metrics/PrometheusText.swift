/// Writes Prometheus' text format (version 0.0.4).
struct PrometheusText {
  private(set) var text = ""

  typealias Labels = KeyValuePairs<String, String>

  mutating func family(_ name: String, _ kind: String, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
  }

  mutating func sample(_ name: String, _ labels: Labels, _ value: Double) {
    text += "\(name)\(Self.braces(labels.map { ($0.key, $0.value) })) \(Self.number(value))\n"
  }

  mutating func sample(_ name: String, _ labels: Labels, _ value: Int) { sample(name, labels, Double(value)) }

  mutating func histogram(_ name: String, _ labels: Labels, _ histogram: Histogram) {
    let pairs = labels.map { ($0.key, $0.value) }
    var below = 0
    for (bound, count) in zip(histogram.bounds, histogram.counts) {
      below += count
      text += "\(name)_bucket\(Self.braces(pairs + [("le", Self.number(bound))])) \(below)\n"
    }
    text += "\(name)_bucket\(Self.braces(pairs + [("le", "+Inf")])) \(histogram.count)\n"
    text += "\(name)_sum\(Self.braces(pairs)) \(Self.number(histogram.sum))\n"
    text += "\(name)_count\(Self.braces(pairs)) \(histogram.count)\n"
  }

  private static func number(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? "\(value)"
  }

  private static func braces(_ labels: [(String, String)]) -> String {
    guard !labels.isEmpty else { return "" }
    return "{" + labels.map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ",") + "}"
  }

  private static func escaped(_ value: String) -> String {
    var escaped = ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\\": escaped += "\\\\"
      case "\"": escaped += "\\\""
      case "\n": escaped += "\\n"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
