import ArgumentParser
import Evaluations
import Foundation
import Ranking

/// Which candidate to take.
struct RecommendCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recommend", abstract: "Says which candidate to take under requirements, and how sure that is.",
    discussion: """
      The best candidate by one measure (--minimise, --maximise) or by several (--weigh) among those that meet every \
      --require with the wanted assurance. "No candidate qualifies" and "not enough data" are answers: they leave with \
      status 0, or with 1 under --fail-unless-recommended. Times need a unit (2s, 300ms), rates may have % (90%).

      Examples:
        efficientllm recommend support --require "AnswerRelevancy>=0.8" --require "p99<=2s" \
      --minimise cost-per-passing-request
        efficientllm recommend support --weigh "pass-rate=3,cost-per-request=1"
      """)

  @Argument(help: ArgumentHelp("NAME (the newest run) or NAME@LABEL.", valueName: "evaluation"))
  var reference: String

  @OptionGroup var wanted: ObjectiveArguments

  @Flag(help: "Leave with status 1 when no candidate is recommended.")
  var failUnlessRecommended = false

  @OptionGroup var costs: CostArguments
  @OptionGroup var decisions: DecisionArguments

  @Option(help: "How to print.")
  var format: OutputFormat = .table

  func validate() throws {
    if wanted.isEmpty { throw ValidationError("say what decides: one of --minimise, --maximise and --weigh") }
  }

  func run() async throws {
    let results = try costs.results(reference, in: CostArguments.store())
    let table = try results.table(judgeCost: costs.judgeCost)
    let objective = try wanted.objective(over: table)
    let recommendation = try table.recommendation(
      objective, requirements: wanted.requirements(of: table), options: decisions.options)
    let rendering = RecommendationRendering(
      recommendation, objective: objective, of: results.evaluation.reference, dataset: table.dataset,
      currency: table.currency, notes: results.notes)
    switch format {
    case .json: try printDecisionJSON(rendering)
    case .table: print(rendering.text)
    case .csv: print(rendering.csv, terminator: "")
    }
    if failUnlessRecommended, recommendation.outcome.kind != "recommended" { throw ExitCode.failure }
  }
}
