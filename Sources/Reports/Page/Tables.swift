import Measures

/// The tables of results and ranks: a row a measure, a column a method.
enum Tables {
  static func results(_ group: ComparisonGroup) -> HTML {
    var footnotes = Footnotes()
    let present = group.results.rows.filter { $0.cells.contains { $0.mean != nil } }
    let counts = Set(present.flatMap(\.cells).filter { $0.mean != nil }.map(\.count))
    let body = present.map { row($0, showsCount: counts.count > 1, &footnotes) }
    let seeds = counts.count == 1 ? NumberText.count(counts.first ?? 0, "seed") : "seeds, n of them"
    let hasEstimates = present.flatMap(\.cells).contains(where: \.isEstimate)
    let estimateWords: HTML =
      "<span class=\"estimate\">est.</span> marks a number that rests on a declaration and not on a counter."
    return """
      <div class="scroll results" tabindex="0" role="region" aria-label="Results">
      <table><caption><span>Mean over \(seeds)\(intervalWords(group)). \
      \(hasEstimates ? estimateWords : .empty)</span></caption>
      <thead><tr><th scope="col">Measure</th>\(group.methods.enumerated().map { head($1, slot: $0) })</tr></thead>
      <tbody>\(parameters(group.methods))\(body)</tbody></table></div>
      \(footnotes.html)
      \(absences(group.results.rows))
      \(bootstrap(group))
      """
  }

  private static func parameters(_ methods: [MethodDescription]) -> HTML {
    if methods.allSatisfy({ $0.parameters == nil }) { return .empty }
    let cells = methods.map { method -> HTML in
      guard let parameters = method.parameters else { return "<td class=\"absent\">not said</td>" }
      let millions = "\(NumberText.format(Double(parameters) / 1e6, digits: 3)) M"
      return
        "<td><span class=\"value\">\(parameters < 1_000_000 ? NumberText.format(parameters) : millions)</span></td>"
    }
    return "<tr>\(heading("parameters", ["counted, not measured"]))\(cells)</tr>"
  }

  /// Measures that no method has, by their reason.
  private static func absences(_ rows: [ResultTable.Row]) -> HTML {
    let absent = rows.filter { $0.cells.allSatisfy { $0.mean == nil } }
    if absent.isEmpty { return .empty }
    let reasons = absent.map { $0.cells.compactMap(\.absence).uniqued().joined(separator: "; ") }
    let items = reasons.uniqued().map { reason -> HTML in
      let titles = zip(absent, reasons).filter { $0.1 == reason }.map(\.0.title)
      return "<li>\(NumberText.list(titles).capitalisedFirst): \(reason).</li>"
    }
    return "<h3>Absent for every method</h3><ul class=\"notes\">\(items)</ul>"
  }

  /// The bootstrap's intervals, folded away: with few seeds they are narrower than they should be.
  private static func bootstrap(_ group: ComparisonGroup) -> HTML {
    let rows = group.results.rows.filter { $0.cells.contains { $0.bootstrap != nil } }
    if rows.isEmpty { return .empty }
    let texts = rows.map { row -> [String] in
      let scale = NumberText.scale(for: row.cells.compactMap(\.mean), unit: row.unit)
      let unit = scale.symbol.isEmpty ? "" : " (\(scale.symbol))"
      return [row.title.capitalisedFirst + unit]
        + row.cells.map { cell in
          guard let mean = cell.mean, let interval = cell.bootstrap else { return "" }
          let digits = digits(mean, interval)
          return "\(NumberText.format(interval.lower / scale.divisor, digits: digits)) to "
            + NumberText.format(interval.upper / scale.divisor, digits: digits)
        }
    }
    let table = ChartTables.table(
      "Percentile bootstrap over seeds. With three seeds it is too narrow, so the table above has Student's t",
      ["Measure"] + group.methods.map(\.name), texts)
    return "<details><summary>Bootstrap intervals</summary>\(table)</details>"
  }

