/// A chart with its caption, the buttons of its views and its numbers as a table.
struct FigureBlock: Sendable {
  let figure: Figure
  /// The chart's numbers; nil when `textAlternative` names where they are.
  let table: HTML?
  var textAlternative: String?

  var html: HTML {
    let alternative: HTML =
      if let table {
        "<details><summary>The numbers</summary>\(table)</details>"
      } else {
        "<p class=\"small\"><a href=\"#\(textAlternative ?? "results")\">The numbers are in the table of results.</a></p>"
      }
    let note = figure.note.map { " \($0)" } ?? ""
    return """
      <figure aria-labelledby="\(figure.id)-title">
      <figcaption><h3 id="\(figure.id)-title">\(figure.title)</h3><p>\(figure.summary)\(note)</p></figcaption>
      \(buttons)
      <div class="chart" id="\(figure.id)" role="img" aria-label="\(figure.title). \(figure.summary)" \
      style="height:\(figure.height)px"></div>
      \(alternative)
      </figure>
      """
  }

  private var buttons: HTML {
    if figure.views.count < 2 { return .empty }
    let buttons = figure.views.enumerated().map { index, view -> HTML in
      """
      <button type="button" data-chart="\(figure.id)" data-view="\(index)" \
      aria-pressed="\(index == 0 ? "true" : "false")">\(view.label)</button>
      """
    }
    return "<div class=\"views\" role=\"group\" aria-label=\"What the chart shows\">\(buttons)</div>"
  }
}
