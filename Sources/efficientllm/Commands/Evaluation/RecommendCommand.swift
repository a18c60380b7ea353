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

  @Option(
    name: .customLong("require"),
    help: ArgumentHelp("Such as \"AnswerRelevancy>=0.8\" or \"p99<=2s\". Repeatable.", valueName: "requirement"))
  var requirements: [String] = []

  @Option(
    name: [.customLong("minimise"), .customLong("minimize")],
    help: ArgumentHelp("The measure that decides between those that qualify: less is better.", valueName: "measure"))
  var minimise: String?

  @Option(
    name: [.customLong("maximise"), .customLong("maximize")],
    help: ArgumentHelp("The measure that decides between those that qualify: more is better.", valueName: "measure"))
  var maximise: String?

  @Option(
    help: ArgumentHelp(
      "Several measures that decide together, each with what a relative change in it is worth: \"pass-rate=3,p99=1\".",
      valueName: "measure=weight,..."))
  var weigh: String?

  @Flag(help: "Leave with status 1 when no candidate is recommended.")
  var failUnlessRecommended = false

  @OptionGroup var costs: CostArguments
  @OptionGroup var decisions: DecisionArguments

  @Option(help: "How to print: table or json.")
  var format: OutputFormat = .table

  func validate() throws {
    let ways = [minimise, maximise, weigh].compactMap(\.self)
    guard ways.count == 1 else {
      throw ValidationError("say what decides: one of --minimise, --maximise and --weigh")
    }
    if format == .csv { throw ValidationError("a recommendation is printed as table or json") }
  }

  func run() async throws {
    let results = try costs.results(reference, in: CostArguments.store())
    let table = try results.table(judgeCost: costs.judgeCost)
    let objective = try objective(over: table)
    let recommendation = try table.recommendation(
      objective, requirements: requirements.map { try table.requirement($0) }, options: decisions.options)
    let rendering = RecommendationRendering(
      recommendation, objective: objective, of: results.evaluation.reference, dataset: table.dataset,
      currency: table.currency, notes: results.notes)
    switch format {
    case .json: try printDecisionJSON(rendering)
    case .table, .csv: print(rendering.text)
    }
    if failUnlessRecommended, recommendation.outcome.kind != "recommended" { throw ExitCode.failure }
  }

  func objective(over table: CandidateTable) throws -> Objective {
    if let minimise { return try .minimise(table.measure(named: minimise, askedBy: "--minimise")) }
    if let maximise { return try .maximise(table.measure(named: maximise, askedBy: "--maximise")) }
    let terms = try (weigh ?? "").split(separator: ",").map { term in
      let parts = term.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      guard parts.count == 2, let weight = Double(parts[1]) else {
        throw ValidationError("--weigh takes measures with weights, such as \"pass-rate=3,p99=1\", not '\(term)'")
      }
      return Objective.Term(try table.measure(named: parts[0], askedBy: "--weigh"), weight: weight)
    }
    return try .weighing(terms)
  }
}