  private static func intervalWords(_ group: ComparisonGroup) -> String {
    let confidence = group.results.rows.flatMap(\.cells).compactMap(\.interval?.confidence).first
    return confidence.map { ", with its \(NumberText.format($0 * 100, digits: 2)) % interval (Student's t)" } ?? ""
  }

  private static func head(_ method: MethodDescription, slot: Int) -> HTML {
    "<th scope=\"col\"><span class=\"key\" data-slot=\"\(slot)\" aria-hidden=\"true\"></span>\(method.name)</th>"
  }

  private static func row(_ row: ResultTable.Row, showsCount: Bool, _ footnotes: inout Footnotes) -> HTML {
    let scale = NumberText.scale(for: row.cells.compactMap(\.mean), unit: row.unit)
    let better = row.direction.map { $0 == .higherIsBetter ? "more is better" : "less is better" }
    let published = row.definition == .published ? "as published" : ""
    let title = heading(row.title, [scale.symbol, better ?? "", published])
    return "<tr>\(title)\(row.cells.map { cell($0, scale, showsCount: showsCount, &footnotes) })</tr>"
  }

  /// A row's name with what has to be known of it.
  private static func heading(_ title: String, _ under: [String]) -> HTML {
    let words = under.filter { !$0.isEmpty }.joined(separator: ", ")
    return "<th scope=\"row\">\(title.capitalisedFirst)<span class=\"quiet\">\(words)</span></th>"
  }

  private static func cell(
    _ cell: ResultTable.Cell, _ scale: NumberText.Scale, showsCount: Bool, _ footnotes: inout Footnotes
  ) -> HTML {
    let note = cell.absence.map { footnotes.mark($0) } ?? .empty
    guard let mean = cell.mean else { return "<td class=\"absent\">absent\(note)</td>" }
    let digits = digits(mean, cell.interval)
    let estimate: HTML = cell.isEstimate ? " <span class=\"estimate\">est.</span>" : ""
    let interval = cell.interval.map {
      "\(NumberText.format($0.lower / scale.divisor, digits: digits)) to "
        + NumberText.format($0.upper / scale.divisor, digits: digits)
    }
    let range = [interval, showsCount ? "n \(cell.count)" : nil].compactMap(\.self).joined(separator: " · ")
    let mark: HTML = cell.isBest ? " class=\"best\"" : (cell.isTied ? " class=\"tied\"" : "")
    return """
      <td\(mark)><span class="value">\
      \(NumberText.format(mean / scale.divisor, digits: digits))\(estimate)\(note)</span>\
      <span class="range">\(range)</span></td>
      """
  }

  /// As many significant digits as the interval's width leaves meaning, three to five.
  static func digits(_ mean: Double, _ interval: Interval?) -> Int {
    guard let interval, interval.upper > interval.lower, mean != 0 else { return 4 }
    let ratio = abs(mean) / (interval.upper - interval.lower)
    var digits = 2
    var size = ratio
    while size >= 1, digits < 5 {
      size /= 10
      digits += 1
    }
    return max(3, digits)
  }

