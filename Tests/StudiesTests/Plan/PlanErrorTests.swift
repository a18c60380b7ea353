import Testing

@testable import Studies

@Suite struct PlanErrorTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var yaml: String
    /// Words that the message has to have.
    var says: [String]
    var testDescription: String { yaml }

    init(_ yaml: String, _ says: String...) {
      self.yaml = yaml
      self.says = says
    }
  }

  static let head = "study: s\n\(smallWork)\n"

  static let cases: [Case] = [
    Case("", "empty"),
    Case("just words", "must be a map", "just words"),
    Case("- a\n- b", "must be a map", "a list"),
    Case("study: [", "no YAML", "line"),
    Case("study: s\n  bad indent: 1\n", "no YAML"),
    Case("study: s\n---\nstudy: t\n", "no YAML"),
    Case(head + "repeat: 3", "\"repeat\" (line 3)", "Did you mean \"repeats\"?"),
    Case(head + "wrok: {}", "Did you mean \"work\"?"),
    Case(head + "zzzzzzzz: 1", "Unknown key", "may stand there"),
    Case(head + "probes: {intervall: 2ms}", "probes.intervall", "Did you mean \"interval\"?"),
    Case("study: s\nwork: {tokens: 5k, tokens_per_step: 1000}", "work.tokens_per_step", "\"tokens-per-step\""),
    Case(smallWork, "\"study\" is missing"),
    Case("study: s", "\"work\" is missing"),
    Case("study: s\nwork: {tokens: 5k, sequence-length: 100}", "work.tokens-per-step", "missing"),
    Case("study: s\nwork: {tokens: 5k, tokens-per-step: 1000}", "work.sequence-length", "missing"),
    Case("study: ../../etc\n" + smallWork, "\"study\" (line 1)", "letters"),
    Case("study: a/b\n" + smallWork, "letters"),
    Case("study: .hidden\n" + smallWork, "begins with"),
    Case("study: [a]\n" + smallWork, "must be text"),
    Case(head + "question:", "\"question\"", "is empty"),
    Case(head + "study: t", "twice", "study"),
    Case(head + "base: {a: 1, a: 2}", "twice", "\"a\""),
    Case(head + "base: {a: [1, 2]}", "base.a", "one number, word", "a list"),
    Case(head + "base: {a: }", "base.a"),
    Case(head + "base: {a: .nan}", "base.a", "no number"),
    Case(head + "base: {a: 1e999}", "base.a", "no number"),
    Case(head + "base: {\"a b\": 1}", "a b", "letters"),
    Case(head + "base: {tokens: 5}", "base.tokens", "unequal work"),
    Case(head + "vary: {sequence-length: [128, 256]}", "vary.sequence-length", "unequal work"),
    Case(head + "vary: [a]", "\"vary\" (line 3)", "a map"),
    Case(head + "vary: {a: 1}", "vary.a", "a list of values"),
    Case(head + "vary: {a: []}", "vary.a", "is empty"),
    Case(head + "vary:\n  a: [1, 2,\n    1]", "vary.a", "line 5", "1 twice"),
    Case(head + "base: {a: 1}\nvary: {a: [1, 2]}", "vary.a", "twice"),
    Case(head + "exclude: [{a: 1}]", "exclude.a", "no cell"),
    Case(head + "vary: {a: [1, 2]}\nexclude: [{a: 3}]", "excludes nothing"),
    Case(head + "vary: {a: [1, 2]}\nexclude: [{}]", "leave out every cell"),
    Case(head + "vary: {a: [1]}\nexclude: [{a: 1}]", "Every cell is excluded"),
    Case(head + "repeats: 0", "repeats", "outside"),
    Case(head + "repeats: many", "repeats", "whole number"),
    Case(head + "repeats: -1", "repeats", "whole number"),
    Case(head + "repeats: 2\nseeds: [1]", "either repeats or seeds"),
    Case(head + "seeds: []", "at least one seed"),
    Case(head + "seeds: [1, 1]", "the seed 1 twice"),
    Case(head + "seeds: [1.5]", "whole numbers"),
    Case(head + "seeds: [-1]", "whole numbers"),
    Case(head + "precision: fp 32", "precision"),
    Case(head + "threads: 0", "threads", "outside"),
    Case(head + "threads: two", "threads", "whole number"),
    Case("study: s\nwork: {tokens: 0, tokens-per-step: 10, sequence-length: 10}", "work.tokens", "outside"),
    Case("study: s\nwork: {tokens: 1e30, tokens-per-step: 10, sequence-length: 10}", "whole number"),
    Case("study: s\nwork: {tokens: 5, tokens-per-step: 10, sequence-length: 10}", "less than one step"),
    Case("study: s\nwork: {tokens: 5k, tokens-per-step: 1000, sequence-length: 300}", "no multiple"),
    Case(
      "study: s\nwork: {tokens: 3k, tokens-per-step: 1000, sequence-length: 100}", "work.warmup-steps", "leave none"),
    Case(head + "probes: {interval: 20}", "with its unit"),
    Case(head + "probes: {interval: 0.1ms}", "probes.interval", "outside"),
    Case(head + "probes: {energy: rappl}", "Did you mean \"rapl\"?"),
    Case(head + "probes: {energy: tdp}", "probes.tdp-watts", "missing"),
    Case(head + "probes: {energy: rapl, tdp-watts: 65}", "only with energy: tdp"),
    Case(head + "probes: {tdp-watts: -1}", "outside"),
    Case(head + "probes: {memory: virtual}", "resident, proportional"),
    Case(head + "probes: {accelerators: maybe}", "true or false"),
    Case(head + "budget: {minutes: 0}", "budget.minutes", "outside"),
    Case(head + "budget: {minutes: soon}", "a number of minutes"),
    Case(head + "budget: {trial-minutes: 1, trial-timeout: 5s}", "not both"),
    Case(head + "workload: command", "\"command\" is missing"),
    Case(head + "command: [a]", "for workload: command"),
    Case(head + "workload: command\ncommand: run.sh", "a list of"),
    Case(head + "workload: command\ncommand: []", "is empty"),
    Case(head + "workload: command\ncommand: [run, \"{sped}\"]", "{sped}", "{spec}"),
    Case(head + "peers: {a: b}", "peers", "a list"),
    Case(head + "peers: [{command: [a]}]", "peers[0].method", "missing"),
    Case(head + "peers: [{method: x}]", "peers[0].command", "missing"),
    Case(head + "peers: [{method: x, comand: [a]}]", "Did you mean \"command\"?"),
    Case(head + "peers: [{method: x, command: [a]}, {method: x, command: [b]}]", "\"x\" twice"),
    Case(head + "vary: {a: [1,2,3,4,5,6,7,8,9,10]}\nrepeats: 1000\nseeds: [1]", "not both"),
    Case(
      head + "repeats: 1000\nvary: {a: [1,2,3,4,5,6,7,8,9,10], b: [1,2,3,4,5,6,7,8,9,10]}", "10000"),
  ]

  @Test(arguments: cases)
  func aWrongPlanIsRefusedByNameWithTheMend(_ wrong: Case) throws {
    let error = try #require(throws: PlanError.self) { try StudyPlan(yaml: wrong.yaml) }
    for word in wrong.says { #expect(error.description.contains(word), "\(error.description)") }
  }

  @Test func aliasesAreRefusedBeforeTheyGrow() {
    var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<30 {
      let alias = "*a\(level - 1)"
      bomb += "a\(level): &a\(level) [\(Array(repeating: alias, count: 9).joined(separator: ", "))]\n"
    }
    #expect(throws: PlanError.self) { try StudyPlan(yaml: bomb) }
    let keys = "a: &a {x: 1}\n" + (0..<40).map { "? *a\n: \($0)\n" }.joined()
    #expect(throws: PlanError.self) { try StudyPlan(yaml: keys) }
  }

  @Test(arguments: ["[", "{a: ", "- ", "? ", "[{a: ["])
  func deepNestingIsRefused(_ piece: String) {
    let deep = String(repeating: piece, count: 250_000 / piece.utf8.count)
    #expect(throws: PlanError.self) { try StudyPlan(yaml: deep) }
    #expect(throws: PlanError.self) { try StudyPlan(yaml: String(repeating: piece, count: 100) + "x") }
  }

  @Test func oneAnchorIsFine() throws {
    let plan = try StudyPlan(
      yaml: "study: s\n\(smallWork)\nbase: &b {a: 1}\npeers: [{method: x, command: [p], settings: *b}]")
    #expect(plan.peers[0].settings == ["a": .integer(1)])
  }

  @Test func tooManyValuesAreRefused() {
    let many = (0..<30_000).map { "\($0 % 10)" }.joined(separator: ",")
    #expect(throws: PlanError.self) { try StudyPlan(yaml: "study: s\nvary: {a: [\(many)]}") }
  }
}
