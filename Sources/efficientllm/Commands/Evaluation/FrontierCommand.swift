import ArgumentParser
import Evaluations
import Foundation
import Ranking

/// Who is beaten by nobody in quality and cost.
struct FrontierCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "frontier",
    abstract: "Says which candidates no other beats in quality and cost, and how sure that is.",
    discussion: """
      A candidate is on the frontier when no other is at least as good on every axis and better on one. Latency is shown \
      beside quality and cost, and is an axis of its own with --latency-axis. The probability is the share of resamples of \
      the rows in which the candidate is on the frontier.

      Example:
        efficientllm frontier support --quality AnswerRelevancy --cost cost-per-request --latency p99
      """)

  @Argument(help: ArgumentHelp("NAME (the newest run) or NAME@LABEL.", valueName: "evaluation"))
  var reference: String

  @Option(help: ArgumentHelp("Such as AnswerRelevancy or pass-rate (default: pass-rate).", valueName: "measure"))
  var quality = "pass-rate"

  @Option(help: ArgumentHelp("Such as cost-per-request or energy-per-request.", valueName: "measure"))
  var cost = "cost-per-request"

  @Option(help: ArgumentHelp("Such as p99 or TTFT.p90; shown beside the others.", valueName: "measure"))
  var latency: String?

  @Flag(help: "Latency is an axis too: a faster candidate can be on the frontier for that alone.")
  var latencyAxis = false

  @OptionGroup var costs: CostArguments
  @OptionGroup var decisions: DecisionArguments

  @Option(help: "How to print.")
  var format: OutputFormat = .table

  func validate() throws {
    if latencyAxis, latency == nil { throw ValidationError("--latency-axis needs --latency") }
  }

  func run() async throws {
    let results = try costs.results(reference, in: CostArguments.store())
    let table = try results.table(judgeCost: costs.judgeCost)
    let frontier = try CandidateFrontier(
      table, quality: table.measure(named: quality, askedBy: "--quality"),
      cost: table.measure(named: cost, askedBy: "--cost"),
      latency: try latency.map { try table.measure(named: $0, askedBy: "--latency") }, isLatencyAnAxis: latencyAxis,
      options: decisions.options)
    let rendering = FrontierRendering(
      frontier, of: results.evaluation.reference, dataset: table.dataset, currency: table.currency,
      notes: results.notes)
    switch format {
    case .table: print(rendering.text)
    case .json: try printDecisionJSON(rendering)
    case .csv: print(rendering.csv, terminator: "")
    }
  }
}