  static func ranks(_ group: ComparisonGroup) -> HTML {
    let rows = group.ranks.rows.map { row -> HTML in
      let cells = row.cells.map { cell -> HTML in
        guard let rank = cell.rank else { return "<td class=\"absent\">absent</td>" }
        let held = cell.held.map { "<span class=\"range\">\(NumberText.percent($0))</span>" as HTML } ?? .empty
        return "<td\(rank == 1 ? " class=\"best\"" : "" as HTML)><span class=\"value\">\(rank)</span>\(held)</td>"
      }
      let better = row.direction == .higherIsBetter ? "more is better" : "less is better"
      let published = row.definition == .published ? "as published" : ""
      return "<tr>\(heading(row.title, [better, published]))\(cells)</tr>"
    }
    return """
      <div class="scroll results" tabindex="0" role="region" aria-label="Ranks">
      <table><caption><span>Ranks of the means\(group.ranks.resamples == nil ? "" : ", and the share of resamples in which each held")\
      </span></caption>
      <thead><tr><th scope="col">Measure</th>\(group.methods.enumerated().map { head($1, slot: $0) })</tr></thead>
      <tbody>\(rows)</tbody></table></div>
      """
  }

  static func published(_ group: ComparisonGroup) -> HTML {
    var footnotes = Footnotes()
    let table = group.published
    let rows = table.rows.map { row -> HTML in
      let title = heading(
        "\(row.measure): \(row.title)",
        [row.unit.symbol, row.direction == .higherIsBetter ? "more is better" : "less is better"])
      let reasons = Set(row.cells.map(\.absence))
      if row.cells.allSatisfy({ $0.mean == nil }), reasons.count == 1, let reason = reasons.first ?? nil {
        return """
          <tr>\(title)<td class="absent free" colspan="\(row.cells.count)"><span class="view">absent: \(reason)</span></td></tr>
          """
      }
      let cells = row.cells.map { cell -> HTML in
        guard let mean = cell.mean else {
          return "<td class=\"absent\">absent\(cell.absence.map { footnotes.mark($0) } ?? .empty)</td>"
        }
        let rank = cell.rank.map { "rank \($0)" }
        let normalised = cell.normalised.map { "normalised \(NumberText.format($0, digits: 3))" }
        let range = [rank, normalised].compactMap(\.self).joined(separator: " · ")
        return """
          <td\(cell.rank == 1 ? " class=\"best\"" : "" as HTML)><span class="value">\(NumberText.format(mean))</span>\
          <span class="range">\(range)</span></td>
          """
      }
      return "<tr>\(title)\(cells)</tr>"
    }
    let best = table.scores.compactMap(\.self).max()
    let scores = table.scores.map { score -> HTML in
      guard let score else { return "<td class=\"absent\">absent</td>" }
      return """
        <td\(score == best ? " class=\"best\"" : "" as HTML)><span class="value">\
        \(NumberText.format(score, digits: 3))</span></td>
        """
    }
    return """
      <div class="scroll results" tabindex="0" role="region" aria-label="Ranked the published way">
      <table><caption><span>Mean, rank and normalised value (0.1 worst to 1 best, pooled over all runs) of each published \
      measure</span></caption>
      <thead><tr><th scope="col">Measure</th>\(group.methods.enumerated().map { head($1, slot: $0) })</tr></thead>
      <tbody>\(rows)
      <tr><th scope="row">Efficiency score<span class="quiet">more is better</span></th>\(scores)</tr></tbody></table></div>
      \(footnotes.html)
      \(table.notes.isEmpty ? .empty : "<ul class=\"notes\">\(table.notes.map { "<li>\($0)</li>" as HTML })</ul>" as HTML)
      """
  }
}

/// Reasons that don't fit into a cell, told once below their table.
struct Footnotes {
  private var reasons: [String] = []

  /// The mark that leads from a cell to its reason.
  mutating func mark(_ reason: String) -> HTML {
    if !reasons.contains(reason) { reasons.append(reason) }
    return "<sup>\(Self.letter(reasons.firstIndex(of: reason) ?? 0))</sup>"
  }

  var html: HTML {
    if reasons.isEmpty { return .empty }
    let items = reasons.enumerated().map { "<div><sup>\(Self.letter($0))</sup> \($1)</div>" as HTML }
    return "<div class=\"notes\" style=\"padding-left:0\">\(items)</div>"
  }

  private static func letter(_ index: Int) -> String {
    let letters = Array("abcdefghijklmnopqrstuvwxyz")
    return index < letters.count ? String(letters[index]) : "\(letters[index % 26])\(index / 26 + 1)"
  }
}
