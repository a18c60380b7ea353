internal import Layers
internal import Models
internal import Studies
internal import Training

/// What stays equal between the cells of a study beside the work.
enum Held: String, CaseIterable {
  /// Layers and widths; parameters follow from the attention.
  case depthAndWidth = "depth-and-width"
  /// Parameters: feed-forward blocks are narrowed or widened to make up for the attention.
  case parameters

  var title: String { self == .parameters ? "parameters" : "depth and width" }
}

/// The settings of a training cell, checked.
struct TrainSettings {
  let modelName: String
  let configuration: DecoderConfiguration
  let held: Held
  let corpus: String
  /// What the tokenizer is trained to; the model may have rows beyond it that no token ever names.
  let tokenizerVocabulary: Int
  let heldOutFraction: Double
  let evaluationTokens: Int?
  let precision: TrainingPrecision
  let plan: TrainingPlan
  let device: DeviceChoice
  /// Steps between checkpoints; 0: none.
  let checkpointEvery: Int
  let initialWeights: String?

  init(_ settings: Settings, work: WorkPlan, precision precisionName: String) throws {
    var reader = SettingsReader(settings)
    modelName = try reader.string("model", default: "tiny")
    var shape = try DecoderConfiguration.preset(modelName)
    if let vocabulary = try reader.integer("vocabulary") { shape.vocabulary = vocabulary }
    if let layers = try reader.integer("layers") { shape.layers = layers }
    if let width = try reader.integer("width") { shape.width = width }
    if let heads = try reader.integer("heads") { shape.heads = heads }
    shape.headWidth = shape.heads > 0 ? shape.width / shape.heads : 0
    if let groups = try reader.integer("kv-heads") { shape.keyValueHeads = groups }
    if let width = try reader.integer("head-width") { shape.headWidth = width }
    if let intermediate = try reader.integer("intermediate") { shape.intermediate = intermediate }
    if let tied = try reader.boolean("tied-embeddings") { shape.tiedEmbeddings = tied }
    if let bias = try reader.boolean("attention-bias") { shape.attentionBias = bias }
    let rank = try reader.integer("kv-rank")
    let queryRank = try reader.integer("query-rank")
    let attention = try reader.choice("attention", default: AttentionKind.groupedQuery)
    held = try reader.choice("hold", default: Held.depthAndWidth)

    shape.maximumPositions = max(shape.maximumPositions, work.sequenceLength)
    try shape.validate()
    var varied = shape.with(attention: attention)
    if let rank { varied.latent?.keyValueRank = rank }
    if let queryRank { varied.latent?.queryRank = queryRank }
    try varied.validate()
    configuration =
      held == .parameters
      ? try DecoderCost(varied).holdingParameters(at: DecoderCost(shape).parameters) : varied

    corpus = try reader.string("corpus", default: "austen")
    tokenizerVocabulary = try reader.integer("tokenizer-vocabulary") ?? configuration.vocabulary
    try Self.check(
      tokenizerVocabulary <= configuration.vocabulary, "tokenizer-vocabulary", tokenizerVocabulary,
      "it must be at most the model's vocabulary, \(configuration.vocabulary)")
    try Self.check(
      tokenizerVocabulary > 256, "vocabulary", tokenizerVocabulary,
      "a byte-level vocabulary has 256 bytes and a separator, so at least 257")
    heldOutFraction = try reader.number("held-out-fraction", default: 0.1)
    try Self.check(
      heldOutFraction > 0 && heldOutFraction < 1, "held-out-fraction", heldOutFraction, "it must lie between 0 and 1")
    evaluationTokens = try reader.integer("evaluation-tokens")
    try Self.check(
      (1...1 << 40).contains(evaluationTokens ?? 1), "evaluation-tokens", evaluationTokens ?? 0,
      "at least one has to be predicted, and no more than a corpus has")
    device = try reader.choice("device", default: DeviceChoice.auto)
    checkpointEvery = try reader.integer("checkpoint-every") ?? 0
    try Self.check(checkpointEvery >= 0, "checkpoint-every", checkpointEvery, "give a number of steps, or 0 for none")
    initialWeights = try reader.optionalString("initial-weights")
    precision = try Self.precision(precisionName)
    plan = try Self.plan(&reader, work: work, precision: precision)
    try reader.finish()
  }

  private static func precision(_ name: String) throws -> TrainingPrecision {
    if let precision = TrainingPrecision(rawValue: name) { return precision }
    if name == "fp16" {
      throw SettingError.impossible(
        name: "precision", value: name, reason: "training in fp16 would need loss scaling; use bf16, which does not")
    }
    throw SettingError.unknownChoice(
      name: "precision", value: name, choices: TrainingPrecision.allCases.map(\.rawValue))
  }

  private static func check<Value>(_ holds: Bool, _ name: String, _ value: Value, _ reason: String) throws {
    if !holds { throw SettingError.impossible(name: name, value: "\(value)", reason: reason) }
  }

  private static func plan(
    _ reader: inout SettingsReader, work: WorkPlan, precision: TrainingPrecision
  ) throws -> TrainingPlan {
    guard work.sequenceLength > 0, work.tokensPerStep % work.sequenceLength == 0 else {
      throw SettingError.impossible(
        name: "tokens-per-step", value: String(work.tokensPerStep),
        reason: "it must be a multiple of the sequence length \(work.sequenceLength)")
    }
    try check(work.tokensPerStep <= 1 << 32, "tokens-per-step", work.tokensPerStep, "no machine holds such a step")
    guard work.tokensPerStep > 0, work.tokens >= work.tokensPerStep, work.tokens % work.tokensPerStep == 0 else {
      throw SettingError.impossible(
        name: "tokens", value: String(work.tokens),
        reason: "it must be a positive multiple of tokens-per-step (\(work.tokensPerStep)), so that every cell does "
          + "exactly this much; the nearest is \(max(1, work.tokens / max(1, work.tokensPerStep)) * work.tokensPerStep)"
      )
    }
    let steps = work.tokens / work.tokensPerStep
    let sequences = work.tokensPerStep / work.sequenceLength
    let pass = try reader.integer("sequences-per-pass") ?? sequences
    guard pass >= 1, pass <= sequences else {
      throw SettingError.impossible(
        name: "sequences-per-pass", value: String(pass), reason: "it must lie between 1 and \(sequences)")
    }
    let rate = try reader.number("learning-rate", default: 1e-3)
    try check(rate > 0 && rate.isFinite, "learning-rate", rate, "it must be positive")
    var options = AdamW.Options()
    options.weightDecay = try reader.number("weight-decay", default: options.weightDecay)
    try check(
      options.weightDecay >= 0 && options.weightDecay.isFinite, "weight-decay", options.weightDecay,
      "it must not be negative")
    let clip = try reader.number("clip-norm", default: 1)
    try check(clip > 0 && clip.isFinite, "clip-norm", clip, "it must be positive")
    options.clipNorm = clip
    let warmup = try reader.integer("learning-rate-warmup")
    try check(
      (0...steps).contains(warmup ?? 0), "learning-rate-warmup", warmup ?? 0, "it must lie between 0 and \(steps)")
    return TrainingPlan(
      steps: steps, sequenceLength: work.sequenceLength, sequencesPerStep: sequences, sequencesPerPass: pass,
      schedule: LearningRateSchedule(peak: rate, warmupSteps: warmup, steps: steps),
      optimizer: options, precision: precision)
  }
}
