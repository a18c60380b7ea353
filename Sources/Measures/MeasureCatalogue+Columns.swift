extension MeasureCatalogue {
  /// The measure that a table's column holds, by the column's name: a measure's id, or a name in common use for one
  /// (`PPL`, `perplexity`, `loss`), in any case, with or without a unit behind it: `AMU_GB`, `al_s`, `AEC [W]`,
  /// `AL.p90 (s)`, `TT tokens/s`. Nil when the name is no measure's.
  public static func measure(forColumn name: String) -> Measure? {
    let base = baseName(ofColumn: name).lowercased()
    return byColumn[aliases[base] ?? base]
  }

  /// Which way the values of a column are better, by its name, or nil when the catalogue does not know it.
  ///
  /// `Performance` is the catalogue's: perplexity, so less is better. A table of task scores has to say otherwise.
  public static func direction(forColumn name: String) -> Direction? { measure(forColumn: name)?.direction }

  /// The column's name without its unit: `AMU` of `AMU_GB`, `AEC [W]` or `AL s`. Only a word that is a unit counts as
  /// one: `PPL_std` is a column of its own, which the catalogue does not know.
  public static func baseName(ofColumn name: String) -> String {
    let trimmed = name.trimmed
    if let bracket = trimmed.firstIndex(where: { $0 == "(" || $0 == "[" }) {
      return String(trimmed[..<bracket]).trimmed
    }
    guard
      let cut = trimmed.firstIndex(where: { $0 == "_" || $0 == "-" || $0.isWhitespace })
        ?? trimmed.firstIndex(of: "/")
    else { return trimmed }
    let unit = trimmed[trimmed.index(after: cut)...].lowercased().filter { !"_- /().[]".contains($0) }
    return isUnit(unit) ? String(trimmed[..<cut]).trimmed : trimmed
  }

  /// Whether a suffix, without its punctuation, is made of words for units.
  private static func isUnit(_ suffix: String) -> Bool {
    var rest = Substring(suffix)
    guard !rest.isEmpty else { return false }
    while !rest.isEmpty {
      guard let word = unitWords.first(where: { rest.hasPrefix($0) }) else { return false }
      rest = rest.dropFirst(word.count)
    }
    return true
  }

  /// Longest first, so that `seconds` is not read as `s` and a rest.
  private static let unitWords = [
    "s", "ms", "us", "ns", "sec", "secs", "second", "seconds", "millisecond", "milliseconds", "min", "minutes", "h",
    "hour", "hours", "b", "byte", "bytes", "kb", "mb", "gb", "tb", "kib", "mib", "gib", "tib", "w", "kw", "mw", "watt",
    "watts", "avg", "mean", "j", "kj", "mj", "joule", "joules", "wh", "kwh", "token", "tokens", "tok", "toks", "sample",
    "samples", "request", "requests", "req", "iteration", "iterations", "iter", "step", "per", "param", "params",
    "parameter", "parameters", "flops", "gflops", "tflops", "percent", "pct", "%", "fraction", "ratio", "x", "nats",
    "bits", "usd", "$",
  ].sorted { ($1.count, $0) < ($0.count, $1) }

  private static let byColumn = Dictionary(uniqueKeysWithValues: all.map { ($0.id.rawValue.lowercased(), $0) })

  private static let aliases = [
    "ppl": "performance", "perplexity": "performance", "loss": "performance.loss",
    "ttft": "al.ttft", "tpot": "al.tpot",
  ]
}

extension String {
  fileprivate var trimmed: String {
    let front = drop { $0.isWhitespace }
    return String(front.reversed().drop { $0.isWhitespace }.reversed())
  }
}
