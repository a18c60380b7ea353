import Foundation
import Probes
import Testing

@testable import Studies

/// The least that is a plan.
let smallWork = "work: {tokens: 4000, tokens-per-step: 1000, sequence-length: 100, warmup-steps: 1}"

@Suite struct PlanReadingTests {
  @Test func aWholePlanIsRead() throws {
    let plan = try StudyPlan(
      yaml: """
        study: quick-attention
        question: Which attention variant learns the most per second, byte and joule on equal tokens?
        base: {model: tiny, corpus: austen, vocabulary: 4096, hold: depth-and-width, dropout: 0.1, tied: true}
        vary: {attention: [mha, mqa, gqa, mla]}
        work: {tokens: 120k, tokens-per-step: 2048, sequence-length: 256, warmup-steps: 3}
        repeats: 3
        precision: fp32
        threads: 2
        probes: {interval: 20ms, energy: automatic, idle-seconds: 1.5}
        budget: {minutes: 15, trial-minutes: 3}
        peers:
          - method: GQA (PyTorch)
            command: ["{python}", "scripts/peers/train_pytorch.py", "--spec", "{spec}"]
            settings: {attention: gqa}
        """)
    #expect(plan.name == "quick-attention")
    #expect(plan.workload == "train")
    #expect(
      plan.base == [
        "model": .string("tiny"), "corpus": .string("austen"), "vocabulary": .integer(4096),
        "hold": .string("depth-and-width"), "dropout": .number(0.1), "tied": .boolean(true),
      ])
    #expect(plan.vary.map(\.key) == ["attention"])
    #expect(plan.vary[0].values == [.string("mha"), .string("mqa"), .string("gqa"), .string("mla")])
    #expect(plan.work == WorkPlan(tokens: 120_000, tokensPerStep: 2048, sequenceLength: 256, warmupSteps: 3))
    #expect(plan.work.steps == 59)
    #expect(plan.work.stepTokens == 120_832)
    #expect(plan.seeds == [0, 1, 2])
    #expect(plan.threads == 2)
    #expect(plan.probes == ProbePlan(interval: .milliseconds(20), energy: .automatic, idleSeconds: 1.5))
    #expect(plan.budget == Budget(study: .seconds(900), trial: .seconds(180)))
    #expect(plan.peers.map(\.method) == ["GQA (PyTorch)"])
    #expect(plan.plannedCells.count == 5)
  }

  @Test func whatIsNotSaidHasItsDefault() throws {
    let plan = try StudyPlan(yaml: "study: s\nwork: {tokens: 9000, tokens-per-step: 1000, sequence-length: 100}")
    #expect(plan.seeds == [0, 1, 2])
    #expect(plan.precision == "fp32")
    #expect(plan.threads == nil)
    #expect(plan.work.warmupSteps == 3)
    #expect(plan.budget.study == nil)
    #expect(plan.plannedCells.count == 1)
  }

  @Test(
    arguments: [
      ("120000", 120_000), ("120_000", 120_000), ("120k", 120_000), ("1.5M", 1_500_000), ("2G", 2_000_000_000),
      ("0.5k", 500), ("3B", 3_000_000_000),
    ] as [(String, Int?)])
  func countsAreRead(_ text: String, _ count: Int?) { #expect(PlanScalars.count(text) == count) }

  @Test(arguments: ["", "k", "-5", "1.5", "1e5", "12kk", "0.0001k", "99999999999999999999", "9e99G", "0x10", "١٢"])
  func noCountsAreRefused(_ text: String) { #expect(PlanScalars.count(text) == nil) }

  @Test(
    arguments: [
      ("20ms", Duration.milliseconds(20)), ("1.5s", .milliseconds(1500)), ("500us", .microseconds(500)),
      ("15min", .seconds(900)), ("2m", .seconds(120)), ("2h", .seconds(7200)), ("3 s", .seconds(3)),
    ] as [(String, Duration)])
  func durationsAreRead(_ text: String, _ duration: Duration) { #expect(PlanScalars.duration(text) == duration) }

  @Test(arguments: ["", "20", "s", "-1s", "1 fortnight", "1e3s", "99999999999s"])
  func noDurationsAreRefused(_ text: String) { #expect(PlanScalars.duration(text) == nil) }

  @Test(arguments: [
    ("12", SettingValue.integer(12)), ("1_000", .integer(1000)), ("-3", .integer(-3)), ("0.5", .number(0.5)),
    ("1e-4", .number(1e-4)), ("true", .boolean(true)), ("yes", .string("yes")), ("no", .string("no")),
    ("gqa", .string("gqa")), ("1:30", .string("1:30")),
  ])
  func settingsAreWhatTheyLookLike(_ text: String, _ value: SettingValue) {
    #expect(PlanScalars.setting(text, isQuoted: false) == value)
    #expect(PlanScalars.setting(text, isQuoted: true) == .string(text))
  }

  @Test(arguments: [
    ("energy: none", EnergySource.none), ("energy: rapl", .rapl), ("energy: nvml", .nvml),
    ("tdp-watts: 65", .declaredTDP(watts: 65)), ("energy: tdp, tdp-watts: 15.5", .declaredTDP(watts: 15.5)),
    ("energy: \"replay:run.json\"", .replay(path: "run.json")),
  ])
  func energySourcesAreRead(_ text: String, _ source: EnergySource) throws {
    #expect(try StudyPlan(yaml: "study: s\n\(smallWork)\nprobes: {\(text)}").probes.energy == source)
  }

  @Test func aPlanIsReadFromAFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("plan.yaml")
    let text = "study: s\n\(smallWork)\n"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try StudyPlan(contentsOfFile: path).text == text)
    #expect(throws: PlanError.unreadable(path: "/nowhere.yaml", reason: "there is no such file")) {
      try StudyPlan(contentsOfFile: "/nowhere.yaml")
    }
    #expect(throws: PlanError.self) { try StudyPlan(contentsOfFile: folder.path) }
    try Data([0xFF, 0xFE, 0x00]).write(to: URL(fileURLWithPath: path))
    #expect(throws: PlanError.unreadable(path: path, reason: "it is not UTF-8 text")) {
      try StudyPlan(contentsOfFile: path)
    }
    try Data(repeating: 0x20, count: 300_000).write(to: URL(fileURLWithPath: path))
    #expect(throws: PlanError.self) { try StudyPlan(contentsOfFile: path) }
  }
}
