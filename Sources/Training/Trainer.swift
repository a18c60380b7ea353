// B sequences of a pass, T positions.
public import Corpora
internal import Foundation
public import Models
internal import Torch

/// Trains a decoder over a corpus, one optimizer step at a time. What happens in between (clocks, logs, checkpoints)
/// is the caller's.
public final class Trainer {
  public let model: Decoder
  public let plan: TrainingPlan
  let optimizer: AdamW
  private let tokens: TokenFile
  private let order: BatchOrder

  /// - Parameter order: which sample comes when; its seed is the run's.
  public init(model: Decoder, tokens: TokenFile, order: BatchOrder, plan: TrainingPlan) throws {
    self.model = model
    self.plan = plan
    self.tokens = tokens
    self.order = order
    optimizer = try AdamW(
      model.parameters.trainable, options: plan.optimizer, masterWeights: plan.precision.hasMasterWeights)
  }

  var seed: Int { order.seed }
  var tokensHash: String { tokens.sha256 }
  public var stepsTaken: Int { optimizer.stepsTaken }
  public var isFinished: Bool { stepsTaken >= plan.steps }

  /// Takes the next step.
  /// - Throws: ``TrainingError/diverged(step:loss:gradientNorm:)``, ``Torch/TorchError``.
  public func step() throws -> TrainingStep {
    let index = stepsTaken
    let samples = order.batch(step: index, size: plan.sequencesPerStep)
    var loss = 0.0
    for start in stride(from: 0, to: samples.count, by: plan.sequencesPerPass) {
      let pass = Array(samples[start..<min(start + plan.sequencesPerPass, samples.count)])
      let (inputs, targets) = try batch(pass)
      let share = Double(pass.count) / Double(samples.count)
      let mean = try model.loss(inputs, targets: targets)
      try (share == 1 ? mean : mean * share).backward()
      loss += try mean.item() * share
    }
    let rate = plan.schedule.rate(at: index)
    let norm = try optimizer.step(learningRate: rate)
    // Knowing nothing costs log V; far above it the run is lost, though still a number.
    let hopeless = 2 * log(Double(model.configuration.vocabulary)) + 5
    guard loss.isFinite, norm.isFinite, loss < hopeless else {
      throw TrainingError.diverged(step: index, loss: loss, gradientNorm: norm)
    }
    return TrainingStep(
      index: index, loss: loss, gradientNorm: norm, learningRate: rate, tokens: samples.count * plan.sequenceLength)
  }

  /// Inputs and, moved by one, targets of some windows, [B, T] each.
  private func batch(_ windows: [Range<Int>]) throws -> (Tensor, Tensor) {
    let rows = windows.map { tokens.copy($0, as: Int64.self) }
    let shape = [rows.count, plan.sequenceLength]
    let inputs = try Tensor(rows.flatMap { $0.dropLast() }, shape: shape)
    let targets = try Tensor(rows.flatMap { $0.dropFirst() }, shape: shape)
    return (try inputs.to(device: model.device), try targets.to(device: model.device))
  }
}
