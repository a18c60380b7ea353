import Evaluations
import Evaluators
import Foundation
import Measures
import Pricing
import Ranking
import Records
import Reports

/// A report on a run of an evaluation, from its results.
struct EvaluationReportMaker {
  let results: EvaluationResults
  var judgeCost: JudgeCost = .apart
  var options = DecisionOptions()
  /// By the rows' identities, where the dataset is at hand.
  var texts: [String: RowText] = [:]
  /// The evaluators held against people's labels, where that was tried.
  var agreement: LabelledAgreement?
  /// Whether the requests' costs are no more those that were stored with them.
  var isRepriced = false

  /// What was asked in a row.
  struct RowText {
    var question: String
    var expected: [String]
  }

  /// Disputed rows that a report shows with their texts.
  private static let mostDisputes = 40
  /// Of a table of spend.
  private static let mostGroups = 60

  func content(_ wanted: ObjectiveArguments) throws -> EvaluationReport.Content {
    let table = try results.table(judgeCost: judgeCost)
    let summary = try EvaluationSummary(results, judgeCost: judgeCost, options: options)
    var content = EvaluationReport.Content(
      evaluation: results.evaluation, question: results.evaluation.manifest.sections["settings"]?["question"] ?? "",
      candidates: zip(results.candidates, summary.candidates).map(Self.candidate), table: table,
      measures: summary.measures)
    content.recommendation = try recommendation(wanted, table)
    let spending = spending()
    content.spending = spending.map {
      EvaluationReport.Spend(attribute: $0.attribute, groups: Array($0.groups.prefix(Self.mostGroups)))
    }
    let cut = spending.filter { $0.groups.count > Self.mostGroups }.map {
      "spend by \($0.attribute): the dearest \(Self.mostGroups) of \($0.groups.count) are shown; 'efficientllm spend' has all"
    }
    content.agents = agents()
    content.failures = failures()
    let disputed = results.rowResults(judgeCost: judgeCost).filter(\.isDisputed)
    content.disputeCount = disputed.count
    content.disputes = disputed.enumerated().sorted { ($1.element.spread, $0.offset) < ($0.element.spread, $1.offset) }
      .prefix(Self.mostDisputes).map { dispute($0.element) }
    content.evaluators = results.evaluators.map { use in
      EvaluationReport.Evaluator(
        name: use.name, versions: use.versions, configurations: use.configurations, thresholds: use.thresholds,
        scored: use.scored, absent: use.absent.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" },
        failed: use.failed, saysWhatPasses: results.passingEvaluators.contains(use.name))
    }
    content.judges = results.judgeFigures.map(Self.judge)
    content.agreements = agreement?.lines.map(Self.agreement) ?? []
    content.priceVersions = results.priceVersions
    content.judgeCost = judgeCost.rawValue
    content.notes = results.notes + cut
    content.options = options
    return content
  }

  func recommendation(
    _ wanted: ObjectiveArguments, _ table: CandidateTable
  ) throws -> EvaluationReport.Recommended? {
    let objective =
      try wanted.isEmpty
      ? ObjectiveArguments.standardObjective(of: table, options: options) : wanted.objective(over: table)
    guard let objective else { return nil }
    return EvaluationReport.Recommended(
      try table.recommendation(objective, requirements: wanted.requirements(of: table), options: options),
      objective: objective.words, measures: objective.measures)
  }

