import Measures

/// Single requests: those that failed, the rows that candidates do not agree on, and who judged.
struct RequestSections: Sendable {
  let content: EvaluationReport.Content

  /// What one page can hold and a reader go through.
  private static let mostFailures = 200
  private static let mostText = 6_000

  var html: HTML { failures + disputes + evaluators }

  private var failures: HTML {
    let shown = content.failures.prefix(Self.mostFailures)
    let rows = shown.map { failure -> HTML in
      """
      <tr><th scope="row">\(failure.candidate)</th><td class="text">\(failure.row)</td><td>\(failure.attempt)</td>\
      <td class="text">\(failure.kind)</td><td class="message">\(failure.message.shortened(to: Self.mostText))</td>\
      <td class="text">\(failure.isMended ? "sent again later" : "counts as failed")</td></tr>
      """
    }
    let more: HTML =
      content.failures.count > shown.count
      ? "<p class=\"small quiet\">And \(NumberText.format(content.failures.count - shown.count)) more.</p>" : .empty
    let table: HTML =
      rows.isEmpty
      ? "<p>None.</p>"
      : """
      <div class="scroll failures" tabindex="0" role="region" aria-label="Failed requests">
      <table><caption><span>Every request that came to nothing</span></caption>
      <thead><tr><th scope="col">Candidate</th><th scope="col" class="text">Row</th><th scope="col">Attempt</th>\
      <th scope="col" class="text">Kind</th><th scope="col" class="text">Reason</th><th scope="col" class="text">Outcome</th></tr></thead>
      <tbody>\(Array(rows))</tbody></table></div>
      """
    return """
      <section id="failures" aria-labelledby="failures-title">
      <h2 id="failures-title">Failed requests</h2>
      \(table)\(more)
      </section>
      """
  }

  private var disputes: HTML {
    let count = content.disputeCount
    let words: HTML =
      count == 0
      ? "<p>There is no row that one candidate passed and another did not.</p>"
      : """
      <p class="quiet">\(NumberText.count(count, "row")) that one candidate passed and another did not\
      \(count > content.disputes.count ? "; the \(NumberText.format(content.disputes.count)) on which they lie furthest apart" : "").</p>
      """
    return """
      <section id="disputes" aria-labelledby="disputes-title">
      <h2 id="disputes-title">Where candidates disagree</h2>
      \(words)
      \(content.disputes.map(dispute))
      </section>
      """
  }

  private func dispute(_ dispute: EvaluationReport.Dispute) -> HTML {
    let question: HTML =
      dispute.question.map { "<p><strong>Asked:</strong> \($0.shortened(to: Self.mostText))</p>" } ?? .empty
    let expected: HTML =
      dispute.expected.isEmpty
      ? .empty
      : "<p><strong>Expected:</strong> \(dispute.expected.joined(separator: " / ").shortened(to: Self.mostText))</p>"
    let answers = dispute.answers.map { answer -> HTML in
      let mark: HTML = answer.passed == true ? " distinct" : ""
      let scores = answer.scores.map { score -> HTML in
        let value = score.score.map { NumberText.format($0, digits: 3) } ?? "no score"
        return
          "<li>\(score.evaluator): \(value)\(score.reason.isEmpty ? "" : " – \(score.reason.shortened(to: 400))")</li>"
      }
      return """
        <div class="reply"><p><strong>\(answer.candidate)</strong> <span class="badge\(mark)">\(answer.state)</span></p>
        <blockquote>\(answer.text.shortened(to: Self.mostText))</blockquote>
        \(scores.isEmpty ? .empty : "<ul class=\"notes\">\(scores)</ul>" as HTML)</div>
        """
    }
    return """
      <details class="dispute"><summary>\(dispute.row)\(dispute.question.map { ": \($0.shortened(to: 120))" } ?? "")</summary>
      \(question)\(expected)<div class="replies">\(answers)</div></details>
      """
  }

  private var evaluators: HTML {
    let rows = content.evaluators.map { one in
      [
        one.name, one.versions.map(String.init).joined(separator: ", "),
        one.configurations.map { String($0.prefix(12)) }.joined(separator: ", "),
        one.thresholds.map { NumberText.format($0) }.joined(separator: ", "), one.saysWhatPasses ? "yes" : "",
        NumberText.format(one.scored), one.absent.joined(separator: ", "), NumberText.format(one.failed),
      ]
    }
    let table: HTML =
      rows.isEmpty
      ? "<p>No answer was judged.</p>"
      : ChartTables.table(
        "Who judged, and how often there was something to say",
        ["Evaluator", "Version", "Configuration", "Passes at", "Says what passes", "Scored", "No score", "Failed"], rows
      )
    return """
      <section id="evaluators" aria-labelledby="evaluators-title">
      <h2 id="evaluators-title">Evaluators</h2>
      \(table)
      \(agreements)
      \(judges)
      </section>
      """
  }

  /// Each figure with its interval, or why there is none.
  private static func text(_ value: MeasuredValue) -> String {
    switch value {
    case .value(let quantity): MeasureText.text(quantity, NumberText.Scale(divisor: 1, symbol: ""))
    case .absent(let absence): "absent: \(absence.reason)"
    }
  }

  private var agreements: HTML {
    guard let first = content.agreements.first else { return .empty }
    return ChartTables.table(
      "How far they say what people say, over rows that people have labelled",
      ["Evaluator", "Passes at", "Labelled rows", "Called good"] + first.figures.map(\.title.capitalisedFirst),
      content.agreements.map { one in
        [one.evaluator, NumberText.format(one.threshold), NumberText.format(one.rows), NumberText.format(one.good)]
          + one.figures.map { Self.text($0.value) }
      })
  }

  private var judges: HTML {
    guard let first = content.judges.first else { return .empty }
    return ChartTables.table(
      "What the verdicts say of the judges",
      ["Evaluator", "Judged by", "Requests", "Failed"] + first.figures.map(\.title.capitalisedFirst)
        + ["Unusable replies", "Judged itself"],
      content.judges.map { one in
        [
          one.evaluator, one.models.joined(separator: ", "), NumberText.format(one.requests),
          NumberText.format(one.failures),
        ] + one.figures.map { Self.text($0.value) } + [
          one.problems.joined(separator: ", "), one.selfJudged == 0 ? "" : NumberText.format(one.selfJudged),
        ]
      })
  }
}
