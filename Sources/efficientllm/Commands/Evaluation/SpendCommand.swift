public import ArgumentParser
public import Evaluations
import Foundation
import Pricing
import Ranking
import Records

/// What requests cost and what they were worth.
struct SpendCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "spend",
    abstract: "Says what requests cost by route, customer, candidate, model or tag, and what they were worth.",
    discussion: """
      Every amount stands beside the quality that it bought: the mean of each evaluator's scores, the share that passed, and \
      the cost by passing request, with their intervals. Requests that were sent again in a later run are paid for too. What \
      judges cost stands apart, verdicts that were given anew included, and apart from both what calibrating evaluators cost.

      Examples:
        efficientllm spend support --by customer
        efficientllm spend --by tag.team --from 2026-11-01 --until 2026-12-01 --format csv
      """)

  @Argument(
    help: ArgumentHelp("NAME (the newest run) or NAME@LABEL; left out, every run there is.", valueName: "evaluation"))
  var reference: String?

  @Option(help: ArgumentHelp("route, customer, candidate, model or tag.NAME.", valueName: "attribute"))
  var by: SpendingKey = .route

  @Option(help: ArgumentHelp("Requests from then on, in UTC: 2026-11-01 or 2026-11-01T10:00:00Z.", valueName: "date"))
  var from: MomentArgument?

  @Option(help: ArgumentHelp("Requests before then.", valueName: "date"))
  var until: MomentArgument?

  @OptionGroup var costs: CostArguments
  @OptionGroup var decisions: DecisionArguments

  @Option(help: "How to print.")
  var format: OutputFormat = .table

  func validate() throws {
    if let from, let until, from.date >= until.date { throw ValidationError("--from is not before --until") }
  }

  func run() async throws {
    let store = try CostArguments.store()
    let begin = from?.date ?? .distantPast
    let end = until?.date ?? .distantFuture
    let results: [EvaluationResults]
    if let reference {
      let named = try store.evaluation(reference)
      // Runs of one name share what it cost to hold their evaluators against people.
      let calibration = EvaluationResults.calibrationName(of: named.name)
      results = try EvaluationResults.all(in: store, from: begin, until: end).filter {
        $0.evaluation.id == named.id || $0.evaluation.name == calibration
      }
    } else {
      results = try EvaluationResults.all(in: store, from: begin, until: end)
    }
    let spending = Spending(
      try costs.priced(results), by: by, judgeCost: costs.judgeCost, options: decisions.options)
    let rendering = SpendRendering(spending)
    switch format {
    case .table: print(rendering.text)
    case .json: try printDecisionJSON(spending)
    case .csv: print(rendering.csv, terminator: "")
    }
  }
}

extension SpendingKey: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
  public var defaultValueDescription: String { description }
}

extension MomentArgument {
  /// The beginning of a day where no time of day is said.
  var date: Date { Date(timeIntervalSince1970: Double(moment.date.day * 86_400 + (moment.secondOfDay ?? 0))) }
}
