import Measures
import Records

extension ReportModel {
  /// Everything the records say. Pure: the same records give the same report.
  init(study: StudyRecord, trials: [TrialRecord], units: [MeasureID: Unit] = [:]) {
    let selection = TrialSelection(trials)
    self.study = Study(
      name: study.name, question: study.question, digest: study.digest, createdAt: study.createdAt,
      command: study.command, plan: study.plan)
    counts = Counts(
      finished: selection.counted.count { $0.status == .finished },
      failed: selection.counted.count { $0.status == .failed },
      running: selection.counted.count { $0.status == .running })
    groups = selection.groups.map { ComparisonGroup($0, units: units) }
    self.trials = TrialRow.rows(trials, label: selection.label)
    failures = FailedTrial.failures(trials, label: selection.label)
    manifest = ManifestSection.sections(selection.counted, label: selection.label)
  }
}

extension ComparisonGroup {
  init(_ group: TrialSelection.Group, units: [MeasureID: Unit]) {
    let comparison = Comparison(group.members, units: units)
    let baselines = group.members.flatMap(\.finished).compactMap { $0.evidence?.heldOut?.unigramPerplexity }
    model = group.model
    methods = group.members.map(MethodDescription.init)
    answer = Answer(comparison, unigramPerplexity: Set(baselines).count == 1 ? baselines.first : nil)
    let tokens = Set(methods.filter { !$0.seeds.isEmpty }.map(\.trainedTokens))
    if tokens.count > 1 {
      answer.details.append("The trials did not all train on the same number of tokens: their numbers don't compare.")
    }
    results = ResultTable(comparison)
    ranks = RankTable(comparison)
    published = PublishedTable(comparison, model: group.model)
    loss = LossCurves(group.members)
    memory = MemoryChart.charts(group.members)
    latency = LatencyChart(group.members)
    frontiers = FrontierChart.charts(comparison)
    profile = MeasureProfile(comparison)
  }
}

extension MethodDescription {
  init(_ member: TrialSelection.Member) {
    name = member.label
    seeds = member.finished.map(\.seed)
    parameters = member.finished.lazy.compactMap { $0.evidence?.model?.parameters }.first
    let tokens = member.finished.map { trial in
      (trial.evidence?.steps ?? []).reduce(0) { $0 + ($1.phase == .train ? $1.tokens : 0) }
    }
    trainedTokens = Set(tokens).count == 1 ? tokens.first : nil
  }
}
