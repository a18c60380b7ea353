import ArgumentParser
import Foundation
import Pricing

struct PricesCostCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cost", abstract: "Says what a request cost, by its usage as the server sent it.",
    discussion: """
      A whole response does as well as its usage; the model it names is then the one that is priced, also where another was \
      asked for. What has no price leaves the cost absent, with the reason and status 1.

      Examples:
        efficientllm prices cost --model gpt-5 --at 2025-11-25 --usage '{"prompt_tokens":9126,"completion_tokens":3197}'
        efficientllm prices cost --usage - < response.json
        efficientllm prices cost --hardware rack --seconds 12.5 --joules 3100
      """)

  @Option(help: "The model that answered, by any of its names.") var model: String?
  @Option(help: "Who sold it; left out, the first provider that has models of such names.") var provider: String?
  @Option(help: "When, in UTC: 2025-11-25 or 2025-11-25T10:00:00Z; left out, now.") var at: MomentArgument?
  @Option(help: "Usage or a whole response as JSON; - reads standard input.") var usage: String?
  @Option(help: "chat, responses, anthropic or google; left out, it is recognised.") var form: UsageForm?
  @Flag(help: "The request went through the provider's batch interface.") var batch = false
  @Option(
    help: ArgumentHelp(
      "What the request was, such as service_tier=flex; left out, what the usage says. Repeatable.",
      valueName: "name=value"))
  var when: [String] = []
  @Option(help: "Hardware of your own prices, in place of a model.") var hardware: String?
  @Option(help: "How long the hardware was held.") var seconds: Double?
  @Option(help: "The energy it drew.") var joules: Double?
  @Option(help: "By this version of the prices, without your own; left out, the latest with your own on top.")
  var version: String?
  @Option(help: "table or json.") var format: OutputFormat = .table

  func validate() throws {
    if format == .csv { throw ValidationError("a cost is printed as table or json") }
    guard (hardware == nil) != (usage == nil) else {
      throw ValidationError("give --usage with --model, or --hardware with --seconds")
    }
    if hardware != nil, seconds == nil { throw ValidationError("--hardware needs --seconds") }
    if let seconds, !(seconds >= 0) { throw ValidationError("--seconds must not be negative") }
    if let joules, !(joules >= 0) { throw ValidationError("--joules must not be negative") }
  }

  func run() async throws {
    let moment = at?.moment ?? PriceMoment(Date())
    let table = try PricesCommand.shelf.catalogue().table(version: version)
    if let hardware {
      return try show(CostReport(hardware: hardware, seconds: seconds ?? 0, joules: joules, at: moment, table))
    }
    try show(requestCost(at: moment, table))
  }

  private func requestCost(at moment: PriceMoment, _ table: PriceTable) throws -> CostReport {
    let bytes =
      usage == "-"
      ? try FileHandle.standardInput.read(upToCount: UsageDocument.limit + 1) ?? Data() : Data((usage ?? "").utf8)
    let document = try UsageDocument(json: bytes, form: form)
    guard let answered = document.model ?? model else {
      throw ValidationError("name the model that answered with --model: the usage does not")
    }
    var conditions: [String: String] = document.serviceTier.map { ["service_tier": $0] } ?? [:]
    for pair in when {
      let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { throw ValidationError("--when takes name=value, not '\(pair)'") }
      conditions[parts[0]] = parts[1]
    }
    if batch { conditions["processing"] = "batch" }
    let cost = table.price(
      of: answered, provider: provider, at: moment, conditions: PriceConditions(conditions)
    ).flatMap { $0.cost(of: document.usage) }
    return CostReport(cost, asked: model, answered: answered, at: moment)
  }

  private func show(_ report: CostReport) throws {
    if format == .json {
      try printPrettyJSON(report)
    } else if report.absent == nil {
      print(report.text)
    }
    guard let absent = report.absent else { return }
    FileHandle.standardError.write(Data("no cost: \(absent.reason)\n".utf8))
    throw ExitCode.failure
  }
}

/// A cost with how it came about, or why there is none.
struct CostReport: Encodable {
  struct Part: Encodable {
    var kind: String
    /// The kind whose price was taken.
    var pricedAs: String
    var count: Int
    var price: Money
    var per: Int
    var cost: Money
  }

  struct PriceUsed: Encodable {
    var version: String
    var versionDate: CivilDate?
    var source: String
    var pages: [String]
    var effective: EffectiveDates
    var provider: String?
    var model: String
    var conditions: [String: String]
  }

  struct Absent: Encodable {
    var reason: String
  }

  var cost: Money?
  var absent: Absent?
  var at: String
  /// The model that was asked for, where another answered.
  var asked: String?
  var model: String
  var parts: [Part]
  var price: PriceUsed?

  init(_ result: Result<Cost, PriceAbsence>, asked: String?, answered: String, at moment: PriceMoment) {
    at = moment.description
    self.asked = asked == answered ? nil : asked
    model = answered
    parts = []
    switch result {
    case .failure(let absence): absent = Absent(reason: absence.description)
    case .success(let cost):
      self.cost = cost.total
      parts = cost.parts.map {
        Part(
          kind: $0.kind.name, pricedAs: $0.pricedAs.name, count: $0.count, price: $0.price,
          per: $0.pricedAs.quotedFor, cost: $0.amount)
      }
      let reference = cost.price
      price = PriceUsed(
        version: reference.version, versionDate: reference.versionDate, source: reference.source,
        pages: reference.pages, effective: EffectiveDates(from: reference.from, until: reference.until),
        provider: reference.provider, model: reference.model, conditions: reference.conditions)
    }
  }

  init(hardware: String, seconds: Double, joules: Double?, at moment: PriceMoment, _ table: PriceTable) {
    at = moment.description
    model = hardware
    parts = []
    let found = table.hardwarePrice(of: hardware, on: moment.date)
    switch found.flatMap({ $0.price.cost(seconds: seconds, joules: joules) }) {
    case .failure(let absence): absent = Absent(reason: absence.description)
    case .success(let amount): cost = amount
    }
    if case .success(let used) = found, absent == nil {
      price = PriceUsed(
        version: used.version, source: used.source, pages: [],
        effective: EffectiveDates(from: used.price.from, until: used.price.until), model: hardware, conditions: [:])
    }
  }

  private enum CodingKeys: CodingKey { case cost, absent, at, asked, model, parts, price }

  /// The cost is there also where it is absent: as null.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(cost, forKey: .cost)
    try container.encodeIfPresent(absent, forKey: .absent)
    try container.encode(at, forKey: .at)
    try container.encodeIfPresent(asked, forKey: .asked)
    try container.encode(model, forKey: .model)
    try container.encode(parts, forKey: .parts)
    try container.encodeIfPresent(price, forKey: .price)
  }

  var text: String {
    var table = TextTable([.left("kind"), .right("count"), .right("price"), .right("per"), .right("cost")])
    for part in parts {
      let kind = part.pricedAs == part.kind ? part.kind : "\(part.kind) (as \(part.pricedAs))"
      table.append([
        kind, String(part.count), part.price.decimalText, String(part.per), part.cost.decimalText,
      ])
    }
    var lines = parts.isEmpty ? [] : [table.render()]
    lines.append("\(cost?.description ?? "") for \(price?.provider.map { "\($0)/" } ?? "")\(price?.model ?? model)")
    if let asked { lines.append("answered by \(model), where \(asked) was asked for") }
    if let price {
      let dates = price.effective.text
      lines.append("by \(price.version), from \(price.source)\(dates.isEmpty ? "" : ", \(dates)")")
    }
    return lines.joined(separator: "\n")
  }
}
