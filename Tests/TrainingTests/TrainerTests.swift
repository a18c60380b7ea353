import Corpora
import Foundation
import Layers
import Models
import TestSupport
import Testing
import Torch

@testable import Training

struct TrainerTests {
  init() throws { try TorchForTests.load() }

  static let shape = DecoderConfiguration(
    vocabulary: 61, width: 24, layers: 2, heads: 4, keyValueHeads: 2, intermediate: 40, maximumPositions: 64)

  /// Tokens with something to learn: each is mostly the one before it plus 7.
  private func tokens(count: Int = 4000) throws -> TokenFile {
    var state: UInt32 = 1
    var previous: UInt32 = 0
    let values = (0..<count).map { _ -> UInt32 in
      state = state &* 1_664_525 &+ 1_013_904_223
      previous = state >> 28 == 0 ? (state >> 8) % 61 : (previous + 7) % 61
      return previous
    }
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).bin")
    return try TokenFile.write(values, vocabularySize: 61, to: url)
  }

  private func trainer(
    _ tokens: TokenFile, steps: Int = 12, perPass: Int? = nil, precision: TrainingPrecision = .fp32,
    rate: Double = 1e-2,
    seed: Int = 5, kind: AttentionKind = .groupedQuery
  ) throws -> Trainer {
    let plan = TrainingPlan(
      steps: steps, sequenceLength: 16, sequencesPerStep: 6, sequencesPerPass: perPass,
      schedule: LearningRateSchedule(peak: rate, warmupSteps: 2, steps: steps), precision: precision)
    let model = try Decoder(
      Self.shape.with(attention: kind), source: RandomSource(seed: UInt64(seed)), dtype: precision.computeType)
    return try Trainer(
      model: model, tokens: tokens, order: BatchOrder(tokenCount: tokens.count, sequenceLength: 16, seed: seed),
      plan: plan)
  }

  private func run(_ trainer: Trainer, steps: Int? = nil) throws -> [Double] {
    var losses: [Double] = []
    while !trainer.isFinished, losses.count < steps ?? .max { losses.append(try trainer.step().loss) }
    return losses
  }

  @Test(arguments: AttentionKind.allCases)
  func theLossFalls(kind: AttentionKind) throws {
    let losses = try run(trainer(tokens(), steps: 60, kind: kind))
    #expect(abs(losses[0] - log(61)) < 0.3)
    #expect(losses.suffix(5).reduce(0, +) / 5 < 2.5)
  }

  @Test(arguments: [TrainingPrecision.bf16, .bf16Pure])
  func theLossFallsInBrainFloat(precision: TrainingPrecision) throws {
    let losses = try run(trainer(tokens(), steps: 60, precision: precision))
    #expect(losses.suffix(5).reduce(0, +) / 5 < 2.8)
  }

  @Test func theSameSeedGivesTheSameLosses() throws {
    let tokens = try tokens()
    #expect(try run(trainer(tokens)) == run(trainer(tokens)))
    #expect(try run(trainer(tokens)) != run(trainer(tokens, seed: 6)))
  }

  @Test(arguments: TrainingPrecision.allCases)
  func resumingIsBitIdenticalToAnUnbrokenRun(precision: TrainingPrecision) throws {
    let tokens = try tokens()
    let whole = try trainer(tokens, precision: precision)
    let wholeLosses = try run(whole)

    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).safetensors").path
    defer { unlink(path) }
    let first = try trainer(tokens, precision: precision)
    let firstLosses = try run(first, steps: 5)
    try first.saveCheckpoint(to: path)
    let second = try trainer(tokens, precision: precision)
    try second.resume(from: path)
    #expect(second.stepsTaken == 5)
    #expect(try firstLosses + run(second) == wholeLosses)
    for (left, right) in zip(whole.model.parameters.parameters, second.model.parameters.parameters) {
      #expect(try left.tensor.isEqual(to: right.tensor), "\(left.path)")
    }
  }

  @Test func anotherRunsCheckpointIsRefused() throws {
    let tokens = try tokens()
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).safetensors").path
    defer { unlink(path) }
    let first = try trainer(tokens)
    try first.saveCheckpoint(to: path)
    #expect(throws: TrainingError.self) { try trainer(tokens, seed: 6).resume(from: path) }
    #expect(throws: TrainingError.self) { try trainer(tokens, rate: 2e-2).resume(from: path) }
    #expect(throws: TrainingError.self) { try trainer(tokens, kind: .multiHead).resume(from: path) }
  }

  @Test func accumulatedPassesEqualOnePass() throws {
    let tokens = try tokens()
    let whole = try run(trainer(tokens))
    let pieces = try run(trainer(tokens, perPass: 2))
    let uneven = try run(trainer(tokens, perPass: 4))
    for index in whole.indices {
      #expect(abs(whole[index] - pieces[index]) < 1e-4)
      #expect(abs(whole[index] - uneven[index]) < 1e-4)
    }
  }

  @Test func divergenceNamesTheStep() throws {
    let trainer = try trainer(tokens(), steps: 40, rate: 1e9)
    #expect {
      _ = try run(trainer)
    } throws: { error in
      guard case TrainingError.diverged(let step, _, _) = error else { return false }
      return step > 0 && "\(error)".contains("step \(step)")
    }
  }

  @Test func heldOutDocumentsArePredictedOnceEach() throws {
    let tokens = try tokens(count: 200)
    let documents = [
      DocumentSpan(id: "short", tokens: 0..<9, bytes: 8), DocumentSpan(id: "long", tokens: 9..<120, bytes: 110),
      DocumentSpan(id: "empty", tokens: 120..<121, bytes: 0),
    ]
    let model = try Decoder(Self.shape, source: RandomSource(seed: 1))
    let whole = HeldOutEvaluation(tokens: tokens, documents: documents, sequenceLength: 16)
    let results = try whole.run(model, windowsPerPass: 3)
    #expect(results.map(\.id) == ["short", "long"])
    #expect(results.map(\.tokens) == [8, 110])
    #expect(results.map(\.bytes) == [8, 110])
    // Batching and padding change nothing.
    let alone = try whole.run(model, windowsPerPass: 1)
    for (left, right) in zip(results, alone) {
      #expect(abs(left.negativeLogLikelihood - right.negativeLogLikelihood) < 1e-3)
    }
    let cut = HeldOutEvaluation(tokens: tokens, documents: documents, sequenceLength: 16, tokenLimit: 60)
    let cutResults = try cut.run(model, windowsPerPass: 3)
    #expect(cutResults.map(\.tokens) == [8, 20])
    #expect(cutResults.map(\.bytes) == [8, nil])
  }

  /// The first window's losses are those of the full logits.
  @Test func negativeLogLikelihoodsAgreeWithTheLogits() throws {
    let tokens = try tokens(count: 60)
    let model = try Decoder(Self.shape, source: RandomSource(seed: 1))
    let document = [DocumentSpan(id: "one", tokens: 0..<17, bytes: 16)]
    let result = try HeldOutEvaluation(tokens: tokens, documents: document, sequenceLength: 16)
      .run(model, windowsPerPass: 1)
    let inputs = try Tensor(tokens.copy(0..<16, as: Int64.self), shape: [1, 16])
    let targets = try Tensor(tokens.copy(1..<17, as: Int64.self))
    let expected = try withoutGradients {
      try crossEntropy(model.logits(inputs).view(16, 61), targets: targets, reduction: .sum).item()
    }
    #expect(abs(result[0].negativeLogLikelihood - expected) < 1e-3)
  }
}
