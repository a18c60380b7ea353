import Testing

@testable import Evaluators

@Suite("Groundedness over an encoder that knows words alone")
struct SemanticGroundednessTests {
  private let evaluator = SemanticGroundedness(encoder: HashingEncoder())
  private let context = [
    "Orders placed before noon are packed the same day. Standard delivery takes 3 days and costs $4.90. "
      + "Parcels cannot be redirected.",
    "Photography is allowed without flash. The appeal was dismissed on 12 May 2021.",
  ]

  private func verdict(_ answer: String, context: [String]? = nil) async throws -> Verdict {
    try await evaluator.verdict(
      of: EvaluationSample(input: .text("What about it?"), output: answer, context: context ?? self.context))
  }

  @Test("claims that stand in the context pass")
  func carried() async throws {
    for claim in [
      "Standard delivery takes 3 days and costs $4.90.", "Parcels cannot be redirected.",
      "The appeal was dismissed on 12 May 2021.", "Standard delivery takes 72 hours and costs 4.90 dollars.",
    ] {
      let verdict = try await verdict(claim)
      #expect(try #require(verdict.outcome.score) >= 0.5, "\(claim): \(verdict.reason)")
    }
  }

  @Test(
    "a changed number, a denial and an opposite are contradicted, and the passage is named",
    arguments: [
      ("Standard delivery takes 5 days and costs $4.90.", "it says 5 where the passage says 3"),
      ("Standard delivery takes 3 days and costs $9.40.", "it says $9.40 where the passage says $4.90"),
      ("Standard delivery takes 3 weeks and costs $4.90.", "it says 3 where the passage says 3"),
      ("Parcels can be redirected.", "denies"), ("Photography is not allowed without flash.", "denies"),
      ("Orders placed after noon are packed the same day.", "\"before\" for \"after\""),
      ("The appeal was dismissed on 12 May 2019.", "it says 2019"),
    ])
  func contradicted(claim: String, why: String) async throws {
    let verdict = try await verdict(claim)
    #expect(try #require(verdict.outcome.score) < 0.5, "\(claim)")
    let part = try #require(verdict.parts.first)
    #expect(part.reason.hasPrefix("contradicted: ") || part.reason.contains("nowhere"), "\(part.reason)")
    #expect(part.reason.contains(why) || part.reason.contains("nowhere"), "\(part.reason)")
  }

  @Test("what the context does not have is not found, and told apart from a contradiction")
  func notFound() async throws {
    let invented = try await verdict("Standard delivery by Globex takes 3 days and costs $4.90.")
    #expect(try #require(invented.outcome.score) < 0.5)
    #expect(try #require(invented.parts.first).reason.hasPrefix("not found: \"globex\" is nowhere"))
    let other = try await verdict("The restaurant on the roof serves fish soup.")
    #expect(try #require(other.outcome.score) < 0.5)
    #expect(try #require(other.parts.first).reason.hasPrefix("not found"))
  }

  @Test("one bad claim among good ones shows")
  func oneOfMany() async throws {
    let verdict = try await verdict(
      "Parcels cannot be redirected. Standard delivery takes 3 days and costs $4.90. The appeal was dismissed on 12 May "
        + "2021. Photography is allowed without flash. Orders placed before noon are packed by Globex robots on Mars.")
    #expect(verdict.parts.count == 5)
    #expect(try #require(verdict.outcome.score) < 0.6)
    #expect(verdict.reason.hasPrefix("1 of 5 claims"))
  }

  @Test("nothing to hold is no score")
  func absences() async throws {
    func cause(_ answer: String?, _ context: [String]) async throws -> AbsenceCause? {
      let sample = EvaluationSample(input: .text("Well?"), output: answer, context: context)
      if case .absent(_, let cause) = try await evaluator.verdict(of: sample).outcome { return cause }
      return nil
    }
    #expect(try await cause(nil, context) == .noAnswer)
    #expect(try await cause("It is.", []) == .noExpectation)
    #expect(try await cause("It costs $5.", [" ", ""]) == .noExpectation)
    #expect(try await cause("It costs $5.", ["..."]) == .noExpectation)
    #expect(try await cause("Do you want to know more? I cannot say.", context) == .undecidable)
    #expect(try await cause("Это стоит пять долларов.", context) == .unsupported)
  }

  @Test("amounts are compared with what they count")
  func amounts() throws {
    func same(_ first: String, _ second: String) throws -> Bool {
      let one = try #require(StatedAmount.amounts(of: first).first)
      return try one.isSame(as: #require(StatedAmount.amounts(of: second).first))
    }
    #expect(try same("24 hours", "1 day"))
    #expect(try same("two years", "24 months"))
    #expect(try same("1,000 kg", "1000 kilograms"))
    #expect(try same("$20", "20 dollars"))
    #expect(try same("five devices", "5 devices"))
    #expect(try !same("3 days", "3 weeks"))
    #expect(try !same("$20", "€20"))
    #expect(try !same("20 percent", "20 dollars"))
    #expect(try !same("500 mg", "500 g"))
  }

  @Test("a context over the limit is an error")
  func tooLarge() async {
    let many = String(repeating: "It is so. ", count: SemanticGroundedness.mostSentences + 1)
    await #expect(throws: EvaluationError.self) { try await verdict("It is so.", context: [many]) }
  }
}
