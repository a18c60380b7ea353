import Foundation
import Measures
public import Ranking

extension RegressionGate {
  /// Lost rows that a summary names before it only counts them.
  static let namedRows = 20

  /// The verdict and every check as GitHub-flavoured Markdown, for a pull request or a job's summary. Names from records are
  /// escaped: they cannot become markup.
  public var markdown: String { markdown(warnings: []) }

  /// The same with what has to be known before the verdict, such as another version of the dataset.
  public func markdown(warnings: [String]) -> String {
    var lines = ["## Regression gate: \(verdict.headline)", ""]
    for warning in warnings { lines += ["> **Warning:** \(MarkdownText.escape(warning.capitalisedFirst)).", ""] }
    lines += [
      "\(MarkdownText.escape(baseline)) → \(MarkdownText.escape(current)), \(NumberText.count(rows, "shared row")).",
      "",
      "| candidate | measure | before | after | change (\(NumberText.percent(confidence))) | tolerated | p | verdict |",
      "|---|---|---:|---:|---:|---:|---:|---|",
    ]
    for check in checks { lines.append("| " + cells(check).joined(separator: " | ") + " |") }
    lines += ["", "p is two-sided\(correction.phrase); a change is after − before over the same rows."]
    let open = checks.filter { $0.verdict == .undecided }
    if !open.isEmpty {
      lines += ["", "Undecided:", ""]
      lines += open.map { check in
        let rows = check.rowsNeeded.map { " About \(NumberText.count($0, "row")) would tell." } ?? ""
        let reason = MarkdownText.escape(check.reason.capitalisedFirst)
        return "- \(MarkdownText.escape(check.candidate)), \(MarkdownText.escape(check.difference.measure.name)): "
          + "\(reason).\(rows)"
      }
    }
    if !lostRows.isEmpty {
      lines += ["", "Rows that passed and do so no more (\(NumberText.format(lostRows.count))):", ""]
      lines += lostRows.prefix(Self.namedRows).map {
        "- \(MarkdownText.escape($0.candidate)): \(MarkdownText.escape($0.row))"
      }
      if lostRows.count > Self.namedRows {
        lines.append("- and \(NumberText.format(lostRows.count - Self.namedRows)) more")
      }
    }
    if !notes.isEmpty { lines += [""] + notes.map { "- \(MarkdownText.escape($0.capitalisedFirst))." } }
    return lines.joined(separator: "\n") + "\n"
  }

  private func cells(_ check: Check) -> [String] {
    let difference = check.difference
    let figures = GateFigures(check)
    return [
      MarkdownText.escape(check.candidate), MarkdownText.escape(difference.measure.name), figures.before,
      figures.after, figures.change, figures.tolerated, figures.pValue, check.verdict.mark,
    ]
  }
}

/// The numbers of a check as text, all in one scale.
struct GateFigures {
  let before: String
  let after: String
  let change: String
  let tolerated: String
  let pValue: String

  init(_ check: RegressionGate.Check) {
    let difference = check.difference
    let shown = [difference.value, difference.referenceValue].compactMap { $0.quantity?.value }
    // A currency's symbol stands in the measure's own unit; only its dimension matters for the scale.
    let unit = difference.measure.unit(currency: "")
    let scale = NumberText.scale(for: shown, unit: unit)
    func text(_ value: Double) -> String {
      let number = NumberText.format(value / scale.divisor)
      return scale.symbol.isEmpty ? number : "\(number) \(scale.symbol)"
    }
    func text(_ value: MeasuredValue) -> String { value.quantity.map { text($0.value) } ?? "–" }
    func signed(_ value: Double) -> String { (value > 0 ? "+" : "") + NumberText.format(value / scale.divisor) }
    before = text(difference.referenceValue)
    after = text(difference.value)
    if let quantity = difference.difference.quantity {
      let ends = quantity.interval.map { " [\(signed($0.lower)), \(signed($0.upper))]" } ?? ""
      change = signed(quantity.value) + ends + (scale.symbol.isEmpty ? "" : " \(scale.symbol)")
    } else {
      change = "–"
    }
    tolerated = check.tolerated.map(text) ?? "–"
    pValue = difference.adjustedPValue.map { $0 < 0.001 ? "< 0.001" : String(format: "%.3f", $0) } ?? "–"
  }
}

extension RegressionGate.Verdict {
  fileprivate var headline: String {
    switch self {
    case .pass: "passed"
    case .fail: "failed"
    case .undecided: "undecided"
    }
  }

  fileprivate var mark: String { self == .fail ? "**fail**" : rawValue }
}

extension MultipleComparisons {
  fileprivate var phrase: String {
    switch self {
    case .none: ""
    case .holm: ", corrected for all checks by Holm"
    case .benjaminiHochberg: ", corrected for all checks by Benjamini and Hochberg"
    }
  }
}

/// Text of unknown origin inside Markdown.
enum MarkdownText {
  /// With every character that could be markup behind a backslash or as an entity, and on one line.
  static func escape(_ text: String) -> String {
    var result = ""
    for character in TextEscaping.markup(text) {
      switch character {
      case "\\", "`", "*", "_", "[", "]", "|", "~", "#", "!", "@": result += "\\\(character)"
      case _ where character.isNewline: result += " "
      default: result.append(character)
      }
    }
    return result
  }
}
