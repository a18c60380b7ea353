import Foundation
import Measures
import Ranking
import Records
import Reports

/// A run of an evaluation made by hand: five candidates over eighty rows, one of them dominated, one without a price.
struct FixtureEvaluation {
  var names = ["large", "medium", "small", "slow and poor", "unpriced"]
  var rows = 80
  var question = "Which model answers our customers best for the money?"
  var text = "It is awaiting batch settlement, which usually completes within 24 hours."
  var evaluator = "Relevancy"
  var dataset = "support@sha256:0f3a"

  private func table() throws -> CandidateTable {
    var generator = SeededGenerator(seed: 7)
    func uniform() -> Double { Double(generator.index(below: 1 << 20)) / Double(1 << 20) }
    let costs = [0.0124, 0.0041, 0.0011, 0.0047, nil]
    let quality = [0.93, 0.9, 0.78, 0.7, 0.85]
    let seconds = [2.4, 1.3, 0.5, 3.1, 0.9]
    let hardness = (0..<rows).map { _ in uniform() }
    return try CandidateTable(
      dataset: dataset, rows: (0..<rows).map { "row \($0)" },
      candidates: names.indices.map { index in
        CandidateTable.Candidate(
          name: names[index],
          outcomes: (0..<rows).map { row in
            let passes = uniform() * 0.4 + hardness[row] * 0.6 < quality[index]
            if index == 3, row % 25 == 24 { return .failed(error: "timeout", cost: .absent(Absence("no usage"))) }
            let stretch = 0.7 + 0.6 * uniform()
            return .answered(
              CandidateTable.Observation(
                scores: [
                  MeasureID(evaluator): .value(passes ? 0.7 + 0.3 * uniform() : 0.4 * uniform()),
                  "Exact": .value(passes ? 1 : 0),
                ],
                passed: passes,
                cost: costs[index].map { .exact(picos: Int64($0 * stretch * 1e12)) } ?? .absent(Absence("no price")),
                latencies: ["latency": seconds[index] * stretch, "TTFT": seconds[index] * 0.2 * stretch]))
          })
      })
  }

  func content(recommending: Bool = true) throws -> EvaluationReport.Content {
    let table = try table()
    let candidates = names.enumerated().map { index, name in
      EvaluationReport.Candidate(
        record: CandidateRecord(
          id: Int64(index), evaluationID: 1, name: name, digest: "d", model: name, endpoint: "http://127.0.0.1:1/v1",
          settings: ["temperature": index == 0 ? "1" : "0"], manifest: Manifest(sections: ["server": ["started": name]])
        ),
        answeredBy: [name], requests: rows, missing: 0, superseded: index == 3 ? 1 : 0, retries: index,
        failures: index == 3 ? [(kind: "timeout", count: 3)] : [],
        spent: .init(known: [(amount: 0.1 * Double(index), currency: "USD")], unknown: index == 4 ? rows : 0),
        judgeSpent: .init(known: [(amount: 0.01, currency: "USD")], unknown: 0))
    }
    var content = EvaluationReport.Content(
      evaluation: EvaluationRecord(
        id: 1, name: "support", label: "2026-11-21", digest: "0f3a0f3a0f3a0f3a", plan: "evaluation: support\n",
        command: "efficientllm evaluate run support.yaml", dataset: dataset,
        createdAt: Date(timeIntervalSince1970: 1_763_700_000), finishedAt: Date(timeIntervalSince1970: 1_763_700_100),
        manifest: Manifest(sections: ["hardware": ["cpu": "a processor"]])),
      question: question, candidates: candidates, table: table,
      measures: table.evaluators.map(CandidateMeasure.score) + [
        .passRate, .errorRate, .costPerRequest, .costPerPassingRequest, .latency("latency", .quantile(0.5)),
        .latency("latency", .quantile(0.99)), .latency("TTFT", .quantile(0.5)), .energyPerPassingRequest,
      ])
    content.options.resamples = 400
    if recommending {
      content.recommendation = .init(
        try table.recommendation(
          .best(.costPerPassingRequest), requirements: [Requirement(.passRate, bound: 0.6)], options: content.options),
        objective: "the least cost-per-passing-request", measures: [.costPerPassingRequest])
    }
    content.spending = [
      .init(
        attribute: "customer",
        groups: names.map { name in
          .init(
            name: "customer of \(name)", requests: 100, failed: 2,
            cost: .init(known: [(amount: 0.4, currency: "USD"), (amount: 0.1, currency: "EUR")], unknown: 3),
            judgeCost: .init(known: [], unknown: 0),
            scores: [
              (evaluator: evaluator, mean: .value(Quantity(0.8, interval: Interval(lower: 0.7, upper: 0.9), count: 98)))
            ],
            passRate: .value(Quantity(0.8, interval: Interval(lower: 0.71, upper: 0.87), count: 98)),
            costPerPassingRequest: .absent("costs are in several currencies"), currency: nil)
        })
    ]
    content.agents = FixtureAgents.agents(names: Array(names.prefix(2)), tool: evaluator, text: text)
    content.failures = [
      .init(candidate: names[3], row: "row 24", attempt: 1, kind: "timeout", message: text, isMended: false)
    ]
    content.disputes = [
      .init(
        row: "row 3", question: text, expected: [text],
        answers: names.enumerated().map { index, name in
          .init(
            candidate: name, state: index == 0 ? "passed" : "not passed", passed: index == 0,
            scores: [(evaluator: evaluator, score: index == 0 ? 1 : nil, reason: text)], text: text)
        })
    ]
    content.disputeCount = 12
    content.evaluators = [
      .init(
        name: evaluator, versions: [1], configurations: ["0f3a"], thresholds: [0.5], scored: 397,
        absent: ["3 no-expectation"], failed: 0, saysWhatPasses: true)
    ]
    content.judges = [
      .init(
        evaluator: evaluator, models: [text], requests: 400, failures: 2,
        figures: [
          (title: "asked again", value: .value(Quantity(0.1, interval: Interval(lower: 0.05, upper: 0.2), count: 400))),
          (title: "swayed by places", value: .absent("no pair was shown in both orders")),
        ], problems: ["3 unreadable"], selfJudged: 1)
    ]
    content.agreements = [
      .init(
        evaluator: evaluator, threshold: 0.5, rows: 40, good: 21,
        figures: [(title: "kappa", value: .value(Quantity(0.7, count: 40)))])
    ]
    content.priceVersions = ["genai-prices-0.2.4"]
    content.notes = ["energy is estimated from a declaration, not read from a counter"]
    return content
  }

