/// Everything that is said about the methods of one model.
struct GroupSections: Sendable {
  let group: ComparisonGroup
  let index: Int
  let isOnly: Bool

  /// A place of each method: its colour, dash and symbol in every chart.
  private var slots: [String: Int] {
    Dictionary(group.methods.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The first group has the plain names, so that links to them work.
  private func id(_ name: String) -> String { index == 0 ? name : "\(name)-\(index + 1)" }

  private var frontierFigures: [Figure] {
    group.frontiers.enumerated().map { Figure($1, id: id("frontier-\($0 + 1)"), slots: slots) }
  }
  private var lossFigure: Figure? { group.loss.map { Figure($0, id: id("loss"), slots: slots) } }
  private var memoryFigure: Figure? {
    group.memory.isEmpty ? nil : Figure(group.memory, id: id("memory"), slots: slots)
  }
  private var latencyFigure: Figure? { group.latency.map { Figure($0, id: id("latency"), slots: slots) } }
  private var profileFigure: Figure? { group.profile.map { Figure($0, id: id("measures"), slots: slots) } }

  var figures: [Figure] {
    frontierFigures + [lossFigure, memoryFigure, latencyFigure, profileFigure].compactMap(\.self)
  }

  var html: HTML {
    let inner: HTML = """
      \(answer)
      \(results)
      \(ranks)
      \(published)
      \(frontiers)
      \(overTime)
      \(profile)
      """
    return isOnly ? inner : "<div class=\"model\"><h2>\(group.model)</h2>\(inner)</div>"
  }

  private var answer: HTML {
    let badge =
      switch group.answer.standing {
      case .distinct: "clear of every other"
      case .tied: "cannot be told apart"
      case .notEnoughRepeats: "not enough repeats"
      case .nothingToCompare: "nothing to compare"
      }
    return """
      <div class="answer" role="region" aria-label="The answer">
      <p class="sentence">\(group.answer.sentence)</p>
      <ul>\(group.answer.details.map { "<li>\($0)</li>" as HTML })</ul>
      <p class="small quiet" style="margin:.75rem 0 0"><span class="badge \(group.answer.standing.rawValue)">\(badge)</span></p>
      </div>
      """
  }

  private var results: HTML {
    """
    <section id="\(id("results"))" aria-labelledby="\(id("results-title"))">
    <h2 id="\(id("results-title"))">What was measured</h2>
    <p class="quiet">The best mean of each row is in bold. Tinted with it is every mean that cannot be told apart from it: the \
    interval of their paired difference includes zero, or there are fewer than three seeds. Each interval stands by itself; none is \
    widened for their number.</p>
    \(Tables.results(group))
    </section>
    """
  }

  private var ranks: HTML {
    let held = group.ranks.resamples.map {
      "1 is best, ties share the better rank. Below each rank: how often it held when the seeds were drawn again, over "
        + "\(NumberText.format($0)) resamples."
    }
    return """
      <section id="\(id("ranks"))" aria-labelledby="\(id("ranks-title"))">
      <h2 id="\(id("ranks-title"))">Ranks</h2>
      <p class="quiet">\(held ?? "1 is best, ties share the better rank. There are too few repeats to say how often they hold.")</p>
      \(Tables.ranks(group))
      </section>
      """
  }

  private var published: HTML {
    """
    <section id="\(id("published"))" aria-labelledby="\(id("published-title"))">
    <h2 id="\(id("published-title"))">Ranked the published way</h2>
    <p class="quiet">The same trials with the definitions, the normalisation and the score of arXiv 2505.13840, for \
    comparison with its tables. Differences from the ranks above come from the definitions, not from other runs.</p>
    \(Tables.published(group))
    </section>
    """
  }

  private var frontiers: HTML {
    if group.frontiers.isEmpty { return .empty }
    let pairs = zip(frontierFigures, group.frontiers)
    return """
      <section id="\(id("frontiers"))" aria-labelledby="\(id("frontiers-title"))">
      <h2 id="\(id("frontiers-title"))">Trade-offs</h2>
      <p class="quiet">Filled points are on the frontier: no other method is at least as good on both measures and better \
      on one. Bars are the intervals of the table.</p>
      <div class="charts">\(pairs.map { FigureBlock(figure: $0, table: ChartTables.frontier($1)).html })</div>
      </section>
      """
  }

  private var overTime: HTML {
    var blocks: [HTML] = []
    if let figure = lossFigure, let loss = group.loss {
      blocks.append(FigureBlock(figure: figure, table: ChartTables.loss(loss)).html)
    }
    if let figure = memoryFigure {
      blocks.append(FigureBlock(figure: figure, table: ChartTables.memory(group.memory)).html)
    }
    if let figure = latencyFigure, let latency = group.latency {
      blocks.append(FigureBlock(figure: figure, table: ChartTables.latency(latency)).html)
    }
    if blocks.isEmpty { return .empty }
    return """
      <section id="\(id("time"))" aria-labelledby="\(id("time-title"))">
      <h2 id="\(id("time-title"))">Over time</h2>
      \(blocks)
      </section>
      """
  }

  private var profile: HTML {
    guard let figure = profileFigure else { return .empty }
    return """
      <section id="\(id("profile"))" aria-labelledby="\(id("profile-title"))">
      <h2 id="\(id("profile-title"))">All measures</h2>
      \(FigureBlock(figure: figure, table: nil, textAlternative: id("results")).html)
      </section>
      """
  }
}
