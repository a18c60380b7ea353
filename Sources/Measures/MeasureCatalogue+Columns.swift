extension MeasureCatalogue {
  /// The measure that a table's column holds, by the column's name: a measure's id, or a name in common use for one
  /// (`PPL`, `perplexity`, `loss`), in any case, with or without a unit behind an underscore or in brackets:
  /// `AMU_GB`, `al_s`, `AEC [W]`, `AL.p90 (s)`. Nil when the name is no measure's.
  public static func measure(forColumn name: String) -> Measure? {
    let base = baseName(ofColumn: name).lowercased()
    return byColumn[aliases[base] ?? base]
  }

  /// Which way the values of a column are better, by its name, or nil when the catalogue does not know it.
  ///
  /// `Performance` is the catalogue's: perplexity, so less is better. A table of task scores has to say otherwise.
  public static func direction(forColumn name: String) -> Direction? { measure(forColumn: name)?.direction }

  /// The column's name without its unit: `AMU` of `AMU_GB`.
  public static func baseName(ofColumn name: String) -> String {
    let cut = name.firstIndex { $0 == "_" || $0 == "(" || $0 == "[" } ?? name.endIndex
    let trimmed = name[..<cut].drop { $0.isWhitespace }
    return String(trimmed.reversed().drop { $0.isWhitespace }.reversed())
  }

  private static let byColumn = Dictionary(uniqueKeysWithValues: all.map { ($0.id.rawValue.lowercased(), $0) })

  private static let aliases = [
    "ppl": "performance", "perplexity": "performance", "loss": "performance.loss",
    "ttft": "al.ttft", "tpot": "al.tpot",
  ]
}
