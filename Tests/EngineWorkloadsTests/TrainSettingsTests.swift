import Models
import Studies
import Testing

@testable import EngineWorkloads

struct TrainSettingsTests {
  static let work = WorkPlan(tokens: 8192, tokensPerStep: 1024, sequenceLength: 256, warmupSteps: 1)

  private func settings(
    _ settings: Settings, work: WorkPlan = work, precision: String = "fp32"
  ) throws -> TrainSettings {
    try TrainSettings(settings, work: work, precision: precision)
  }

  @Test func defaultsAreTheTinyModel() throws {
    let cell = try settings([:])
    #expect(cell.modelName == "tiny")
    #expect(cell.plan.steps == 8)
    #expect(cell.plan.sequencesPerStep == 4)
    #expect(cell.plan.schedule.warmupSteps == 10)
    #expect(cell.configuration.attention == .groupedQuery)
    #expect(cell.tokenizerVocabulary == 4096)
  }

  @Test func overridesReachTheModel() throws {
    let cell = try settings([
      "model": .string("small"), "attention": .string("MLA"), "layers": .integer(3), "width": .integer(96),
      "heads": .integer(6), "vocabulary": .integer(1000), "kv-rank": .integer(40), "learning-rate": .string("1e-4"),
    ])
    #expect(cell.configuration.layers == 3)
    #expect(cell.configuration.headWidth == 16)
    #expect(cell.configuration.latent?.keyValueRank == 40)
    #expect(cell.plan.schedule.peak == 1e-4)
  }

  @Test func parametersAreHeldAcrossAttentions() throws {
    let counts = try ["mha", "mqa", "gqa", "mla"].map { name in
      try settings(["attention": .string(name), "hold": .string("parameters")]).account.parameters
    }
    let step = 3 * 8 * 256 * 5
    #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= step)
  }

  static let bad: [(Settings, name: String)] = [
    (["atention": .string("gqa")], "atention"),
    (["attention": .string("nsa")], "attention"),
    (["attention": .integer(3)], "attention"),
    (["layers": .string("many")], "layers"),
    (["layers": .integer(0)], "layers"),
    (["tied-embeddings": .string("maybe")], "tied-embeddings"),
    (["hold": .string("everything")], "hold"),
    (["kv-heads": .integer(3)], "kv-heads"),
    (["heads": .integer(0)], "heads"),
    (["layers": .integer(60_000_000)], "layers"),
    (["layers": .integer(10_000), "width": .integer(60_000_000)], "parameters"),
    (["attention": .string("mla"), "head-width": .integer(1 << 62)], "head-width"),
    (["attention": .string("mla"), "kv-rank": .integer(100_000_000_000_000_000)], "kv-rank"),
    (["vocabulary": .integer(100)], "vocabulary"),
    (["tokenizer-vocabulary": .integer(5000)], "tokenizer-vocabulary"),
    (["held-out-fraction": .number(1)], "held-out-fraction"),
    (["evaluation-tokens": .integer(0)], "evaluation-tokens"),
    (["evaluation-tokens": .integer(.max)], "evaluation-tokens"),
    (["learning-rate": .number(-1)], "learning-rate"),
    (["learning-rate": .string("fast")], "learning-rate"),
    (["clip-norm": .integer(0)], "clip-norm"),
    (["clip-norm": .number(.nan)], "clip-norm"),
    (["weight-decay": .number(-0.1)], "weight-decay"),
    (["learning-rate-warmup": .integer(9)], "learning-rate-warmup"),
    (["learning-rate-warmup": .integer(-1)], "learning-rate-warmup"),
    (["sequences-per-pass": .integer(5)], "sequences-per-pass"),
    (["checkpoint-every": .integer(-1)], "checkpoint-every"),
    (["device": .string("gpu9")], "device"),
    (["model": .string("huge")], "huge"),
  ]

  @Test(arguments: bad.indices)
  func badSettingsAreNamed(index: Int) throws {
    let (given, name) = Self.bad[index]
    #expect {
      try settings(given)
    } throws: { error in
      "\(error)".contains(name) && TrainWorkload.isUsageError(error)
    }
  }

  @Test(arguments: ["fp16", "int4", ""])
  func badPrecisionsAreNamed(precision: String) {
    #expect(throws: SettingError.self) { try settings([:], precision: precision) }
  }

  @Test(arguments: [
    WorkPlan(tokens: 8192, tokensPerStep: 1000, sequenceLength: 256, warmupSteps: 0),
    WorkPlan(tokens: 8000, tokensPerStep: 1024, sequenceLength: 256, warmupSteps: 0),
    WorkPlan(tokens: 512, tokensPerStep: 1024, sequenceLength: 256, warmupSteps: 0),
    WorkPlan(tokens: 1 << 50, tokensPerStep: 1 << 40, sequenceLength: 256, warmupSteps: 0),
  ])
  func impossibleWorkIsNamed(work: WorkPlan) {
    #expect(throws: SettingError.self) { try settings([:], work: work) }
  }
}
