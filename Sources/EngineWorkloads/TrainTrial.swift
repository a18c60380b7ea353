internal import Corpora
public import Foundation
internal import Layers
internal import Measures
internal import Models
internal import Probes
internal import Safetensors
public import Studies
internal import Torch
internal import Training

/// One training trial, in the process made for it: prepares the corpus, trains, evaluates, and says so in the trial
/// protocol.
public struct TrainTrial {
  private let spec: TrialSpec
  private let settings: TrainSettings
  private let directories: Directories
  private let emit: @Sendable (TrialEvent) -> Void

  /// Where a trial finds what it needs.
  public struct Directories: Sendable {
    public let home: URL
    public let corpora: URL
    public let tokens: URL
    /// Fetched models, a folder each.
    public let models: URL

    public init(home: URL, corpora: URL, tokens: URL, models: URL) {
      self.home = home
      self.corpora = corpora
      self.tokens = tokens
      self.models = models
    }
  }

  /// - Throws: ``SettingError``, ``Models/ConfigurationError``.
  public init(spec: TrialSpec, directories: Directories, emit: @escaping @Sendable (TrialEvent) -> Void) throws {
    self.spec = spec
    self.directories = directories
    self.emit = emit
    settings = try TrainSettings(spec.settings, work: spec.work, precision: spec.precision)
  }

  /// Runs the trial. A trial that cannot go on says so as a `failed` event.
  /// - Returns: whether it finished.
  public func run() -> Bool {
    do {
      try train()
      return true
    } catch let error as TrainingError {
      var step: Int?
      var kind = "error"
      if case .diverged(let index, _, _) = error { (step, kind) = (index, "diverged") }
      emit(.failed(TrialEvent.Failed(kind: kind, message: "\(error)", step: step)))
    } catch {
      let kind = "\(error)".contains("out of memory") ? "out-of-memory" : "error"
      emit(.failed(TrialEvent.Failed(kind: kind, message: "\(error)")))
    }
    return false
  }

  /// Writes the weights the trial would start from, and its model's configuration in Hugging Face's form beside them, so
  /// that another implementation can start from the same.
  /// - Throws: ``Safetensors/SafetensorsError``, ``Torch/TorchError``.
  public func exportInitialWeights(to path: String) throws {
    try Torch.load(home: directories.home)
    let model = try makeModel(device: .cpu, dtype: .float32)
    let items = model.parameters.parameters.map { parameter in
      SafetensorsWriter.Item(name: parameter.path, type: .float32, shape: parameter.tensor.shape) {
        try parameter.tensor.withBytes($0)
      }
    }
    try SafetensorsWriter.write(items, to: path)
    let configuration = try HuggingFaceConfiguration(settings.configuration).json()
    try configuration.write(
      to: URL(fileURLWithPath: path).deletingPathExtension().appendingPathExtension("json"), options: .atomic)
  }

  private func makeModel(device: Device, dtype: DType) throws -> Decoder {
    var source: any ParameterSource = RandomSource(seed: UInt64(bitPattern: Int64(spec.seed)))
    if let path = settings.initialWeights {
      source = NamedTensorSource(try SafetensorsFile(path: path).tensors())
    }
    return try Decoder(settings.configuration, source: source, dtype: dtype, device: device)
  }

