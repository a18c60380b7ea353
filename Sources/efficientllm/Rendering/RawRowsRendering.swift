import Records

/// Raw measure rows for people: what fits on a screen of what the CSV has.
struct RawRowsRendering {
  let rows: ExportedRows

  func text() -> String {
    let shown = ["method", "seed", "attempt", "status", "measure", "value", "unit", "lower", "upper", "n"]
    var table = TextTable(
      shown.map { ["value", "lower", "upper", "n", "seed", "attempt"].contains($0) ? .right($0) : .left($0) }
        + [.left("note")])
    for row in rows.objects {
      let isEstimate = row["is_estimate"] == .boolean(true)
      let note = ["absence", "failure_kind", "failure_message"].map { text(row[$0]) }.filter { !$0.isEmpty }
      table.append(
        shown.map { text(row[$0]) } + [(note + (isEstimate ? ["estimate"] : [])).joined(separator: ": ")])
    }
    return table.render()
  }

  private func text(_ value: ExportedValue?) -> String {
    switch value {
    case nil, .blank: ""
    case .integer(let number): String(number)
    case .number(let number): TextTable.number(number, digits: 6)
    case .boolean(let flag): String(flag)
    case .text(let text): text
    }
  }
}
