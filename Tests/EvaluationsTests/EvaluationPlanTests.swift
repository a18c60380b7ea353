import Datasets
import MeasuringClient
import Studies
import Testing

@testable import Evaluations

@Suite struct EvaluationPlanTests {
  private static let candidate = "{name: a, endpoint: \"http://127.0.0.1:1/v1\", model: m}"

  private func plan(_ more: String = "", candidates: String = "[\(candidate)]") throws -> EvaluationPlan {
    try EvaluationPlan(yaml: "evaluation: e\ndataset: d\ncandidates: \(candidates)\n\(more)")
  }

  private func refusal(_ more: String = "", candidates: String = "[\(candidate)]") -> String {
    do {
      _ = try plan(more, candidates: candidates)
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test func everythingIsRead() throws {
    let plan = try EvaluationPlan(
      yaml: """
        evaluation: support
        question: Which?
        dataset: transactions@3
        where: 'country == "DE"'
        sample: {rows: 100, seed: 7, stratify-by: country}
        cluster: conversation
        repetitions: 2
        prompt: {system: Be brief., user: "Q: {input} ({metadata.tier})"}
        settings: {max-tokens: 256, temperature: 0, stop: ["\\n"], response-format: {type: json_object}}
        candidates:
          - name: hosted
            endpoint: https://api.example.com/v1
            model: gpt-5-mini
            key: {env: SOME_KEY}
            settings: {temperature: 1}
            price: {provider: openai, when: {processing: batch}}
          - name: own
            serve: ["{program}", serve, --port, "{port}"]
            ready: 5min
            model: smollm2
            form: completion
            price: {per-hour: "0.10", per-kilowatt-hour: "0.30", currency: EUR, source: a bill}
            load: {rate: 2.5, arrival: constant, stream: false, warmup: 3}
          - name: agent
            import: {file: spans.json, form: opentelemetry}
        evaluators: [ExactMatch, {kind: NumericMatch, name: answer, threshold: 0.5, relative: 0.01}]
        passes: answer
        judge: {endpoint: "https://api.example.com/v1", model: big, structure: prompt, load: {concurrency: 4}}
        attribution: {route: chat, customer: metadata.customer, tags: {team: support, tier: metadata.tier}}
        load: {concurrency: 8, timeout: 30s, retries: 2}
        prices: "2026-11-01"
        """)
    #expect(plan.name == "support" && plan.repetitions == 2 && plan.cluster == "conversation")
    #expect(plan.sample?.count == 100 && plan.sample?.stratum == "country" && plan.prices == "2026-11-01")
    let hosted = plan.candidates[0]
    #expect(hosted.settings["temperature"] == .integer(1) && hosted.settings["max_tokens"] == .integer(256))
    #expect(hosted.settings["stop"] == .array([.string("\n")]))
    #expect(hosted.settings["response_format"]?.object?["type"] == .string("json_object"))
    #expect(hosted.key == .environment("SOME_KEY") && hosted.load.shape == .concurrency(8))
    #expect(hosted.price == .catalogue(provider: "openai", model: nil, conditions: ["processing": "batch"]))
    let own = plan.candidates[1]
    guard case .served(let program) = own.source else {
      Issue.record("\(own.source)")
      return
    }
    #expect(program.ready == .seconds(300) && program.path == "/v1" && own.form == .completion)
    #expect(own.load.shape == .rate(2.5, isPoisson: false, seed: 1) && !own.load.streams && own.load.warmup == 3)
    #expect(own.load.timeout == .seconds(30) && own.load.retries == 2)
    #expect(own.price == .held(perHour: "0.10", perKilowattHour: "0.30", currency: "EUR", source: "a bill"))
    #expect(plan.candidates[2].source == .imported(files: ["spans.json"], form: "opentelemetry", candidate: nil))
    #expect(plan.evaluators[1].name == "answer" && plan.evaluators[1].options["relative"] == .number(0.01))
    #expect(plan.passes == ["answer"] && plan.judge?.structure == "prompt" && plan.judge?.width == 4)
    #expect(plan.attribution.customer == .metadata("customer") && plan.attribution.tags["team"] == .text("support"))
  }

  @Test func whatIsLeftOutHasItsDefault() throws {
    let plan = try plan("evaluators: [ExactMatch, Contains]")
    #expect(plan.passes == ["ExactMatch", "Contains"])
    #expect(plan.candidates[0].prompt == .plain && plan.candidates[0].load == RequestLoad())
    #expect(plan.attribution.route == .text("e") && plan.judge == nil)
  }

  @Test(arguments: [
    ("sampel: {rows: 3}", "Did you mean \"sample\"?"),
    ("passes: Exact", "no evaluator \"Exact\""),
    ("evaluators: [ExactMatch, ExactMatch]", "twice"),
    ("load: {concurrency: 2, rate: 3}", "either concurrency or rate"),
    ("settings: {stream: true}", "the runner says it itself"),
    ("settings: {max-tokens: 3, max_tokens: 4}", "twice"),
    ("prompt: {user: Hello}", "{input}"),
    ("repetitions: 0", "outside"),
    ("judge: {model: m, endpoint: \"http://h/v1\", structure: xml}", "json-schema"),
    ("attribution: {tags: {\"a b\": c}}", "letters, digits"),
    ("prices: [1]", "must be text"),
  ])
  func whatIsWrongIsNamed(_ more: String, _ said: String) {
    #expect(refusal(more).contains(said), "\(refusal(more))")
  }

  @Test(arguments: [
    ("[{name: a, model: m}]", "endpoint: URL"),
    ("[{name: a, endpoint: \"http://h/v1\", serve: [x, \"{port}\"], model: m}]", "endpoint: URL"),
    ("[{name: a, endpoint: \"http://h/v1\"}]", "model"),
    ("[{name: a, serve: [x], model: m}]", "{port}"),
    ("[{name: a, serve: [x, \"{prt}\"], model: m}]", "no placeholder {prt}"),
    ("[\(candidate), \(candidate)]", "twice"),
    ("[]", "at least one"),
    ("[{name: a, endpoint: \"http://h/v1\", model: m, form: telepathy}]", "chat, completion"),
    ("[{name: a, import: {file: x}}]", "form: opentelemetry"),
  ])
  func candidatesThatCannotBeAreNamed(_ candidates: String, _ said: String) {
    #expect(refusal(candidates: candidates).contains(said), "\(refusal(candidates: candidates))")
  }

  @Test func whoseCertificatesAreBelieved() throws {
    func candidate(_ more: String, at scheme: String = "https") -> String {
      "[{name: a, endpoint: \"\(scheme)://h/v1\", model: m\(more)}]"
    }
    func trust(_ more: String) throws -> CertificateTrust { try plan(candidates: candidate(more)).candidates[0].trust }
    #expect(try trust("") == .system && trust(", trust: system") == .system && trust(", trust: anyone") == .anyone)
    let file = try EvaluationPlan(
      yaml: """
        evaluation: e
        dataset: d
        candidates: \(candidate(", trust: {ca-file: own.pem}"))
        judge: {endpoint: "https://h/v1", model: m, trust: {ca-file: /etc/own.pem}}
        """, folder: "plans")
    #expect(file.candidates[0].trust == .authorities(file: "plans/own.pem"))
    #expect(file.judge?.trust == .authorities(file: "/etc/own.pem"))
    #expect(refusal(candidates: candidate(", trust: somebody")).contains("trust: {ca-file: PATH}"))
    #expect(refusal(candidates: candidate(", trust: {ca-fil: x}")).contains("Did you mean \"ca-file\"?"))
    #expect(refusal(candidates: candidate(", trust: anyone", at: "http")).contains("https://"))
    #expect(refusal(candidates: "[{name: a, serve: [x, \"{port}\"], model: m, trust: anyone}]").contains("https://"))
  }

  @Test func loadsMakeACandidateEach() throws {
    let plan = try plan(
      "load: {retries: 1}",
      candidates: "[{name: a, endpoint: \"http://h/v1\", model: m, loads: [{concurrency: 4}, {rate: 2.5}]}]")
    #expect(plan.candidates.map(\.name) == ["a, 4 at a time", "a, 2.5 a second"])
    #expect(plan.candidates.map(\.load.retries) == [1, 1])
  }

  @Test func aKeyInAPlanIsRefusedAndNotRepeated() {
    let said = refusal(candidates: "[{name: a, endpoint: \"http://h/v1\", model: m, key: sk-very-secret}]")
    #expect(said.contains("env: NAME") && !said.contains("secret"))
  }

  @Test func promptsAreFilledOnce() throws {
    let template = PromptTemplate(system: "For {metadata.tier}.", user: "{input} | {context} | {other} {metadata.n}")
    let row = DatasetRow(
      input: .text("Is {context} a word?"), context: ["one", "two"], metadata: ["tier": .text("gold"), "n": .number(3)])
    let messages = try template.messages(for: row)
    #expect(messages.map(\.content) == ["For gold.", "Is {context} a word? | [1] one\n\n[2] two | {other} 3"])
    #expect(throws: EvaluationRunError.prompt(row: row.identity, missing: "metadata.none")) {
      try PromptTemplate(system: nil, user: "{metadata.none} {input}").messages(for: row)
    }
    #expect(throws: EvaluationRunError.self) {
      try PromptTemplate(system: nil, user: "{context}").messages(for: DatasetRow(input: .text("x")))
    }
  }

  @Test func aConversationIsSentAsItIs() throws {
    let row = DatasetRow(
      input: .messages([.init(role: .system, content: "Own."), .init(role: .user, content: "Hi {input}")]))
    let messages = try PromptTemplate(system: "Shared.", user: "{input}").messages(for: row)
    #expect(messages.map(\.content) == ["Own.", "Hi {input}"])
  }
}
