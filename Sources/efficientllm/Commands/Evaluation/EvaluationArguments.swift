public import ArgumentParser
public import Evaluations
import Foundation
import Pricing
public import Ranking
import Records

extension JudgeCost: ExpressibleByArgument {}
extension DecisionOptions.Failures: ExpressibleByArgument {}

/// By which prices a run is looked at.
struct CostArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Price all requests anew by this version of the prices; 'latest' is the newest with your own on top.",
      valueName: "version"))
  var prices: String?

  @Option(
    help: ArgumentHelp(
      "With --prices: as if all requests had been made then, such as 2026-11-01 (default: when they were).",
      valueName: "date"))
  var pricedAt: MomentArgument?

  @Option(help: "Whether costs have what judges cost in them: apart or include.")
  var judgeCost: JudgeCost = .apart

  func validate() throws {
    if pricedAt != nil, prices == nil { throw ValidationError("--priced-at needs --prices") }
  }

  /// The run that is named, at the prices that are asked for.
  func results(_ reference: String, in store: RecordStore) throws -> EvaluationResults {
    try priced([EvaluationResults(reference, in: store)])[0]
  }

  func priced(_ results: [EvaluationResults]) throws -> [EvaluationResults] {
    guard let prices else { return results }
    let table = try PricesCommand.shelf.catalogue().table(version: prices == "latest" ? nil : prices)
    return results.map { $0.repriced(by: table, at: pricedAt?.moment) }
  }

  static func store() throws -> RecordStore { try RecordStore(existingAt: Home().records.path) }
}

/// How decisions are made.
struct DecisionArguments: ParsableArguments {
  @Option(help: "Of intervals, and one minus the significance of tests.")
  var confidence = DecisionOptions().confidence

  @Option(help: "How probable it has to be that a candidate meets all requirements.")
  var assurance = DecisionOptions().assurance

  @Option(help: ArgumentHelp("Shared rows or clusters under which nothing is decided.", valueName: "n"))
  var minimumRows = DecisionOptions().minimumRows

  @Option(help: "What a request without an answer counts as: worst (score 0, not passed, slowest) or left-out.")
  var failures = DecisionOptions().failures

  @Option(help: ArgumentHelp("Resamples of the rows.", valueName: "n"))
  var resamples = DecisionOptions().resamples

  @Option(help: "Of the resamples: the same seed gives the same answer.")
  var seed = DecisionOptions().seed

  func validate() throws {
    guard confidence > 0, confidence < 1 else { throw ValidationError("--confidence lies between 0 and 1") }
    guard assurance > 0.5, assurance < 1 else { throw ValidationError("--assurance lies between 0.5 and 1") }
    guard (2...1_000_000).contains(minimumRows) else { throw ValidationError("--minimum-rows is at least 2") }
    guard (100...100_000).contains(resamples) else { throw ValidationError("--resamples is 100 to 100000") }
  }

  var options: DecisionOptions {
    var options = DecisionOptions()
    options.confidence = confidence
    options.assurance = assurance
    options.minimumRows = minimumRows
    options.failures = failures
    options.resamples = resamples
    options.seed = seed
    return options
  }
}

extension CandidateTable {
  /// Measures by the names that a user gave, which may be parted by commas.
  func measures(named names: [String], askedBy option: String) throws -> [CandidateMeasure] {
    try names.flatMap { $0.split(separator: ",") }.map {
      try measure(named: $0.trimmingCharacters(in: .whitespaces), askedBy: option)
    }
  }
}
