import ArgumentParser
import Evaluations
import Foundation
import Ranking
import Reports

/// Whether a run is worse than an earlier one.
struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Holds a run against an earlier one: a gate for regressions.",
    discussion: """
      Each candidate is compared with itself, row by row, over the rows that are the same in both runs. Status 0 means that \
      nothing got worse, or that the rows do not tell (status 1 under --undecided-fails); 1 means that something did.

      Tolerated are 0.05 in scores and rates, and a tenth of the earlier value in costs, energy and latencies, unless \
      --tolerate says otherwise. A measure whose evaluator changed between the runs is left out and named; asked for by \
      --measure it is refused.

      Examples:
        efficientllm compare support@2026-08 support@2026-11
        efficientllm compare support@main support@branch --tolerate "AnswerRelevancy=0.02" --tolerate "p99=20%" \
      --markdown gate.md --junit gate.xml
      """)

  @Argument(help: ArgumentHelp("The earlier run, NAME@LABEL.", valueName: "baseline"))
  var baseline: String

  @Argument(help: ArgumentHelp("The later run, NAME@LABEL.", valueName: "current"))
  var current: String

  @Option(
    name: .customLong("measure"),
    help: ArgumentHelp("Check this measure, in place of all that there are. Repeatable.", valueName: "measure"))
  var measures: [String] = []

  @Option(
    name: .customLong("tolerate"),
    help: ArgumentHelp(
      "How much worse is still the same: in the measure's unit (0.02, 300ms), or a share of the earlier value (20%). Repeatable.",
      valueName: "measure=amount"))
  var tolerances: [ToleranceArgument] = []

  @Flag(help: "What the rows do not tell is a failure.")
  var undecidedFails = false

  @Option(help: ArgumentHelp("Write the verdict as Markdown.", valueName: "file"))
  var markdown: String?

  @Option(help: ArgumentHelp("Write the verdict as JUnit XML.", valueName: "file"))
  var junit: String?

  @OptionGroup var costs: CostArguments
  @OptionGroup var decisions: DecisionArguments

  @Option(help: "How to print.")
  var format: OutputFormat = .table

  func run() async throws {
    let store = try CostArguments.store()
    let comparison = try RunComparison(
      baseline: costs.results(baseline, in: store), current: costs.results(current, in: store), measures: measures,
      tolerances: tolerances.map { ($0.measure, $0.tolerance) }, judgeCost: costs.judgeCost,
      options: decisions.options)
    let gate = comparison.gate
    for warning in comparison.warnings {
      FileHandle.standardError.write(Data("warning: \(TextTable.onOneLine(warning))\n".utf8))
    }
    if let markdown { try WholeFile.write(gate.markdown(warnings: comparison.warnings), to: markdown) }
    if let junit {
      try WholeFile.write(gate.junit(undecidedFails: undecidedFails, warnings: comparison.warnings), to: junit)
    }
    let rendering = GateRendering(comparison)
    switch format {
    case .table: print(rendering.text)
    case .json: try printDecisionJSON(rendering)
    case .csv: print(rendering.csv, terminator: "")
    }
    if Self.fails(gate.verdict, undecidedFails: undecidedFails) { throw ExitCode.failure }
  }

  static func fails(_ verdict: RegressionGate.Verdict, undecidedFails: Bool) -> Bool {
    verdict == .fail || (undecidedFails && verdict == .undecided)
  }
}

/// `AnswerRelevancy=0.02`, `p99=300ms` or `cost-per-request=20%`.
struct ToleranceArgument: ExpressibleByArgument {
  let measure: String
  let tolerance: RegressionGate.Tolerance

  init?(argument: String) {
    guard let equals = argument.lastIndex(of: "=") else { return nil }
    let name = argument[..<equals].trimmingCharacters(in: .whitespaces)
    let amount = argument[argument.index(after: equals)...].trimmingCharacters(in: .whitespaces)
    let digits = amount.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "e" || $0 == "-" || $0 == "+") }
    guard !name.isEmpty, let number = Double(digits), number.isFinite, number >= 0 else { return nil }
    measure = name
    switch amount.dropFirst(digits.count).trimmingCharacters(in: .whitespaces) {
    case "", "s", "J": tolerance = .absolute(number)
    case "ms": tolerance = .absolute(number / 1_000)
    case "%": tolerance = .relative(number / 100)
    default: return nil
    }
  }
}