  private static func judge(_ figures: JudgeFigures) -> EvaluationReport.Judge {
    let judged = figures.diagnostics
    return EvaluationReport.Judge(
      evaluator: figures.evaluator, models: judged.models, requests: judged.requests, failures: judged.failures,
      figures: [
        (title: "asked again", value: judged.retried), (title: "swayed by places", value: judged.positionFlips),
        (title: "score and length", value: judged.lengthCorrelation),
      ],
      problems: judged.problems.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.value) \($0.key.rawValue)" },
      selfJudged: judged.selfJudged)
  }

  private static func agreement(_ line: LabelledAgreement.Line) -> EvaluationReport.Agreement {
    let found = line.agreement
    return EvaluationReport.Agreement(
      evaluator: line.evaluator, threshold: found.threshold, rows: found.rows, good: found.positives,
      figures: [
        (title: "agreement", value: found.agreement), (title: "kappa", value: found.kappa),
        (title: "precision", value: found.precision), (title: "recall", value: found.recall),
        (title: "area under the curve", value: found.areaUnderCurve),
      ])
  }

  private static func candidate(
    _ record: CandidateRecord, _ figures: EvaluationSummary.Candidate
  ) -> EvaluationReport.Candidate {
    EvaluationReport.Candidate(
      record: record, answeredBy: figures.answeredBy, requests: figures.requests, missing: figures.missing,
      superseded: figures.superseded, retries: figures.retries,
      failures: figures.failures.map { (kind: $0.kind, count: $0.count) }, spent: bill(figures.spent),
      judgeSpent: bill(figures.judgeSpent))
  }

  static func bill(_ bill: Spending.Bill) -> EvaluationReport.Bill {
    EvaluationReport.Bill(
      known: bill.known.map { (amount: $0.approximateValue, currency: $0.currency.code) }, unknown: bill.unknown)
  }

  /// By every attribute that tells requests apart; by candidate alone the table of candidates has it.
  private func spending() -> [EvaluationReport.Spend] {
    let tags = Set(results.observations.flatMap(\.tags.keys)).sorted()
    let keys = [SpendingKey.candidate, .route, .customer, .model] + tags.prefix(12).map(SpendingKey.tag)
    return keys.compactMap { key in
      let spending = Spending([results], by: key, judgeCost: judgeCost, options: options)
      guard key == .candidate || key == .route || spending.groups.count > 1 else { return nil }
      return EvaluationReport.Spend(
        attribute: key.description,
        groups: spending.groups.map { group in
          EvaluationReport.Spend.Group(
            name: group.value ?? "(none)", requests: group.requests, failed: group.failed, cost: Self.bill(group.cost),
            judgeCost: Self.bill(group.judgeCost),
            scores: group.scores.map { (evaluator: $0.evaluator, mean: $0.mean) },
            passRate: group.passRate, costPerPassingRequest: group.costPerPassingRequest, currency: group.currency)
        })
    }
  }

  private func failures() -> [EvaluationReport.Failure] {
    let names = Dictionary(
      results.candidates.compactMap { one in one.id.map { ($0, one.name) } }, uniquingKeysWith: { $1 })
    return results.failedRequests.map { failed in
      EvaluationReport.Failure(
        candidate: names[failed.observation.candidateID] ?? "", row: failed.observation.row,
        attempt: failed.observation.attempt, kind: failed.kind, message: failed.observation.failureMessage ?? "",
        isMended: failed.isSuperseded)
    }
  }

  private func dispute(_ row: RowResults) -> EvaluationReport.Dispute {
    let text = texts[row.row]
    return EvaluationReport.Dispute(
      row: row.repetition == 0 ? row.row : "\(row.row), repetition \(row.repetition + 1)", question: text?.question,
      expected: text?.expected ?? [],
      answers: row.answers.map { answer in
        EvaluationReport.Dispute.Answer(
          candidate: answer.candidate,
          state: answer.failure ?? answer.passed.map { $0 ? "passed" : "not passed" } ?? answer.status,
          passed: answer.passed,
          scores: answer.scores.map { (evaluator: $0.evaluator, score: $0.score, reason: $0.reason) },
          text: answer.text ?? "")
      })
  }
}

/// The values of such a report, for programs.
struct EvaluationReportValues: Encodable {
  let summary: EvaluationSummary
  let objective: String?
  let recommendation: Recommendation?
  let spending: [Spending]
  /// Nil where no request has steps.
  let agents: AgentResults?
  let disputedRows: [RowResults]

  init(_ maker: EvaluationReportMaker, _ wanted: ObjectiveArguments) throws {
    let results = maker.results
    summary = try EvaluationSummary(results, judgeCost: maker.judgeCost, options: maker.options)
    let recommended = try maker.recommendation(wanted, results.table(judgeCost: maker.judgeCost))
    objective = recommended?.objective
    recommendation = recommended?.recommendation
    spending = [SpendingKey.candidate, .route, .customer, .model].map {
      Spending([results], by: $0, judgeCost: maker.judgeCost, options: maker.options)
    }
    let agents = AgentResults(results, tasks: EvaluationReportMaker.mostTasks, isRepriced: maker.isRepriced)
    self.agents = agents.isEmpty ? nil : agents
    disputedRows = results.rowResults(judgeCost: maker.judgeCost).filter(\.isDisputed)
  }
}
