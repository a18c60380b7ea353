import ArgumentParser
import Evaluations
import Foundation
import Ranking
import Records

/// Shows what a run of an evaluation came to.
struct EvaluateShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows what a run of an evaluation came to, candidate by candidate.",
    discussion: """
      Measures are over the rows that every candidate was asked, each with its interval. A request without an answer counts \
      as score 0, not passed, and slower than every other, unless --failures left-out. What is not known is absent, with its \
      reason, and never 0.

      Examples:
        efficientllm evaluate show support
        efficientllm evaluate show support@2026-08 --prices latest --format json
        efficientllm evaluate show support --by-row --format csv
        efficientllm evaluate show agents --steps --tasks 5
      """)

  @Argument(help: ArgumentHelp("NAME (the newest run) or NAME@LABEL.", valueName: "evaluation"))
  var reference: String

  @Option(
    name: .customLong("measure"),
    help: ArgumentHelp("Show this measure alone, such as p99 or TTFT.p90. Repeatable.", valueName: "measure"))
  var measures: [String] = []

  @Flag(help: "The rows, with what every candidate made of each.")
  var byRow = false

  @Flag(help: "Where agents' time and money went: their tasks by kind of step, tool and place.")
  var steps = false

  @Option(
    help: ArgumentHelp(
      "With --steps: tasks that are listed step by step, the slowest first (default: 3; all as json or csv).",
      valueName: "n"))
  var tasks: Int?

  @OptionGroup var costs: CostArguments
  @OptionGroup var decisions: DecisionArguments

  @Option(help: "How to print.")
  var format: OutputFormat = .table

  func validate() throws {
    if byRow, !measures.isEmpty { throw ValidationError("--by-row shows rows, which have no --measure") }
    if steps, byRow || !measures.isEmpty { throw ValidationError("--steps goes without --by-row and --measure") }
    if let tasks {
      guard steps else { throw ValidationError("--tasks needs --steps") }
      guard tasks >= 0 else { throw ValidationError("--tasks is 0 or more") }
    }
  }

  func run() async throws {
    let results = try costs.results(reference, in: CostArguments.store())
    if steps {
      let shown = tasks ?? (format == .table ? AgentRendering.usualTasks : .max)
      let rendering = AgentRendering(AgentResults(results, tasks: shown, isRepriced: costs.prices != nil))
      switch format {
      case .table: print(rendering.text)
      case .json: try printDecisionJSON(rendering.results)
      case .csv: print(rendering.csv, terminator: "")
      }
      return
    }
    if byRow {
      let rows = results.rowResults(judgeCost: costs.judgeCost)
      switch format {
      case .table: print(RowRendering(rows: rows).text)
      case .json: try printDecisionJSON(rows)
      case .csv: print(RowRendering(rows: rows).csv, terminator: "")
      }
      return
    }
    let table = try results.table(judgeCost: costs.judgeCost)
    let summary = try EvaluationSummary(
      results, measures: try table.measures(named: measures, askedBy: "--measure"), judgeCost: costs.judgeCost,
      options: decisions.options)
    let rendering = EvaluationRendering(summary)
    switch format {
    case .table: print(rendering.text)
    case .json: try printDecisionJSON(summary)
    case .csv: print(rendering.csv, terminator: "")
    }
  }
}
