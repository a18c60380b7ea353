import Measures
import Ranking

/// The candidates' measures, and their differences from one of them.
struct CandidateSections: Sendable {
  let model: EvaluationModel

  var html: HTML {
    """
    <section id="candidates" aria-labelledby="candidates-title">
    <h2 id="candidates-title">The candidates</h2>
    <p class="quiet">Over \(NumberText.count(model.summary.rows, "request")) that every candidate was sent. A request without an \
    answer counts as \(model.content.options.failures == .worst ? "score 0, not passed, and slower than every other" : "nothing but an error"). \
    The best value of each row is in bold.</p>
    \(measures)
    \(requests)
    </section>
    <section id="differences" aria-labelledby="differences-title">
    <h2 id="differences-title">Differences from \(model.reference)</h2>
    <p class="quiet">Paired, over the same rows: a difference is the candidate's value less that of \(model.reference). p is \
    two-sided and corrected for all comparisons of the table by Holm.</p>
    \(differences)
    </section>
    """
  }

  private func heads(_ first: String) -> HTML {
    let cells = model.summary.lines.enumerated().map { index, line -> HTML in
      "<th scope=\"col\"><span class=\"key\" data-slot=\"\(index)\" aria-hidden=\"true\"></span>\(line.candidate)</th>"
    }
    return "<thead><tr><th scope=\"col\">\(first)</th>\(cells)</tr></thead>"
  }

  private var measures: HTML {
    var footnotes = Footnotes()
    let rows = model.summary.measures.indices.map { index -> HTML in
      let measure = model.summary.measures[index]
      let values = model.summary.lines.map { $0.values[index] }
      let scale = MeasureText.scale(measure, values, currency: model.content.table.currency)
      let known = values.compactMap { $0.quantity?.value }
      let best = measure.direction == .higherIsBetter ? known.max() : known.min()
      let under = [scale.symbol, measure.direction == .higherIsBetter ? "more is better" : "less is better"]
        .filter { !$0.isEmpty }.joined(separator: ", ")
      let cells = values.map { value -> HTML in
        switch value {
        case .absent(let absence): return "<td class=\"absent\">absent\(footnotes.mark(absence.reason))</td>"
        case .value(let quantity):
          let estimate: HTML = quantity.isEstimate ? " <span class=\"estimate\">est.</span>" : ""
          let range = quantity.interval.map { MeasureText.ends($0, scale) } ?? ""
          return """
            <td\(quantity.value == best && known.count > 1 ? " class=\"best\"" : "" as HTML)><span class="value">\
            \(NumberText.format(quantity.value / scale.divisor))\(estimate)</span><span class="range">\(range)</span></td>
            """
        }
      }
      return """
        <tr><th scope="row">\(MeasureText.title(measure))<span class="quiet">\(under)</span></th>\(cells)</tr>
        """
    }
    return """
      <div class="scroll results" tabindex="0" role="region" aria-label="Measures of the candidates">
      <table><caption><span>Each value with its \(NumberText.percent(model.content.options.confidence)) interval</span></caption>
      \(heads("Measure"))<tbody>\(rows)</tbody></table></div>
      \(footnotes.html)
      """
  }

  private var requests: HTML {
    let all = model.content.candidates
    func row(_ title: String, _ value: (EvaluationReport.Candidate) -> String) -> HTML {
      let texts = all.map(value)
      if texts.allSatisfy({ $0.isEmpty || $0 == "0" }) { return .empty }
      return "<tr><th scope=\"row\">\(title)</th>\(texts.map { "<td>\($0)</td>" as HTML })</tr>"
    }
    return """
      <div class="scroll results" tabindex="0" role="region" aria-label="Requests of the candidates">
      <table><caption><span>What was sent, and what it cost in all</span></caption>
      \(heads("Requests"))<tbody>
      \(row("Model that answered") { $0.answeredBy.isEmpty ? $0.record.model : $0.answeredBy.joined(separator: ", ") })
      \(row("Requests") { NumberText.format($0.requests) })
      \(row("Not sent yet") { NumberText.format($0.missing) })
      \(row("Failed") { one in
        one.failures.map { "\(NumberText.format($0.count)) \($0.kind)" }.joined(separator: ", ")
      })
      \(row("Tried again at once") { NumberText.format($0.retries) })
      \(row("Sent again in a later run") { NumberText.format($0.superseded) })
      \(row("Spent in all") { MeasureText.bill($0.spent) })
      \(row("Spent on judges") { MeasureText.bill($0.judgeSpent) })
      </tbody></table></div>
      """
  }

  private var differences: HTML {
    if model.differences.isEmpty { return "<p>There is no other candidate.</p>" }
    let rows = model.differences.map { difference -> [String] in
      let scale = MeasureText.scale(
        difference.measure, [difference.value, difference.referenceValue], currency: model.content.table.currency)
      var change = ""
      switch difference.difference {
      case .value(let quantity): change = MeasureText.text(quantity, scale)
      case .absent(let absence): change = "absent: \(absence.reason)"
      }
      let isBetter = difference.worsening.map { $0 == 0 ? "equal" : $0 > 0 ? "worse" : "better" } ?? ""
      return [
        difference.candidate, MeasureText.title(difference.measure), change, isBetter,
        MeasureText.pValue(difference.adjustedPValue),
        difference.adjustedPValue == nil ? "" : difference.isSignificant() ? "told apart" : "not told apart",
        difference.isSignificant() ? "" : difference.rowsToSeparate.map { NumberText.format($0) } ?? "",
      ]
    }
    return ChartTables.table(
      "Every other candidate against \(model.reference)",
      ["Candidate", "Measure", "Difference", "It is", "p", "By the test", "Rows that would tell"], rows)
  }
}
