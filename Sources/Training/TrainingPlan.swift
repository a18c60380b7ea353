public import Torch

/// The number types of a training run.
public enum TrainingPrecision: String, Sendable, Hashable, Codable, CaseIterable {
  case fp32
  /// Weights, activations and gradients in bf16; a master copy of the weights and AdamW's moments in fp32.
  case bf16
  /// Everything in bf16, AdamW's moments too.
  case bf16Pure = "bf16-pure"

  public var computeType: DType { self == .fp32 ? .float32 : .bfloat16 }
  public var hasMasterWeights: Bool { self == .bf16 }
}

/// How long and how fast a model is trained.
public struct TrainingPlan: Sendable, Hashable, Codable {
  public var steps: Int
  public var sequenceLength: Int
  /// Sequences of one optimizer step.
  public var sequencesPerStep: Int
  /// Sequences of one forward and backward pass; a step accumulates the gradients of several where it has more.
  public var sequencesPerPass: Int
  public var schedule: LearningRateSchedule
  public var optimizer: AdamW.Options
  public var precision: TrainingPrecision

  public init(
    steps: Int, sequenceLength: Int, sequencesPerStep: Int, sequencesPerPass: Int? = nil,
    schedule: LearningRateSchedule, optimizer: AdamW.Options = AdamW.Options(), precision: TrainingPrecision = .fp32
  ) {
    self.steps = steps
    self.sequenceLength = sequenceLength
    self.sequencesPerStep = sequencesPerStep
    self.sequencesPerPass = sequencesPerPass ?? sequencesPerStep
    self.schedule = schedule
    self.optimizer = optimizer
    self.precision = precision
  }

  public var tokensPerStep: Int { sequencesPerStep * sequenceLength }
}

/// What one optimizer step did.
public struct TrainingStep: Sendable, Hashable {
  /// 0, 1, ...
  public let index: Int
  /// Mean over the step's tokens, in nats, before the update.
  public let loss: Double
  /// Before clipping.
  public let gradientNorm: Double
  public let learningRate: Double
  public let tokens: Int
}

/// A training run that cannot go on.
public enum TrainingError: Error, Hashable, CustomStringConvertible {
  /// The loss or the gradient is no number, or the loss is far above that of knowing nothing.
  case diverged(step: Int, loss: Double, gradientNorm: Double)
  case checkpointMismatch(path: String, what: String, expected: String, found: String)

  public var description: String {
    switch self {
    case .diverged(let step, let loss, let norm):
      "training diverged at step \(step): loss \(loss), gradient norm \(norm). Lower the learning rate or lengthen "
        + "the warm-up."
    case .checkpointMismatch(let path, let what, let expected, let found):
      "\(path) belongs to another run: its \(what) is \(found), this run's is \(expected). Remove it to start anew."
    }
  }
}
