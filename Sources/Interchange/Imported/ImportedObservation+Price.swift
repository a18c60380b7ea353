import Evaluators
import Measures
import OpenAIWire
public import Pricing

extension ImportedRun {
  /// The run with what each observation cost, by the prices of the day on which it was made.
  /// - Parameter provider: who sold every model, in place of what the source says.
  public func priced(by table: PriceTable, provider: String? = nil) -> ImportedRun {
    var run = self
    for index in run.observations.indices { run.observations[index].price(by: table, provider: provider) }
    return run
  }
}

extension ImportedObservation {
  /// Prices each call by the model that answered it and sums them up; one call without a price leaves the sum absent,
  /// with its reason.
  ///
  /// Each step of a call gets its cost. A tool's step costs nothing but what its own source says: no model was asked.
  mutating func price(by table: PriceTable, provider: String?) {
    guard !calls.isEmpty else {
      if case .absent = cost { cost = .absent(Absence("the source does not say which model used how many tokens")) }
      return
    }
    var total: Money?
    var parts: [JSONValue] = []
    var versions: Set<String> = []
    var absence: Absence?
    for call in calls {
      switch call.cost(by: table, provider: provider) {
      case .failure(let why): absence = absence ?? why.absence
      case .success(let priced):
        versions.insert(priced.version)
        parts.append(priced.part)
        if let step = call.step {
          steps[step].cost = DecimalAmount(priced.money.decimalText)
          steps[step].currency = priced.money.currency.code
        }
        do throws(PricingError) { total = try total?.adding(priced.money) ?? priced.money } catch {
          absence = absence ?? Absence(error.description)
        }
      }
    }
    if let absence {
      cost = .absent(absence)
      return
    }
    // What a tool cost by its own word belongs to the sum.
    for step in steps where step.tool != nil {
      guard let amount = step.cost, let currency = try? Currency(step.currency ?? "USD"),
        let money = try? Money(amount.text, currency: currency)
      else { continue }
      do throws(PricingError) { total = try total?.adding(money) ?? money } catch {
        cost = .absent(Absence("a tool's cost cannot be added: \(error.description)"))
        return
      }
    }
    guard let total else { return }
    for index in steps.indices where steps[index].tool != nil && steps[index].cost == nil {
      steps[index].cost = DecimalAmount("0")
      steps[index].currency = total.currency.code
    }
    cost = .known(
      total, priceVersion: versions.sorted().joined(separator: ", "),
      parts: parts.count == 1 ? parts[0] : .members(["calls": .array(parts)]))
  }
}

extension ModelCall {
  struct Priced {
    var money: Money
    var version: String
    /// Which price it was, and its parts.
    var part: JSONValue
  }

  struct Unpriced: Error {
    var absence: Absence
  }

  func cost(by table: PriceTable, provider seller: String?) -> Result<Priced, Unpriced> {
    func absent(_ reason: String) -> Result<Priced, Unpriced> { .failure(Unpriced(absence: Absence(reason))) }
    if let reportedCost {
      return .success(
        Priced(
          money: reportedCost, version: "reported",
          part: .members([
            "reported": .string(reportedCost.decimalText), "currency": .string(reportedCost.currency.code),
          ])))
    }
    guard let model else { return absent("the source does not say which model answered") }
    guard let usage else { return absent(usageProblem ?? "the source does not say what \(model.shown) used") }
    guard let startedAt else { return absent("the source does not say when \(model.shown) was asked") }
    let conditions = PriceConditions(serviceTier.map { ["service_tier": $0] } ?? [:])
    let priced = table.price(
      of: model, provider: seller ?? Self.seller(provider), at: PriceMoment(startedAt), conditions: conditions
    ).flatMap { $0.cost(of: usage) }
    switch priced {
    case .failure(let why): return absent(why.description)
    case .success(let cost):
      return .success(Priced(money: cost.total, version: cost.price.version, part: Self.json(of: cost)))
    }
  }

  /// The catalogue's name of a provider, by those of OpenTelemetry's conventions.
  private static func seller(_ provider: String?) -> String? {
    switch provider {
    case "gcp.gemini", "gcp.gen_ai", "gcp.vertex_ai", "gemini", "vertex_ai": "google"
    case "aws.bedrock": "aws"
    case "azure.ai.openai", "azure.ai.inference", "az.ai.openai", "az.ai.inference": "azure"
    case "x_ai", "xai": "x-ai"
    case "mistral_ai": "mistral"
    default: provider
    }
  }

  private static func json(of cost: Cost) -> JSONValue {
    var conditions = JSONObject()
    for (name, value) in cost.price.conditions.sorted(by: { $0.key < $1.key }) {
      conditions.append(name, .string(value))
    }
    return .members([
      "provider": .string(cost.price.provider), "model": .string(cost.price.model),
      "version": .string(cost.price.version), "source": .string(cost.price.source), "conditions": .object(conditions),
      "parts": .array(
        cost.parts.map { part in
          .members([
            "kind": .string(part.kind.name), "priced_as": .string(part.pricedAs.name), "count": .integer(part.count),
            "price": .string(part.price.decimalText), "per": .integer(part.pricedAs.quotedFor),
            "amount": .string(part.amount.decimalText),
          ])
        }),
      "amount": .string(cost.total.decimalText), "currency": .string(cost.total.currency.code),
    ])
  }
}