  private func train() throws {
    let baseline = OwnProcess.residentBytes()
    try Torch.load(home: directories.home)
    try Torch.setThreads(spec.threads)
    let device = try settings.device.choose()
    let corpus = try settings.tokenizedCorpus(directories)

    let model = try makeModel(device: device, dtype: settings.precision.computeType)
    let order = try BatchOrder(
      tokenCount: corpus.train.count, sequenceLength: settings.plan.sequenceLength, seed: spec.seed)
    let trainer = try Trainer(model: model, tokens: corpus.train, order: order, plan: settings.plan)
    var journal = TrialJournal(directory: spec.workingDirectory)
    try journal.restore(trainer, when: settings.checkpointEvery > 0)

    emit(.started(started(corpus, device: device, baseline: baseline)))
    for step in journal.steps { emit(.step(step)) }
    let sampler = AllocatorSampler(device: device, interval: 0.02) { [emit] in emit(.sample($0)) }
    defer { sampler.stop() }
    let firstStep = trainer.stepsTaken
    while !trainer.isFinished {
      let start = MonotonicClock.nanoseconds()
      let step = try trainer.step()
      try device.synchronize()
      let observation = StepObservation(
        index: step.index, phase: .train,
        // What the process does for the first time is slower, after a resume too.
        isWarmup: step.index < firstStep + spec.work.warmupSteps,
        startNanoseconds: start, endNanoseconds: MonotonicClock.nanoseconds(), tokens: step.tokens,
        samples: settings.plan.sequencesPerStep, loss: step.loss)
      emit(.step(observation))
      if settings.checkpointEvery > 0 {
        try journal.note(observation, trainer, every: settings.checkpointEvery)
      }
    }
    try evaluate(model, corpus: corpus, after: trainer.stepsTaken)
    try journal.remove()
    // Nothing may come after the last word.
    sampler.stop()
    emit(.finished(monotonicNanoseconds: MonotonicClock.nanoseconds()))
  }

  private func evaluate(_ model: Decoder, corpus: TokenizedCorpus, after steps: Int) throws {
    let evaluation = HeldOutEvaluation(
      tokens: corpus.heldOut, documents: corpus.heldOutDocuments, sequenceLength: settings.plan.sequenceLength,
      tokenLimit: settings.evaluationTokens)
    let start = MonotonicClock.nanoseconds()
    let documents = try evaluation.run(model, windowsPerPass: settings.plan.sequencesPerPass)
    emit(
      .step(
        StepObservation(
          index: steps, phase: .evaluate, startNanoseconds: start, endNanoseconds: MonotonicClock.nanoseconds(),
          tokens: documents.reduce(0) { $0 + $1.tokens }, samples: documents.count)))
    emit(
      .heldOut(
        HeldOutEvidence(
          documents: zip(documents, evaluation.predicted).map { document, range in
            HeldOutEvidence.Document(
              id: document.id, tokens: document.tokens, negativeLogLikelihood: document.negativeLogLikelihood,
              // A cut document's bytes are those of the tokens that were predicted.
              bytes: document.bytes
                ?? corpus.tokenizer.decodedBytes(corpus.heldOut.copy(range, as: UInt32.self)).count)
          },
          unigramPerplexity: corpus.unigramPerplexity(predicting: evaluation.predicted))))
  }

  private func started(_ corpus: TokenizedCorpus, device: Device, baseline: UInt64?) -> TrialEvent.Started {
    // A name's first part is the manifest's section.
    var environment = Dictionary(uniqueKeysWithValues: corpus.manifest.map { ("data.\($0.key)", $0.value) })
    environment["torch"] = Torch.version
    environment["device"] = device.description
    environment["threads"] = String(Torch.threads)
    environment["products"] =
      prefersOneDNN(settings.precision.computeType, on: device) ? "oneDNN" : "libtorch's choice"
    environment["data.vocabulary"] = String(corpus.vocabularySize)
    environment["data.training tokens in the corpus"] = String(corpus.train.count)
    environment["data.token file sha256"] = corpus.train.sha256
    environment["data.held-out documents"] = String(corpus.heldOutDocuments.count)
    return TrialEvent.Started(
      name: spec.method, processIdentifier: ProcessInfo.processInfo.processIdentifier,
      monotonicNanoseconds: MonotonicClock.nanoseconds(), baselineResidentBytes: baseline,
      plannedSteps: settings.plan.steps, plannedTokens: settings.plan.steps * settings.plan.tokensPerStep,
      model: settings.account, environment: environment)
  }
}

extension TrainSettings {
  /// The corpus's tokens, made where they are not there yet; what happens is said on standard error.
  func tokenizedCorpus(_ directories: TrainTrial.Directories) throws -> TokenizedCorpus {
    try TokenizedCorpus.prepare(
      corpus: corpus, vocabularySize: tokenizerVocabulary, heldOutFraction: heldOutFraction,
      corporaDirectory: directories.corpora, cacheDirectory: directories.tokens
    ) { line in FileHandle.standardError.write(Data((line + "\n").utf8)) }
  }
}
