import Pricing
import Testing

/// Costs that were worked out by hand.
@Suite struct VectorTests {
  private func cost(
    of json: String, model: String, provider: String? = nil, at moment: String, when: [String: String] = [:]
  ) throws -> Result<Cost, PriceAbsence> {
    let usage = try UsageDocument(json: json.utf8).usage
    return try PriceCatalogue.builtIn.table().price(
      of: model, provider: provider, at: PriceMoment(moment), conditions: PriceConditions(when)
    ).flatMap { $0.cost(of: usage) }
  }

  /// 4262 at $1.25, 4864 at $0.125 and 3197 at $10 a million: 0.0053275 + 0.000608 + 0.03197.
  @Test func gpt5InAutumn2025() throws {
    let cost = try cost(
      of:
        #"{"prompt_tokens":9126,"completion_tokens":3197,"total_tokens":12323,"prompt_tokens_details":{"cached_tokens":4864}}"#,
      model: "gpt-5", at: "2025-11-25"
    ).get()
    #expect(cost.total == (try Money("0.0379055")))
    #expect(cost.parts.map(\.kind) == [.input, .cachedInput, .output])
    #expect(cost.parts.map(\.amount.decimalText) == ["0.0053275", "0.000608", "0.03197"])
    #expect(cost.price.provider == "openai")
    #expect(cost.price.version == "genai-prices-0.2.3")
    #expect(cost.price.source == "genai-prices 0.2.3")
  }

  /// 1438 at $0.3, 24540 at $0.03 and 300 at $2.5 a million: 0.0004314 + 0.0007362 + 0.00075.
  @Test func gemini25FlashInAutumn2025() throws {
    let vector = #"{"promptTokenCount":25978,"cachedContentTokenCount":24540,"candidatesTokenCount":300}"#
    let cost = try cost(of: vector, model: "gemini-2.5-flash", at: "2025-11-25").get()
    #expect(cost.total == (try Money("0.0019176")))
    #expect(cost.price.provider == "google")
  }

  /// Thinking has no price of its own: it is output, and shown apart.
  @Test func reasoningIsOutput() throws {
    let cost = try cost(
      of: #"{"prompt_tokens":9,"completion_tokens":10,"completion_tokens_details":{"reasoning_tokens":6}}"#,
      model: "gpt-5", at: "2025-11-25"
    ).get()
    #expect(cost.parts.map(\.kind) == [.input, .output, .outputReasoning])
    #expect(cost.parts.map(\.pricedAs) == [.input, .output, .output])
    #expect(cost.total == (try Money("0.00011125")))
  }

  /// Claude Sonnet 4.5: up to 200,000 tokens of input, cached ones among them, $3 and $15 a million; above, $6 and $22.5
  /// for all of them.
  @Test func stepsGoByAllInputAndHoldForAllTokens() throws {
    func anthropic(_ fresh: Int) -> String {
      #"{"input_tokens":\#(fresh),"cache_read_input_tokens":100000,"output_tokens":1000}"#
    }
    let below = try cost(of: anthropic(100_000), model: "claude-sonnet-4-5", at: "2025-11-25").get()
    #expect(below.total == (try Money("0.345")))
    let above = try cost(of: anthropic(100_001), model: "claude-sonnet-4-5", at: "2025-11-25").get()
    #expect(above.total == (try Money("0.682506")))
  }

  @Test func batchHasItsOwnPriceWhereItIsKnown() throws {
    let usage = #"{"prompt_tokens":1000000,"completion_tokens":0}"#
    let batch = ["processing": "batch"]
    #expect(try cost(of: usage, model: "gpt-5", at: "2026-11-01", when: batch).get().total == Money("0.625"))
    #expect(try cost(of: usage, model: "gpt-5", at: "2026-11-01").get().total == Money("1.25"))
    // The source says it from the day it was looked up.
    let before = try cost(of: usage, model: "gpt-5", at: "2025-11-25", when: batch)
    #expect(
      before
        == .failure(
          .noPriceFor(
            condition: "processing=batch", model: "gpt-5", provider: "openai", date: try CivilDate("2025-11-25"),
            from: try CivilDate("2026-10-14"))))
    #expect(
      try cost(of: usage, model: "gpt-5", at: "2026-11-01", when: ["service_tier": "default"]).get().total
        == Money("1.25"))
  }

  @Test func whatIsUnknownIsAbsentAndNeverZero() throws {
    let usage = #"{"prompt_tokens":10,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":4}}"#
    #expect(try cost(of: usage, model: "no-such-model", at: "2025-11-25") == .failure(.unclaimedModel("no-such-model")))
    #expect(
      try cost(of: usage, model: "gpt-5", provider: "nobody", at: "2025-11-25") == .failure(.unknownProvider("nobody")))
    #expect(
      try cost(of: usage, model: "gpt-none", at: "2025-11-25")
        == .failure(.unknownModel("gpt-none", provider: "openai")))
    // Claude 2 has no price of cached input.
    #expect(
      try cost(of: usage, model: "claude-2", at: "2025-11-25")
        == .failure(.noPrice(.cachedInput, model: "claude-2", provider: "anthropic")))
  }

  @Test func aPriceByTheHourNeedsTheHour() throws {
    let usage = #"{"prompt_tokens":1000000,"completion_tokens":0}"#
    #expect(
      try cost(of: usage, model: "deepseek-chat", at: "2025-06-01")
        == .failure(.hourNeeded(model: "deepseek-chat", provider: "deepseek", date: try CivilDate("2025-06-01"))))
    #expect(try cost(of: usage, model: "deepseek-chat", at: "2025-06-01T00:29:59Z").get().total == Money("0.135"))
    #expect(try cost(of: usage, model: "deepseek-chat", at: "2025-06-01T00:30:00Z").get().total == Money("0.27"))
    #expect(try cost(of: usage, model: "deepseek-chat", at: "2025-06-01T16:30:00Z").get().total == Money("0.135"))
  }

  @Test func nothingUsedCostsNothing() throws {
    let cost = try cost(of: #"{"prompt_tokens":0,"completion_tokens":0}"#, model: "gpt-5", at: "2025-11-25").get()
    #expect(cost.total == .zero())
    #expect(cost.parts.isEmpty)
  }

  @Test func theLargestUsageStaysInRange() throws {
    let price = try PriceCatalogue.builtIn.table().price(of: "gpt-5", at: PriceMoment("2025-11-25")).get()
    let cost = try price.cost(of: Usage(input: Usage.most, output: Usage.most)).get()
    #expect(cost.total == (try Money("11250000000")))
  }

  /// Prints how long a cost takes once its price is looked up. Meant for a release build; nothing depends on it.
  @Test func speed() throws {
    let price = try PriceCatalogue.builtIn.table().price(of: "gpt-5", at: PriceMoment("2025-11-25")).get()
    let usage = try Usage(input: 4262, cachedInput: 4864, output: 3197)
    let rounds = 20_000
    var total: Int128 = 0
    let elapsed = try ContinuousClock().measure {
      for _ in 0..<rounds { total += try price.cost(of: usage).get().total.picos }
    }
    #expect(total == 37_905_500_000 * Int128(rounds))
    print("one cost takes \(elapsed / rounds)")
  }
}
