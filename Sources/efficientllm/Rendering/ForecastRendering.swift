import Foundation
import Studies

/// What `study run --dry-run` prints.
struct ForecastRendering {
  let forecast: StudyForecast

  private static func text(of work: WorkPlan) -> String {
    switch work.unit {
    case nil:
      "\(work.tokens) tokens in \(work.steps) steps of \(work.tokensPerStep), \(work.warmupSteps) of them warm-up"
    case .generated:
      "\(work.requests) requests that generate \(work.sequenceLength) tokens, after \(work.warmupSteps) rounds of warm-up"
    }
  }

  func text() -> String {
    let plan = forecast.plan
    var lines = ["\(plan.name)@\(forecast.digest.prefix(12))"]
    if !plan.question.isEmpty { lines.append(plan.question) }
    lines.append(
      "\(forecast.cells.count) cells x \(plan.seeds.count) seeds = \(forecast.trials) trials, each "
        + Self.text(of: plan.work))
    let equalised = Set(forecast.cells.compactMap(\.equalised)).sorted()
    if !equalised.isEmpty { lines.append("held equal: \(equalised.joined(separator: "; "))") }
    lines.append("")
    var table = TextTable([
      .left("method"), .left("model"), .right("parameters"), .right("FLOPs"), .right("memory GiB"),
      .right("time a trial"), .left("basis"), .right("done"), .right("failed"), .right("to run"),
    ])
    for cell in forecast.cells {
      table.append([
        cell.record.method, cell.record.model, cell.parameters.map(String.init) ?? "unknown",
        cell.totalFLOPs.map { String(format: "%.3g", $0) } ?? "unknown",
        cell.memoryBytes.map { String(format: "%.2f", Double($0) / 1_073_741_824) } ?? "unknown",
        cell.seconds.map(ProgressMeter.time) ?? "unknown", cell.basis?.rawValue ?? "",
        "\(cell.finishedSeeds.count)", "\(cell.failedSeeds.count)", "\(cell.waitingSeeds.count)",
      ])
    }
    lines.append(table.render())
    lines.append("")
    let time = forecast.secondsLeft.map { "about \(ProgressMeter.time($0))" } ?? "an unknown time"
    lines.append("\(forecast.waiting) of \(forecast.trials) trials to run, in \(time).")
    if let budget = plan.budget.study {
      lines.append("The budget of a run is \(ProgressMeter.time(budget / .seconds(1))).")
    }
    return lines.joined(separator: "\n")
  }

  func json() throws -> String {
    try StudyJSON.text(
      Document(
        study: forecast.plan.name, digest: forecast.digest, question: forecast.plan.question,
        trials: forecast.trials, toRun: forecast.waiting, secondsLeft: forecast.secondsLeft,
        cells: forecast.cells.map { cell in
          Document.Cell(
            key: cell.record.key, method: cell.record.method, model: cell.record.model,
            settings: cell.record.settings, parameters: cell.parameters, flops: cell.totalFLOPs,
            memoryBytes: cell.memoryBytes, secondsPerTrial: cell.seconds, basis: cell.basis?.rawValue,
            heldEqual: cell.equalised, finishedSeeds: cell.finishedSeeds, failedSeeds: cell.failedSeeds,
            waitingSeeds: cell.waitingSeeds)
        }))
  }

  private struct Document: Encodable {
    struct Cell: Encodable {
      var key: String
      var method: String
      var model: String
      var settings: [String: String]
      var parameters: Int?
      var flops: Double?
      var memoryBytes: UInt64?
      var secondsPerTrial: Double?
      var basis: String?
      var heldEqual: String?
      var finishedSeeds: [Int]
      var failedSeeds: [Int]
      var waitingSeeds: [Int]
    }

    var study: String
    var digest: String
    var question: String
    var trials: Int
    var toRun: Int
    var secondsLeft: Double?
    var cells: [Cell]
  }
}