  func report(recommending: Bool = true) throws -> EvaluationReport {
    try EvaluationReport(content(recommending: recommending))
  }

  /// A run that has next to nothing: one candidate, one row, no cost, no verdict.
  static func bare() throws -> EvaluationReport {
    let table = try CandidateTable(
      dataset: "d", rows: ["r"],
      candidates: [.init(name: "only", outcomes: [.answered(.init(cost: .absent(Absence("no price"))))])])
    return try EvaluationReport(
      EvaluationReport.Content(
        evaluation: EvaluationRecord(
          name: "bare", label: "1", digest: "", plan: "", command: "", dataset: "d",
          createdAt: Date(timeIntervalSince1970: 0)),
        question: "",
        candidates: [
          .init(
            record: CandidateRecord(evaluationID: 1, name: "only", digest: "", model: "", endpoint: ""), answeredBy: [],
            requests: 1, missing: 0, superseded: 0, retries: 0, failures: [], spent: .init(known: [], unknown: 1),
            judgeSpent: .init(known: [], unknown: 0))
        ], table: table, measures: [.passRate, .costPerRequest]))
  }

  /// A report in which everything that comes from a server, a dataset or a plan is hostile.
  static func hostile() throws -> EvaluationReport {
    let texts = FixtureStudy.hostileText
    let all = texts.joined(separator: " ")
    var fixture = FixtureEvaluation()
    fixture.names = Array(texts.prefix(5))
    fixture.question = all
    fixture.text = all
    fixture.evaluator = texts[5]
    fixture.dataset = texts[1]
    var content = try fixture.content()
    content.evaluation.name = texts[2]
    content.evaluation.label = texts[0]
    content.evaluation.plan = all
    content.evaluation.command = all
    content.evaluation.selection = all
    content.evaluation.digest = texts[0]
    content.evaluation.manifest = Manifest(sections: [texts[0]: [texts[2]: all]])
    content.priceVersions = [texts[0], texts[3]]
    content.notes = texts
    content.spending[0].attribute = texts[2]
    content.failures[0].kind = texts[1]
    content.candidates[0].failures = [(kind: texts[0], count: 1)]
    content.candidates[0].answeredBy = [texts[2]]
    content.evaluators[0].absent = [texts[0]]
    content.evaluators[0].configurations = [texts[1]]
    return try EvaluationReport(content)
  }
}
