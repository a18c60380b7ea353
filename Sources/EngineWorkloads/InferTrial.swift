internal import Checkpoints
import Foundation
internal import Layers
internal import Measures
internal import Models
internal import Probes
public import Studies
internal import Tokenization
internal import Torch

/// One inference trial, in the process made for it: loads the model, reads prompts, generates, takes the perplexity, and
/// says so in the trial protocol.
public struct InferTrial {
  private let spec: TrialSpec
  private let settings: InferSettings
  private let directories: TrainTrial.Directories
  private let emit: @Sendable (TrialEvent) -> Void

  /// - Throws: ``SettingError``.
  public init(
    spec: TrialSpec, directories: TrainTrial.Directories, emit: @escaping @Sendable (TrialEvent) -> Void
  ) throws {
    self.spec = spec
    self.directories = directories
    self.emit = emit
    settings = try InferSettings(spec.settings, work: spec.work, precision: spec.precision)
  }

  /// Runs the trial. A trial that cannot go on says so as a `failed` event.
  /// - Returns: whether it finished.
  public func run() -> Bool {
    do {
      try infer()
      return true
    } catch {
      let kind = "\(error)".contains("out of memory") ? "out-of-memory" : "error"
      emit(.failed(TrialEvent.Failed(kind: kind, message: "\(error)")))
      return false
    }
  }

  private func infer() throws {
    let baseline = OwnProcess.residentBytes()
    try Torch.load(home: directories.home)
    try Torch.setThreads(spec.threads)
    let device = try settings.device.choose()
    let checkpoint = try Checkpoint.open(ModelShelf(folder: directories.models).path(of: settings.model))
    let tokenizer = try checkpoint.loadTokenizer()
    let raw = try PromptText.read(settings.text, corporaDirectory: directories.corpora)
    let text = PromptText(raw, tokenizer: tokenizer)
    guard text.tokens.count >= settings.promptTokens else {
      throw SettingError.impossible(
        name: "text", value: settings.text,
        reason: "it has \(text.tokens.count) tokens, fewer than a prompt of \(settings.promptTokens)")
    }
    let decoder = try checkpoint.loadDecoder(dtype: settings.precision.dtype, device: device, plan: InferencePlan())
    let loaded = try TensorMemory.current(on: device).allocatedBytes
    try TensorMemory.resetPeak(on: device)

    emit(.started(started(checkpoint, decoder, text: raw, device: device, baseline: baseline)))
    let sampler = AllocatorSampler(device: device, interval: 0.02) { [emit] in emit(.sample($0)) }
    defer { sampler.stop() }
    var index = 0
    var cacheBytes = 0
    for round in 0..<(settings.work.warmupSteps + settings.rounds) {
      let isWarmup = round < settings.work.warmupSteps
      // Warm-up rounds read the prompts behind the measured ones, so that no measured prompt was seen before.
      let place = isWarmup ? settings.rounds + round : round - settings.work.warmupSteps
      let first = spec.seed * settings.work.requests + place * settings.batch
      let prompts = (0..<settings.batch).map { text.prompt(first + $0, tokens: settings.promptTokens) }
      cacheBytes = max(cacheBytes, try run(decoder, prompts, device: device, index: &index, isWarmup: isWarmup))
    }
    let peak = try TensorMemory.current(on: device).peakAllocatedBytes
    try takePerplexity(decoder, text, tokenizer: tokenizer, index: index)
    emit(
      .memory(
        MemoryParts(
          weightBytes: UInt64(decoder.parameters.byteCount), cacheBytes: UInt64(cacheBytes),
          scratchBytes: UInt64(max(0, peak - loaded - cacheBytes)))))
    // Nothing may come after the last word.
    sampler.stop()
    emit(.finished(monotonicNanoseconds: MonotonicClock.nanoseconds()))
  }

  /// Reads a batch of prompts in one step and continues each greedily, whatever its end token says.
  /// - Returns: Bytes of the caches at their largest.
  private func run(
    _ decoder: Decoder, _ prompts: [[UInt32]], device: Device, index: inout Int, isWarmup: Bool
  ) throws -> Int {
    let generated = settings.work.sequenceLength
    let caches = try prompts.map { try decoder.makeCache(capacity: $0.count + generated) }
    var tokens = prompts
    for step in 0...generated {
      let isPrefill = step == 0
      let start = MonotonicClock.nanoseconds()
      let logits = try decoder.step(zip(caches, tokens).map { SequenceStep($0, tokens: $1, logits: .last) })
      let chosen = try logits.argmax(over: 1).values(as: Int64.self)
      let end = MonotonicClock.nanoseconds()
      emit(
        .step(
          StepObservation(
            index: index, phase: isPrefill ? .prefill : .decode, isWarmup: isWarmup, startNanoseconds: start,
            endNanoseconds: end, tokens: tokens.reduce(0) { $0 + $1.count }, samples: prompts.count)))
      index += 1
      tokens = chosen.map { [UInt32(truncatingIfNeeded: $0)] }
    }
    return caches.reduce(0) { $0 + $1.byteCount }
  }

  private func takePerplexity(_ decoder: Decoder, _ text: PromptText, tokenizer: any Tokenizer, index: Int) throws {
    guard settings.perplexityTokens > 0 else { return }
    let start = MonotonicClock.nanoseconds()
    let documents = try text.windows(tokens: settings.perplexityTokens).enumerated().map { number, window in
      let sum = try WindowSum(window, decoder, tokenizer)
      return HeldOutEvidence.Document(
        id: "window \(number)", tokens: sum.tokens, negativeLogLikelihood: sum.nats, bytes: sum.bytes)
    }
    emit(
      .step(
        StepObservation(
          index: index, phase: .evaluate, startNanoseconds: start, endNanoseconds: MonotonicClock.nanoseconds(),
          tokens: documents.reduce(0) { $0 + $1.tokens }, samples: documents.count)))
    emit(.heldOut(HeldOutEvidence(documents: documents)))
  }

  private func started(
    _ checkpoint: Checkpoint, _ decoder: Decoder, text: String, device: Device, baseline: UInt64?
  ) -> TrialEvent.Started {
    var environment = [
      "torch": Torch.version, "device": device.description, "threads": String(Torch.threads),
      "data.text": settings.text, "data.model": checkpoint.name, "data.model format": checkpoint.format.rawValue,
      "data.model bits per weight on disk": checkpoint.bitsPerWeight.map { String($0) } ?? "unknown",
    ]
    environment["data.model licence"] = checkpoint.licence
    return TrialEvent.Started(
      name: spec.method, processIdentifier: ProcessInfo.processInfo.processIdentifier,
      monotonicNanoseconds: MonotonicClock.nanoseconds(), baselineResidentBytes: baseline,
      plannedTokens: settings.work.tokens, model: settings.account(DecoderCost(decoder.configuration)),
      environment: environment)
  }
}
